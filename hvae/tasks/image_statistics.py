"""What a reader sees of an image as one number: targets of regression where a source has none."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from hvae.data.prepared import Items
from hvae.statistics.estimate import Floats


def statistics(items: Items) -> dict[str, Floats]:
    """Every statistic of images in [0, 1], by name, each (items,); none of anything else.

    A single row or column of pixels has no slant.
    """
    if len(items.shape) < 2 or not items.bounded:
        return {}
    images = grey(items.x.astype(np.float64), items.shape)
    names = [name for name in STATISTICS if name != "slant" or 1 not in items.shape[:2]]
    return {name: STATISTICS[name](images) for name in names}


def grey(x: NDArray[np.float64], shape: tuple[int, ...]) -> Floats:
    """Items (items, n) as images (items, height, width), colours averaged."""
    height, width, *_ = shape
    return x.reshape(len(x), height, width, -1).mean(-1)


def intensity(images: Floats) -> Floats:
    """Mean over the pixels, in [0, 1]: how much of the image is bright."""
    return images.mean((1, 2))


def slant(images: Floats) -> Floats:
    """atan(μ_uv / μ_vv) in radians, from −π/2 to π/2: how far what is bright leans to the right.

    u runs to the right and v up, both in pixels from the centre of mass; μ are central second
    moments of the intensity, so that shearing u by −v μ_uv / μ_vv sets the image upright (the usual
    deskewing of digits). 0 where there is no height to lean over, as in a black image.
    """
    _, height, width = images.shape
    mass = images.sum((1, 2))
    weights = images / np.where(mass > 0, mass, 1)[:, None, None]
    along, up = weights.sum(1), weights.sum(2)  # (items, width), (items, height)
    u, v = np.arange(width), -np.arange(height)
    du, dv = u - (along @ u)[:, None], v - (up @ v)[:, None]
    common = np.einsum("ihw,ih,iw->i", weights, dv, du)
    upright = (up * dv**2).sum(1)
    tall = upright > 1e-9
    return np.arctan(np.where(tall, common, 0) / np.where(tall, upright, 1))


STATISTICS: Mapping[str, Callable[[Floats], Floats]] = {"intensity": intensity, "slant": slant}
