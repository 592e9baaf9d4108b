"""Reconstruction: squared error, PSNR and structural similarity of decoded latents.

x̂ = E[x | z] with z sampled, and with every z its posterior's mean. Errors exist for all data, PSNR
for data in [0, 1], SSIM for images among these. Bounds speak of samples; means are shown beside.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from hvae.config.tasks import Reconstruction
from hvae.data.seeded import Stream
from hvae.statistics.estimate import Floats
from hvae.statistics.intervals import mean, psnr
from hvae.statistics.sampled import Sampled
from hvae.tasks import trained
from hvae.tasks.task import Score
from hvae.tasks.trained import (
    FEATURES,
    HeldOutPart,
    HowMeasured,
    TrainedSubject,
    held_out,
    is_image,
    shown,
    squared_error,
)

WINDOW = 7  # pixels a side, of structural similarity
LEAST = 3  # pixels: within a window of one there is no variance


def measure(subject: TrainedSubject, settings: Reconstruction, seed: int) -> Iterator[Score]:
    """Every metric that the items have, from samples and from means."""
    for part in held_out(subject.items, settings.max_items, seed):
        for features in FEATURES:
            seen = shown(subject.model, part.x, features, part.noise(Stream.RECONSTRUCTION))
            for metric, numbers in metrics(seen, part).items():
                named = HowMeasured(features, "decoder")
                yield part.score("reconstruction", named, metric, numbers)


def metrics(seen: torch.Tensor, part: HeldOutPart) -> dict[str, Sampled]:
    """Of reconstructions (items, n): `mse` per data dimension, and where they exist the others."""
    items, errors = part.items, squared_error(seen, part.x)
    found = {"mse": mean(errors)}
    if items.bounded:
        found["psnr_db"] = psnr(errors)
    if items.bounded and is_image(items.shape) and min(items.shape[:2]) >= LEAST:
        found["ssim"] = mean(ssim(seen.numpy(), items.x, items.shape))
    return found


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


if __name__ == "__main__":
    trained.run(__doc__, Reconstruction, measure)
