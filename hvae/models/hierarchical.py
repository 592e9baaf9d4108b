"""The hierarchical VAE with generalised top-down inference, for any number of layers L ≥ 1.

An `Inference` says how q(z_l | z_{>l}, x) combines the prior p(z_l | z_{>l}) with a reading of x.
All of them belong to the generalised top-down class, q(z_L | x) ∏ q(z_l | z_{>l}, x), for which the
rate splits by layer (Xiao & Bamler, ICLR 2023). The top layer's posterior is the reading itself.
`in_chunks` passes many items through a model in bounded memory.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from hvae.models.backbones.backbone import Backbone
from hvae.models.distributions import GAUSSIAN, Family, Latent, Normal, kl, product, with_tensors
from hvae.models.likelihoods.base import Likelihood


class Inference(NamedTuple):
    """How a layer's posterior comes from x and the layers above.

    conditional: whether the reading sees z_{>l} besides x.
    posterior: (reading, p(z_l | z_{>l})) ↦ q(z_l | z_{>l}, x), for a layer below the top: Gaussian.
    """

    conditional: bool
    posterior: Callable[..., Normal]


def change(reading: Normal, prior: Normal) -> Normal:
    """N(μ_p + μ, (σ_p σ)²): the reading is a change to the prior (Vahdat & Kautz, NeurIPS 2020).

    So a layer whose rate is costly can collapse, q = p, whatever z_{>l} is.
    """
    return Normal(prior.mean + reading.mean, prior.std * reading.std)


INFERENCES: Mapping[str, Inference] = {
    "top-down": Inference(conditional=True, posterior=change),
    # The ladder VAE: x is read without z_{>l}, which enter through the prior alone. The layer
    # collapses where the reading has no precision. The top layer is not weighted with N(0, I)
    # (Sønderby et al., NeurIPS 2016, section 2).
    "ladder": Inference(conditional=False, posterior=product),
}


class Terms(NamedTuple):
    """The results of one pass; lists and the last axis run over layers, z_1 first.

    distortion: (...) −log p(x | z) in nats; its mean over items is D.
    rates: (..., L) KL[q(z_l | z_{>l}, x) ‖ p(z_l | z_{>l})] in nats; their means are R_1 … R_L.
    posteriors: q(z_l | z_{>l}, x), each (..., d_l).
    z: the samples, each (..., d_l).
    decoded: the decoder's output, (..., pixels · outputs), which the likelihood turns into x̂.
    """

    distortion: Tensor
    rates: Tensor
    posteriors: list[Latent]
    z: list[Tensor]
    decoded: Tensor


class HierarchicalVAE(nn.Module):
    """p(z_L) ∏ p(z_l | z_{>l}) p(x | z_1), with the posterior q(z_L | x) ∏ q(z_l | z_{>l}, x).

    ::

        x ─► h_1 ─────► h_2 ─────► … ─► h_L            bottom-up: features of x
              │          │               │
              ▼          ▼               ▼
        x̂ ◄─ z_1 ◄───── z_2 ◄───── … ◄─ z_L            top-down: each z_l sees all of z_{>l}

    With `skip`, all layers z_1 … z_L feed the decoder. The rate splits by layer because each
    posterior is conditioned on the layers above, like each prior (Xiao & Bamler, ICLR 2023, section
    3). All vectors are flat, even where a `backbone` sees them as maps; `latents` are their sizes
    d_l. z_L has the family `top`, like the backbone's highest posterior; the others are Gaussian.
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
        """p(z_l | z_{>l}), layers counted from 0; standard normal or uniform for the top layer."""
        if above:
            prior: Latent = self.prior[layer](*above)
            return prior
        like = next(self.parameters())  # for its type and device
        return self.top.standard(like.new_zeros(self.latents[layer]))

    def posterior_of(
        self, layer: int, features: Tensor, above: Sequence[Tensor], prior: Latent
    ) -> Latent:
        """q(z_l | z_{>l}, x): the reading of x's features, combined with the prior.

        For the top layer it is the reading alone.
        """
        seen = above if self.inference.conditional else ()
        reading: Latent = self.posterior[layer](features, *seen)
        return self.inference.posterior(reading, prior) if above else reading

    def decode(self, z: Sequence[Tensor]) -> Tensor:
        """`Terms.decoded` from z_1, or from all layers with `skip`."""
        decoded: Tensor = self.decoder(*(z if self.skip else z[:1]))
        return decoded

    def generate(self, noise: Sequence[Tensor], kept: Sequence[Tensor] = ()) -> Tensor:
        """Decode z, with the upper layers `kept` and the layers below sampled from the prior."""
        z = list(kept)
        for layer in reversed(range(len(self.latents) - len(kept))):
            z = [self.prior_of(layer, z).sample(noise[layer]), *z]
        return self.decode(z)


ITEMS = 512  # of 32×32 images, with 64 base channels, these take about 200 MB in a pass


def chunks(x: Tensor, noise: Sequence[Tensor]) -> Iterator[tuple[Tensor, list[Tensor]]]:
    """Consecutive items of x (items, n) with their noise, each (items, d_l)."""
    yield from (
        (part, list(eps))
        for part, *eps in zip(x.split(ITEMS), *(eps.split(ITEMS) for eps in noise), strict=True)
    )


def in_chunks(model: HierarchicalVAE, x: Tensor, noise: Sequence[Tensor]) -> Terms:
    """model(x, noise) for x of shape (items, n), without all items' hidden layers in memory.

    `decoded` may be a hundred times as large as x, so it is left empty, (items, 0). An item's terms
    do not depend on the other items, so the size of a chunk changes rounding at most.
    """
    parts = [without_decoded(model(*part)) for part in chunks(x, noise)]
    if len(parts) == 1:
        return parts[0]
    posteriors = [
        with_tensors(lambda *sides: torch.cat(sides), *layer)
        for layer in zip(*(part.posteriors for part in parts), strict=True)
    ]
    return Terms(
        distortion=torch.cat([part.distortion for part in parts]),
        rates=torch.cat([part.rates for part in parts]),
        posteriors=posteriors,
        z=[torch.cat(layer) for layer in zip(*(part.z for part in parts), strict=True)],
        decoded=torch.cat([part.decoded for part in parts]),
    )


def without_decoded(terms: Terms) -> Terms:
    """The terms with `decoded` empty, as a copy, so that its memory can be freed."""
    return terms._replace(decoded=terms.decoded[..., :0].clone())
