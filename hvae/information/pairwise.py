"""I(x; z) from pairs of items, where the density q(z|x) is known: Î⁻ and Î⁺, in nats.

With l_ij = log q(z_i|x_j) for K items x_j and one sample z_i ~ q(z|x_i) of each, these are::

    lower   Î⁻ = mean_i [ l_ii − log (1/K)     Σ_j     exp l_ij ]   ≤ log K; E Î⁻ ≤ I
    upper   Î⁺ = mean_i [ l_ii − log (1/(K−1)) Σ_{j≠i} exp l_ij ]            E Î⁺ ≥ I

(Poole et al., "On Variational Bounds of Mutual Information", ICML 2019: tractable encoders.)
All terms share the x_j, so the standard errors come from a jackknife over items. Leaving out item m
removes row m and column m, that is, one term from each row's sum. So the jackknife takes O(K²)
time, and O(K) memory, since each row is used as soon as it is computed. Where few items make up
most of the spread of Î⁺ the error is wrong (`heavy_tailed`), and Î⁺ is marked as saturated.

The rows come from a model (`measure.suffix_rows`). If there are only latents, they come from
means, standard deviations and samples (`gaussian_rows`). These give q(z_L|x), so they serve for the
top layer of any model. In a lower layer they depend on the samples of the layers above for the same
item, and the density for another item needs the model.
"""

import math
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy.special import logsumexp

from hvae.statistics.estimate import Floats, InformationEstimate, Kind, finite

# Î⁻ counts as saturated within this many nats of log K. In Gaussian channels of 1 to 32 dimensions,
# with K of 360 and 1,000, it was too low by 0.1 to 0.8 nats at this distance, by at most 0.3 nats
# at a distance of 3, and by 0.4 to 1.4 nats at a distance of 1. Î⁺ becomes loose there as well.
SATURATION = 2.0

ROUNDING = 1e-12  # a relative deviation below this is arithmetic
HEAVY = 0.5  # the tail index from which a variance is infinite

BLOCK = 2**20  # pairs that are summed at once
NUMBERS = 2**21  # numbers in an array of `gaussian_rows`: 16 MB


class Information(NamedTuple):
    """Both estimates of one I(x; z), from the same pairs."""

    lower: InformationEstimate
    upper: InformationEstimate


def information(log_density: Any) -> Information:
    """Î⁻ and Î⁺ from all l_ij, shape (K, K): row i is a sample, column j an item.

    ValueError if the matrix is not square, has fewer than two items, or holds NaN or infinities.
    The standard errors are nan for two items.
    """
    whole = np.asarray(log_density)
    if whole.ndim != 2:
        raise ValueError(f"log_density must be a matrix, got shape {whole.shape}")
    rows = max(1, BLOCK // max(1, whole.shape[1]))
    return from_rows(whole[None, i : i + rows] for i in range(0, len(whole), rows))[0]


def from_rows(blocks: Iterable[Floats]) -> list[Information]:
    """Î⁻ and Î⁺ for S kinds of z of the same items, from blocks of samples.

    blocks: l of consecutive samples, (S, rows, K) each, K rows in all. Raises the errors of
    `information`.
    """
    seen, items, sums = 0, 0, np.zeros(())
    for block in blocks:
        items = block.shape[2]
        if items < 2 or seen + block.shape[1] > items:
            break
        sums = sums + _sums(finite("log_density", block), seen)
        seen += block.shape[1]
    if items < 2 or seen != items:
        raise ValueError(
            f"log_density must be a square of at least two items, got {seen} rows or more, "
            f"of {items} items"
        )
    return [_information(lower, upper) for lower, upper in sums]


def _sums(block: Floats, first: int) -> Floats:
    """What these rows add to the sums of `_side`, for Î⁻ and Î⁺: (S, 2, 1 + K)."""
    rows = np.arange(block.shape[1])
    own = (slice(None), rows, first + rows)
    others = block.copy()
    others[own] = -math.inf
    return np.stack([_side(part, block[own], own) for part in (block, others)], axis=1)


def _side(block: Floats, log_own: Floats, own: tuple[Any, ...]) -> Floats:
    """Σ_i [l_ii − log Σ_j exp l_ij], then the same without each item m (Σ_{i≠m}, Σ_{j≠m})."""
    whole, left_out = _log_sums(block)
    terms = log_own[:, :, None] - left_out
    terms[own] = 0  # leaving out item m also removes row m
    return np.concatenate([(log_own - whole).sum(1, keepdims=True), terms.sum(1)], axis=1)


def _log_sums(block: Floats) -> tuple[Floats, Floats]:
    """log Σ_j exp l_ij of each row, and the same without each j in turn.

    Subtracting a term from the sum is accurate if the term is at most half of the sum. Only the
    largest term can be more, so the sum without it is computed directly.
    """
    largest = block.argmax(-1)[..., None]
    top = np.take_along_axis(block, largest, -1)
    weights = np.exp(block - top)
    total = weights.sum(-1, keepdims=True)
    np.put_along_axis(weights, largest, 0, -1)
    left_out = top + np.log(total - weights)
    others = block.copy()
    np.put_along_axis(others, largest, -math.inf, -1)
    np.put_along_axis(left_out, largest, logsumexp(others, axis=-1, keepdims=True), -1)
    return (top + np.log(total))[..., 0], left_out


def _information(lower: Floats, upper: Floats) -> Information:
    items = len(lower) - 1
    below = _estimate("lower", lower, items)
    saturated = below.value > math.log(items) - SATURATION
    above = _estimate("upper", upper, items - 1)
    loose = saturated or heavy_tailed(upper[1:])
    return Information(below._replace(saturated=saturated), above._replace(saturated=loose))


def _estimate(kind: Kind, sums: Floats, terms: int) -> InformationEstimate:
    """The mean over rows plus log of the number of `terms` in a row, with its jackknife error."""
    items = len(sums) - 1
    value = float(sums[0] / items + math.log(terms))
    if items == 2:
        return InformationEstimate(kind, value, math.nan)
    left_out = sums[1:] / (items - 1)  # without log(terms - 1), which is the same in all
    return InformationEstimate(kind, value, float(left_out.std() * math.sqrt(items - 1)))


def heavy_tailed(left_out: Floats) -> bool:
    """Whether values without each item, (K,), spread with so heavy a tail that no error is known.

    Of the √K largest deviations from the mean, the mean of log |deviation|, less that of the next
    one, estimates the tail index 1/α (Hill, 1975). Above 1/2 the variance is infinite, and the
    standard error is that of what happened to be drawn. In Gaussian channels of one dimension
    with K = 360, intervals of 95 % contained E Î⁺ in 94, 76 and 75 % of samples at I = 2.5, 3 and
    3.5 nats, of which this finds 53, 83 and 99 %; in four and sixteen dimensions, where they
    contained it in 94 % or more, it finds none.
    """
    deviations = np.sort(np.abs(left_out - left_out.mean()))[::-1]
    largest = math.isqrt(len(deviations))
    least = deviations[largest]
    if least <= ROUNDING * np.abs(left_out).max():
        return False
    return bool(np.log(deviations[:largest] / least).mean() > HEAVY)


def gaussian_rows(mean: Any, std: Any, sample: Any) -> Iterator[Floats]:
    """Rows of l_ij = log N(z_i; μ_j, diag σ_j²) in nats, for `from_rows`.

    Each argument is (K, d), a row for each item. Yields blocks (1, rows, K) of consecutive rows i,
    K in all. ValueError if shapes differ, a value is NaN or infinite, or a σ is not positive.
    """
    parts = {"mean": mean, "std": std, "sample": sample}
    mean, std, sample = (finite(name, part) for name, part in parts.items())
    if mean.ndim != 2:
        raise ValueError(f"mean must have a row for each item, got shape {mean.shape}")
    for name, part in {"std": std, "sample": sample}.items():
        if part.shape != mean.shape:
            raise ValueError(f"{name} must have the shape of mean, {mean.shape}, got {part.shape}")
    if std.min(initial=1) <= 0:
        raise ValueError(f"std must be positive, got {std.min()}")
    return _rows(mean, std, sample)


def _rows(mean: Floats, std: Floats, sample: Floats) -> Iterator[Floats]:
    items, width = mean.shape
    constant = -(math.log(2 * math.pi) / 2 * width) - np.log(std).sum(-1)
    step = max(1, NUMBERS // max(1, items * width))
    for first in range(0, items, step):
        standard = (sample[first : first + step, None] - mean) / std
        yield (constant - (standard**2).sum(-1) / 2)[None]
