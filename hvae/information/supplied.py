"""log q(z_i | x_j) of latents that come as numbers alone: means, standard deviations and samples.

Means and standard deviations tell q(z_L|x), so this serves L = 1 and the top layer of any model. A
lower layer's depend on the layers above, sampled from its own item: they do not tell its density
for another item, which takes the model (`densities`).
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from hvae.information.estimate import Array, finite

NUMBERS = 2**21  # numbers in an array: 16 MB


def gaussian_rows(mean: Any, std: Any, sample: Any) -> Iterator[Array]:
    """Rows of l_ij = log N(z_i; μ_j, diag σ_j²) in nats, for `pairwise.from_rows`.

    Each argument is (K, d), a row an item. Yields (1, rows, K), consecutive rows i, K in all.
    ValueError where shapes differ, a value is NaN or infinite, or a σ is not positive.
    """
    parts = {"mean": mean, "std": std, "sample": sample}
    mean, std, sample = (finite(name, part) for name, part in parts.items())
    if mean.ndim != 2:
        raise ValueError(f"mean must have a row an item, got shape {mean.shape}")
    for name, part in {"std": std, "sample": sample}.items():
        if part.shape != mean.shape:
            raise ValueError(f"{name} must have the shape of mean, {mean.shape}, got {part.shape}")
    if std.min(initial=1) <= 0:
        raise ValueError(f"std must be positive, got {std.min()}")
    return _rows(mean, std, sample)


def _rows(mean: Array, std: Array, sample: Array) -> Iterator[Array]:
    items, width = mean.shape
    constant = -(math.log(2 * math.pi) / 2 * width) - np.log(std).sum(-1)
    step = max(1, NUMBERS // max(1, items * width))
    for first in range(0, items, step):
        standard = (sample[first : first + step, None] - mean) / std
        yield (constant - (standard**2).sum(-1) / 2)[None]
