"""Structural similarity of images, by scikit-image."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from hvae.statistics.estimate import Floats

WINDOW = 7  # pixels a side
LEAST = 3  # pixels: within a window of one there is no variance


def ssim(seen: NDArray[np.float32], x: NDArray[np.float32], shape: Sequence[int]) -> Floats:
    """SSIM of each image with its original x in [0, 1], both (items, n): (items,).

    (2μμ' + c₁)(2σ_xx' + c₂) / ((μ² + μ'² + c₁)(σ² + σ'² + c₂)), with means, sample variances and
    covariance in windows of 7×7 pixels, c₁ = 0.01² and c₂ = 0.03²; averaged over all windows and
    channels (Wang et al., "Image Quality Assessment", IEEE Transactions on Image Processing, 2004).
    The window is the largest of odd side that fits where a side is below seven.

    Items stand one above the other in a single image, of which windows within an item count.
    """
    side = min(WINDOW, *shape[:2])
    side -= 1 - side % 2
    first, second = (part.astype(np.float64).reshape(-1, *shape[1:]) for part in (seen, x))
    _, local = structural_similarity(
        first,
        second,
        win_size=side,
        data_range=1.0,
        channel_axis=2 if len(shape) > 2 else None,
        full=True,
    )
    inside = slice(side // 2, -(side // 2))
    return local.reshape(-1, *shape)[:, inside, inside].reshape(len(x), -1).mean(1)
