"""The hierarchical VAE with generalised top-down inference, for any number of layers L ≥ 1."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from hvae.models.distributions import Normal, kl
from hvae.models.likelihoods.base import Likelihood
from hvae.models.networks import BottomUp, GaussianHead, mlp


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
    posteriors: list[Normal]
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
    conditioned on the layers above, as each prior is (Xiao & Bamler, ICLR 2023, section 3).
    """

    def __init__(
        self, inputs: int, latents: Sequence[int], width: int, skip: bool, likelihood: Likelihood
    ) -> None:
        super().__init__()
        self.latents = tuple(latents)
        self.skip = skip
        self.likelihood = likelihood
        above = [sum(latents[layer + 1 :]) for layer in range(len(latents))]
        self.bottom_up = BottomUp(inputs, width, len(latents))
        self.posterior = nn.ModuleList(
            GaussianHead(width + over, width, size)
            for over, size in zip(above, latents, strict=True)
        )
        self.prior = nn.ModuleList(
            GaussianHead(over, width, size)
            for over, size in zip(above[:-1], latents[:-1], strict=True)
        )
        decoded = likelihood.width(inputs)
        self.decoder = mlp(sum(latents) if skip else latents[0], width, decoded)

    def forward(self, x: Tensor, noise: Sequence[Tensor]) -> Terms:
        """Encode, sample and decode x of shape (..., n); `noise` is ε_l of shape (..., d_l)."""
        features = self.bottom_up(x)
        z: list[Tensor] = []
        rates: list[Tensor] = []
        posteriors: list[Normal] = []
        for layer in reversed(range(len(self.latents))):
            prior = self.prior_of(layer, z)
            posterior = self.posterior_of(layer, features[layer], z, prior)
            z = [posterior.sample(noise[layer]), *z]
            rates = [kl(posterior, prior), *rates]
            posteriors = [posterior, *posteriors]
        decoded = self.decode(z)
        distortion = -self.likelihood.log_prob(x, decoded)
        return Terms(distortion, torch.stack(rates, -1), posteriors, z, decoded)

    def prior_of(self, layer: int, above: Sequence[Tensor]) -> Normal:
        """p(z_l | z_{>l}), the layer counted from 0; standard normal for the top one."""
        if above:
            prior: Normal = self.prior[layer](*above)
            return prior
        like = next(self.parameters())  # in its type, and on its device
        return Normal(like.new_zeros(self.latents[layer]), like.new_ones(self.latents[layer]))

    def posterior_of(
        self, layer: int, features: Tensor, above: Sequence[Tensor], prior: Normal
    ) -> Normal:
        """q(z_l | z_{>l}, x), read as a change to the prior (Vahdat & Kautz, NeurIPS 2020).

        So a layer whose rate is dear can close, q = p, whatever the layers above it say.
        """
        change: Normal = self.posterior[layer](features, *above)
        return Normal(prior.mean + change.mean, prior.std * change.std)

    def decode(self, z: Sequence[Tensor]) -> Tensor:
        """`Terms.decoded`, from z_1, or from all of z_{≥1} with `skip`."""
        decoded: Tensor = self.decoder(torch.cat(list(z), -1) if self.skip else z[0])
        return decoded

    def generate(self, noise: Sequence[Tensor], kept: Sequence[Tensor] = ()) -> Tensor:
        """Decode z with the upper layers `kept` and those below them drawn from the prior."""
        z = list(kept)
        for layer in reversed(range(len(self.latents) - len(kept))):
            z = [self.prior_of(layer, z).sample(noise[layer]), *z]
        return self.decode(z)
