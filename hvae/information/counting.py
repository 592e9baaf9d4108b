"""I(y; z) of a discrete z by counting, in nats: the plug-in estimate, with q(z|x) for samples.

Of N items (x_i, y_i) with S_yz = Σ_{i: y_i = y} q(z|x_i), n_y items of class y and S_z = Σ_y S_yz::

    I = (1/N) [ Σ_yz φ(S_yz) − Σ_y φ(n_y) − Σ_z φ(S_z) + φ(N) ],    φ(s) = s log s

For the N items themselves it is exact, without Monte-Carlo error. For the source that they come
from it is biased upwards: with independent classes and certain codes by about
(codes − 1)(classes − 1) / 2N (Miller, 1955). So no check uses it.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from hvae.information.estimate import InformationEstimate, finite
from hvae.statistics.estimate import Floats

MOST_CODES = 4096  # joint values of z that are counted at most: 64 MB for 2,000 items


def counted_information(
    probabilities: Any, labels: NDArray[np.int64]
) -> InformationEstimate | None:
    """I(y; z) of z = (z_1 … z_V), given q(z_v = k|x_i): probabilities of shape (N, V, K).

    None where there are more than `MOST_CODES` joint codes, K^V. The standard error comes from a
    jackknife over items. It is saturated where there are fewer items than pairs of code and class.
    ValueError for fewer than two items, values that are negative or not finite, or a number of
    labels that differs from the number of items.
    """
    each = finite("probabilities", probabilities)
    if each.ndim != 3 or len(each) < 2 or each.min() < 0:
        raise ValueError(
            "probabilities must be (items, variables, categories), of two items or more "
            f"and not negative, got shape {each.shape}"
        )
    if labels.shape != each.shape[:1]:
        raise ValueError(f"labels must be {len(each)}, one for each item, got shape {labels.shape}")
    if each.shape[2] ** each.shape[1] > MOST_CODES:
        return None
    return _estimate(joint(each), np.unique(labels, return_inverse=True)[1])


def joint(each: Floats) -> Floats:
    """q(z|x_i) = ∏_v q(z_v|x_i) of every joint code, the last variable fastest: (N, K^V)."""
    each = each / each.sum(-1, keepdims=True)  # float32 has rounded them
    codes = each[:, 0]
    for one in np.moveaxis(each, 1, 0)[1:]:
        codes = (codes[:, :, None] * one[:, None]).reshape(len(each), -1)
    return codes


def _estimate(codes: Floats, labels: NDArray[np.int64]) -> InformationEstimate:
    items, cells = len(codes), codes.shape[1] * (labels.max() + 1)
    members = [codes[labels == one] for one in range(labels.max() + 1)]
    tables = np.stack([some.sum(0) for some in members])
    sizes = np.array([len(some) for some in members])
    value = _of_counts(_phi(tables).sum(), _phi(sizes).sum(), _phi(tables.sum(0)).sum(), items)
    left_out = np.concatenate(list(_without_each(members, tables, sizes)))
    error = float(left_out.std() * math.sqrt(items - 1))
    return InformationEstimate("estimate", float(value), error, bool(items < cells))


def _without_each(
    members: list[Floats], tables: Floats, sizes: NDArray[np.int64]
) -> Iterator[Floats]:
    """I without each item in turn, class by class: only one row of S_yz, one n_y and S_z change."""
    whole, rows, marginal = _phi(tables).sum(), _phi(tables).sum(1), tables.sum(0)
    for one, some in enumerate(members):
        table = whole - rows[one] + _phi(tables[one] - some).sum(1)
        size = _phi(sizes).sum() - _phi(sizes[one]) + _phi(sizes[one] - 1)
        yield _of_counts(table, size, _phi(marginal - some).sum(1), sizes.sum() - 1)


def _of_counts(table: Floats, size: Floats, marginal: Floats, items: int) -> Floats:
    return (table - size - marginal + _phi(items)) / items


def _phi(count: Any) -> Floats:
    """s log s, and 0 for s ≤ 0; rounding may make an s = 0 negative."""
    return xlogy(np.maximum(count, 0), np.maximum(count, 0))
