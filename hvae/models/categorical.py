"""Categorical latents: V variables of K categories each, as V one-hot vectors side by side.

A sample is (..., V · K), so that it feeds networks as a Gaussian latent of that width does. Noise
is normal, again of that width, and turned into Gumbel noise here: g = −log(−log Φ(ε)).
"""

from typing import NamedTuple

from torch import Tensor
from torch.nn.functional import one_hot
from torch.special import log_ndtr

from hvae.models.distributions import kl

__all__ = ["Categorical", "from_logits", "kl"]


class Categorical(NamedTuple):
    """∏_v Cat(π_v), by log π of shape (..., V, K), whose exponentials sum to 1 over K.

    temperature: τ, dimensionless, of the relaxation that gives samples their gradient.
    """

    log_weights: Tensor
    temperature: float = 1.0

    @property
    def mean(self) -> Tensor:
        """E z = π, (..., V · K)."""
        return self.log_weights.exp().flatten(-2)

    @property
    def std(self) -> Tensor:
        """Of each entry of z alone, √(π(1 − π)): (..., V · K)."""
        return (self.mean * (1 - self.mean)).sqrt()

    def sample(self, noise: Tensor) -> Tensor:
        """A one-hot sample for ε ~ N(0, I), both (..., V · K); for ε = 0 the mode.

        Its value is exact (Gumbel-max) whatever the temperature. Its gradient is that of `relaxed`:
        straight through, and biased (Jang, Gu & Poole, "Categorical Reparameterization with
        Gumbel-Softmax", ICLR 2017, section 2.2).
        """
        soft = self.relaxed(noise)
        chosen = soft.unflatten(-1, self.log_weights.shape[-2:]).argmax(-1)
        hard = one_hot(chosen, self.log_weights.shape[-1]).to(soft).flatten(-2)
        return hard + (soft - soft.detach())

    def relaxed(self, noise: Tensor) -> Tensor:
        """softmax((log π + g)/τ), (..., V · K): near a one-hot sample for τ near 0."""
        gumbel = -(-log_ndtr(noise)).log()
        scores = self.log_weights + gumbel.unflatten(-1, self.log_weights.shape[-2:])
        return (scores / self.temperature).softmax(-1).flatten(-2)

    def log_prob(self, value: Tensor) -> Tensor:
        """log ∏_v π_v at one-hot vectors (..., V · K), in nats: shape (...)."""
        return (value * self.log_weights.flatten(-2)).sum(-1)


def from_logits(logits: Tensor, categories: int, temperature: float = 1.0) -> Categorical:
    """π_v = softmax of K logits, for logits of shape (..., V · K)."""
    return Categorical(logits.unflatten(-1, (-1, categories)).log_softmax(-1), temperature)


@kl.register
def _(q: Categorical, p: Categorical) -> Tensor:
    """KL[q ‖ p] = Σ_v Σ_k q_vk log(q_vk/p_vk), in nats: shape (...).

    To a uniform p it is V log K less the entropy of q, and so at most V log K.
    """
    return (q.log_weights.exp() * (q.log_weights - p.log_weights)).sum((-2, -1))
