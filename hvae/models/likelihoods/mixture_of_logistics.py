"""`mixture-of-logistics`: images of few or many levels (Salimans et al., "PixelCNN++", ICLR 2017).

Each component is a logistic variable, rounded to equally spaced levels. Y has the distribution
function sigmoid((y − m)/s). X is the nearest to Y of the L levels −1, −1 + h, …, 1, h = 2/(L − 1).
So the end levels hold Y's tails, and the probabilities sum to 1 (section 2.1).
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid, softplus

from hvae.errors import InputError
from hvae.models.likelihoods.base import Likelihood

EIGHT_BITS = 256
LARGEST_LOG_SCALE = 7.0  # in absolute value: s from e⁻⁷, a tenth of an 8-bit level, to e⁷
LATTICE = 21, 13  # Fibonacci numbers: the points that the mean averages over, and their stride
MOST_CHANNELS = 3
SUMMED = 1  # terms on either side of m that the mean sums one by one


class Components(NamedTuple):
    """The K logistics of each pixel, in units where x runs from −1 to 1.

    log_weights: (..., pixels, K), whose exponentials sum to 1 over K.
    mean, log_scale: (..., pixels, K, channels).
    slopes: (..., pixels, K, channels · (channels − 1)/2), in (−1, 1): how the mean of a channel
    moves with each earlier channel, row by row of the triangle.
    """

    log_weights: Tensor
    mean: Tensor
    log_scale: Tensor
    slopes: Tensor

    def given(self, channel: int, before: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Mean and log-scale of a channel, given the values of the earlier channels."""
        mean, first = self.mean[..., channel], channel * (channel - 1) // 2
        for offset, value in enumerate(before):
            mean = mean + self.slopes[..., first + offset] * value
        return mean, self.log_scale[..., channel]


class MixtureOfLogistics(Likelihood):
    """p(x | z) = ∏_pixels Σ_k π_k ∏_c P(x_c | m_kc + Σ_{b<c} a_kcb x_b, s_kc).

    P is the probability of a rounded logistic (`log_probability`). The channels of a pixel share k,
    and the mean of a channel depends linearly on the earlier ones. A pixel's outputs are K logits
    of π, then K · channels for m, as many for log s, and K · channels (channels − 1)/2 for a. Any
    output r is allowed, since log s = 7 tanh(r/7) and a = tanh(r).
    """

    levels: int

    def __init__(self, components: int, channels: int, levels: int = EIGHT_BITS) -> None:
        super().__init__()
        if channels > MOST_CHANNELS:
            raise InputError(f"a mixture of logistics has 1 to 3 channels a pixel, got {channels}")
        self.components, self.channels, self.levels = components, channels, levels

    def outputs(self, channels: int) -> int:
        """K (1 + 2 channels + channels (channels − 1)/2): 3 K for grey, 10 K for colour."""
        return self.components * sum(_parts(channels))

    def log_prob(self, x: Tensor, decoded: Tensor) -> Tensor:
        """log p(x | z) in nats, exact for every level: shape (...)."""
        mixture = self.mixture(decoded)
        values = (2 * _pixels(x, self.channels) - 1)[..., None, :].unbind(-1)
        terms = mixture.log_weights
        for channel, value in enumerate(values):
            mean, log_scale = mixture.given(channel, values[:channel])
            terms = terms + log_probability(value, mean, log_scale, self.levels)
        return terms.logsumexp(-1).sum(-1)

    def mean(self, decoded: Tensor) -> Tensor:
        """E[x | z] in [0, 1]: shape (..., n).

        For the first channel the error is at most 0.02 of a level. The means of later channels are
        averages over evenly spread quantiles of the earlier ones, with an error of about 0.002, and
        0.02 at worst.
        """
        mixture = self.mixture(decoded)
        first = expectation(*mixture.given(0, []), self.levels)
        spread = quantiles(self.channels - 1, like=decoded)
        later = torch.zeros_like(mixture.mean[..., 1:])
        for shares in spread if self.channels > 1 else []:
            later = later + self._later(mixture, shares) / len(spread)
        means = torch.cat([first[..., None], later], -1)
        return (1 + (mixture.log_weights.exp()[..., None] * means).sum(-2).flatten(-2)) / 2

    def sample(self, decoded: Tensor, random: torch.Generator) -> Tensor:
        """A sample x ~ p(x | z), with every value on a level in [0, 1]: shape (..., n)."""
        mixture = self.mixture(decoded)
        gumbel = -torch.empty_like(mixture.log_weights).exponential_(generator=random).log()
        chosen = (mixture.log_weights + gumbel).argmax(-1, keepdim=True)
        values: list[Tensor] = []
        for channel in range(self.channels):
            mean, log_scale = (s.gather(-1, chosen) for s in mixture.given(channel, values))
            share = torch.rand(mean.shape, generator=random).to(mean)
            values.append(quantile(mean, log_scale, share, self.levels))
        return (1 + torch.cat(values, -1).flatten(-2)) / 2

    def _later(self, mixture: Components, shares: Tensor) -> Tensor:
        """E of all channels but the first, each given quantiles of those before it.

        shares: of those quantiles, (channels − 1,). Shape (..., pixels, K, channels − 1).
        """
        values: list[Tensor] = []
        expected = []
        for channel, share in enumerate(shares, start=1):
            before = mixture.given(channel - 1, values)
            values.append(quantile(*before, share, self.levels))
            expected.append(expectation(*mixture.given(channel, values), self.levels))
        return torch.stack(expected, -1)

    def mixture(self, decoded: Tensor) -> Components:
        """The logistics that the decoder's numbers stand for."""
        outputs = _pixels(decoded, self.outputs(self.channels))
        sizes = [self.components * part for part in _parts(self.channels)]
        logits, *rest = outputs.split(sizes, -1)
        mean, log_scale, slopes = (
            part.unflatten(-1, (self.components, size))
            for part, size in zip(rest, _parts(self.channels)[1:], strict=True)
        )
        log_scale = LARGEST_LOG_SCALE * (log_scale / LARGEST_LOG_SCALE).tanh()
        return Components(logits.log_softmax(-1), mean, log_scale, slopes.tanh())


def _parts(channels: int) -> tuple[int, int, int, int]:
    """How many outputs of a component are its logit, means, log-scales and slopes."""
    return 1, channels, channels, channels * (channels - 1) // 2


def _pixels(values: Tensor, size: int) -> Tensor:
    """(..., pixels · size) as (..., pixels, size)."""
    return values.unflatten(-1, (values.shape[-1] // size, size))


def quantiles(channels: int, like: Tensor) -> Tensor:
    """Quantile levels in (0, 1) for the channels, (points, channels); one point for 0 channels.

    They form the Fibonacci lattice, whose points are even over the square and each of its sides
    (Sloan & Joe, "Lattice Methods for Multiple Integration", 1994).
    """
    points, generator = LATTICE if channels > 0 else (1, 0)
    steps = torch.arange(points)[:, None] * torch.tensor([1, generator][:channels])
    return ((steps % points + 0.5) / points).to(like)


def log_probability(value: Tensor, mean: Tensor, log_scale: Tensor, levels: int) -> Tensor:
    """log P(X = value) in nats, elementwise; `value` is one of the levels.

    For a > b, sigmoid(a) − sigmoid(b) = sigmoid(a) sigmoid(−b) (1 − e^{b−a}). Nothing cancels,
    however far from m the level is, so the tails need no approximation.
    """
    half, inverse = 1 / (levels - 1), (-log_scale).exp()
    below = logsigmoid((value - mean + half) * inverse)  # log P(Y < value + h/2)
    above = logsigmoid((mean - value + half) * inverse)  # log P(Y > value − h/2)
    between = below + above + (-(-2 * half * inverse).expm1()).log()
    inner = torch.where(value > 1 - half, above, between)
    return torch.where(value < half - 1, below, inner)


def expectation(mean: Tensor, log_scale: Tensor, levels: int) -> Tensor:
    """E X = −1 + h Σ_j P(Y > t_j) over the L − 1 midpoints t_j of levels, to within 0.02 h.

    Close to m the terms are summed. Elsewhere the sum is the midpoint rule for the integral of
    P(Y > t), whose antiderivative is −s softplus((m − t)/s).
    """
    scale, step = log_scale.exp(), 2 / (levels - 1)
    nearest = ((mean + 1) / step).round()
    first, last = ((nearest + side).clamp(0, levels - 1) for side in (-SUMMED, SUMMED))

    def above(threshold: Tensor | float) -> Tensor:
        return scale * softplus((mean - threshold) / scale)

    low, high = step * first - 1, step * last - 1
    total = above(-1.0) - above(low) + above(high) - above(1.0)
    for cell in range(2 * SUMMED):
        middle = low + (cell + 0.5) * step
        total = total + step * ((mean - middle) / scale).sigmoid() * (middle < high)
    return total - 1


def quantile(mean: Tensor, log_scale: Tensor, share: Tensor, levels: int) -> Tensor:
    """The level at which the distribution function of X reaches `share`, in (0, 1)."""
    steps = (mean + log_scale.exp() * share.logit() + 1) * (levels - 1) / 2
    return steps.round().clamp(0, levels - 1) * 2 / (levels - 1) - 1
