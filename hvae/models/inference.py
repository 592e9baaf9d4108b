"""Inference models: how q(z_l | z_{>l}, x) is made of the prior p(z_l | z_{>l}) and a reading of x.

Both are members of the generalised top-down class, q(z_L | x) ∏ q(z_l | z_{>l}, x), for which the
rate splits by layer (Xiao & Bamler, ICLR 2023). The top layer's posterior is the reading itself.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from hvae.models.distributions import Normal, product


class Inference(NamedTuple):
    """conditional: whether the reading sees z_{>l} beside x.

    posterior: (reading, p(z_l | z_{>l})) ↦ q(z_l | z_{>l}, x), for a layer below the top: Gaussian.
    """

    conditional: bool
    posterior: Callable[..., Normal]


def change(reading: Normal, prior: Normal) -> Normal:
    """N(μ_p + μ, (σ_p σ)²): the reading is a change to the prior (Vahdat & Kautz, NeurIPS 2020).

    So a layer whose rate is dear can close, q = p, whatever the layers above it say.
    """
    return Normal(prior.mean + reading.mean, prior.std * reading.std)


INFERENCES: Mapping[str, Inference] = {
    "top-down": Inference(conditional=True, posterior=change),
    # The ladder VAE: x is read without z_{>l}, which enter by the prior alone. A reading without
    # precision closes the layer. Its top layer is not weighted with N(0, I) (Sønderby et al.,
    # NeurIPS 2016, section 2).
    "ladder": Inference(conditional=False, posterior=product),
}
