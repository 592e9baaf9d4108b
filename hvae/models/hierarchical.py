"""The hierarchical VAE with generalised top-down inference, for any number of layers L ≥ 1.

How q(z_l | z_{>l}, x) is made of the prior p(z_l | z_{>l}) and a reading of x, an `Inference` says.
All are members of the generalised top-down class, q(z_L | x) ∏ q(z_l | z_{>l}, x), for which the
rate splits by layer (Xiao & Bamler, ICLR 2023). The top layer's posterior is the reading itself.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from hvae.models.backbones.backbone import Backbone
from hvae.models.distributions import GAUSSIAN, Family, Latent, Normal, kl, product
from hvae.models.likelihoods.base import Likelihood


class Inference(NamedTuple):
    """conditional: whether the reading sees z_{>l} beside x.

    posterior: (reading, p(z_l | z_{>l})) ↦ q(z_l | z_{>l}, x), for a layer below the top: Gaussian.
    """

    conditional: bool
    posterior: Callable[..., Normal]


def change(reading: Normal, prior: Normal) -> Normal:
    """N(μ_p + μ, (σ_p σ)²): the reading is a change to the prior (Vahdat & Kautz, NeurIPS 2020).

    So a layer whose rate is costly can close, q = p, whatever the layers above it say.
    """
    return Normal(prior.mean + reading.mean, prior.std * reading.std)


INFERENCES: Mapping[str, Inference] = {
    "top-down": Inference(conditional=True, posterior=change),
    # The ladder VAE: x is read without z_{>l}, which enter by the prior alone. A reading without
    # precision closes the layer. Its top layer is not weighted with N(0, I) (Sønderby et al.,
    # NeurIPS 2016, section 2).
    "ladder": Inference(conditional=False, posterior=product),
}


class Terms(NamedTuple):
    """What one pass through the model measures; lists and the last axis run over layers, z_1 first.

    distortion: (...) −log p(x | z) in nats, its mean over items is D.
    rates: (..., L) KL[q(z_l | z_{>l}, x) ‖ p(z_l | z_{>l})] in nats, their means are R_1 … R_L.
    posteriors: q(z_l | z_{>l}, x), each (..., d_l).
    z: the samples, each (..., d_l).
    decoded: the decoder's output, (..., pixels · outputs), of which the likelihood makes x̂.
    """

    distortion: Tensor
    rates: Tensor
    posteriors: list[Latent]
    z: list[Tensor]
    decoded: Tensor


class HierarchicalVAE(nn.Module):
    """p(z_L) ∏ p(z_l | z_{>l}) p(x | z_1), inferred by q(z_L | x) ∏ q(z_l | z_{>l}, x).

    ::

        x ─► h_1 ─────► h_2 ─────► … ─► h_L            bottom-up: features of x
              │          │               │
              ▼          ▼               ▼
        x̂ ◄─ z_1 ◄───── z_2 ◄───── … ◄─ z_L            top-down: each z_l sees all of z_{>l}

    With `skip`, all of z_{≥1} feed the decoder. The rate splits by layer because each posterior is
    conditioned on the layers above, as each prior is (Xiao & Bamler, ICLR 2023, section 3). All
    vectors are flat, also those that a `backbone` sees as maps; `latents` are their sizes d_l.
    z_L is of the family `top`, that of the backbone's highest posterior; the rest are Gaussian.
    """

    def __init__(
        self,
        backbone: Backbone,
        inference: Inference,
        skip: bool,
        likelihood: Likelihood,
        top: Family = GAUSSIAN,
    ) -> None:
        super().__init__()
        self.latents = backbone.latents
        self.convolutional = backbone.convolutional
        self.inference = inference
        self.skip = skip
        self.likelihood = likelihood
        self.top = top
        self.bottom_up = backbone.bottom_up
        self.posterior = backbone.posterior
        self.prior = backbone.prior
        self.decoder = backbone.decoder

    def forward(self, x: Tensor, noise: Sequence[Tensor]) -> Terms:
        """Encode, sample and decode x of shape (..., n); `noise` is ε_l of shape (..., d_l)."""
        features = self.bottom_up(x)
        z: list[Tensor] = []
        rates: list[Tensor] = []
        posteriors: list[Latent] = []
        for layer in reversed(range(len(self.latents))):
            prior = self.prior_of(layer, z)
            posterior = self.posterior_of(layer, features[layer], z, prior)
            z = [posterior.sample(noise[layer]), *z]
            rates = [kl(posterior, prior), *rates]
            posteriors = [posterior, *posteriors]
        decoded = self.decode(z)
        distortion = -self.likelihood.log_prob(x, decoded)
        return Terms(distortion, torch.stack(rates, -1), posteriors, z, decoded)

    def prior_of(self, layer: int, above: Sequence[Tensor]) -> Latent:
        """p(z_l | z_{>l}), the layer counted from 0; standard normal or uniform for the top one."""
        if above:
            prior: Latent = self.prior[layer](*above)
            return prior
        like = next(self.parameters())  # in its type, and on its device
        return self.top.standard(like.new_zeros(self.latents[layer]))

    def posterior_of(
        self, layer: int, features: Tensor, above: Sequence[Tensor], prior: Latent
    ) -> Latent:
        """q(z_l | z_{>l}, x): what is read from x's features, combined with the prior.

        At the top it is the reading alone.
        """
        seen = above if self.inference.conditional else ()
        reading: Latent = self.posterior[layer](features, *seen)
        return self.inference.posterior(reading, prior) if above else reading

    def decode(self, z: Sequence[Tensor]) -> Tensor:
        """`Terms.decoded`, from z_1, or from all of z_{≥1} with `skip`."""
        decoded: Tensor = self.decoder(*(z if self.skip else z[:1]))
        return decoded

    def generate(self, noise: Sequence[Tensor], kept: Sequence[Tensor] = ()) -> Tensor:
        """Decode z with the upper layers `kept` and those below them drawn from the prior."""
        z = list(kept)
        for layer in reversed(range(len(self.latents) - len(kept))):
            z = [self.prior_of(layer, z).sample(noise[layer]), *z]
        return self.decode(z)
