"""A logistic variable rounded to equally spaced levels: its probabilities and its mean.

Y has the distribution function sigmoid((y − m)/s); X is the one of L levels −1, −1 + h, …, 1, with
h = 2/(L − 1), that is nearest to Y. So the end levels hold Y's tails, and the probabilities sum
to 1 (Salimans et al., "PixelCNN++", ICLR 2017, section 2.1).
"""

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid, softplus

SUMMED = 1  # terms on either side of m that the mean takes one by one


def log_probability(value: Tensor, mean: Tensor, log_scale: Tensor, levels: int) -> Tensor:
    """log P(X = value) in nats, elementwise; `value` is one of the levels.

    For a > b, sigmoid(a) − sigmoid(b) = sigmoid(a) sigmoid(−b) (1 − e^{b−a}): nothing cancels,
    however far out the level lies, and no approximation of the tails is needed.
    """
    half, inverse = 1 / (levels - 1), (-log_scale).exp()
    below = logsigmoid((value - mean + half) * inverse)  # log P(Y < value + h/2)
    above = logsigmoid((mean - value + half) * inverse)  # log P(Y > value − h/2)
    between = below + above + (-(-2 * half * inverse).expm1()).log()
    inner = torch.where(value > 1 - half, above, between)
    return torch.where(value < half - 1, below, inner)


def expectation(mean: Tensor, log_scale: Tensor, levels: int) -> Tensor:
    """E X = −1 + h Σ_j P(Y > t_j), over the L − 1 midpoints t_j between levels; within 0.02 h.

    Next to m the terms are summed. Elsewhere the sum is the midpoint rule of the integral of
    P(Y > t), which is s softplus((m − t)/s) at the lower end less that at the upper.
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
    """The level of X where its distribution function reaches `share`, in (0, 1)."""
    steps = (mean + log_scale.exp() * share.logit() + 1) * (levels - 1) / 2
    return steps.round().clamp(0, levels - 1) * 2 / (levels - 1) - 1
