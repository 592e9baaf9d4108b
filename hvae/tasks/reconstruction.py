"""Reconstruction: squared error, PSNR and structural similarity of decoded latents.

x̂ = E[x | z] with z sampled, and with every z its posterior's mean. Errors exist for all data, PSNR
for data in [0, 1], SSIM for images among these. Bounds speak of samples; means are shown beside.
"""

from collections.abc import Iterator

import torch

from hvae.config.tasks import Reconstruction
from hvae.statistics.intervals import Numbers, mean, psnr
from hvae.tasks import trained
from hvae.tasks.images import (
    FEATURES,
    Part,
    Purpose,
    held_out,
    is_image,
    shown,
    squared_error,
)
from hvae.tasks.similarity import LEAST, ssim
from hvae.tasks.task import Score
from hvae.tasks.trained import Trained


def measure(subject: Trained, settings: Reconstruction, seed: int) -> Iterator[Score]:
    """Every metric that the items have, from samples and from means."""
    for part in held_out(subject.items, settings.max_items, seed):
        for features in FEATURES:
            seen = shown(subject.model, part.x, features, part.noise(Purpose.RECONSTRUCTION))
            for metric, numbers in metrics(seen, part).items():
                yield part.score("reconstruction", features, "decoder", metric, numbers)


def metrics(seen: torch.Tensor, part: Part) -> dict[str, Numbers]:
    """Of reconstructions (items, n): `mse` per data dimension, and where they exist the others."""
    items, errors = part.items, squared_error(seen, part.x)
    found = {"mse": mean(errors)}
    if items.bounded:
        found["psnr_db"] = psnr(errors)
    if items.bounded and is_image(items.shape) and min(items.shape[:2]) >= LEAST:
        found["ssim"] = mean(ssim(seen.numpy(), items.x, items.shape))
    return found


if __name__ == "__main__":
    trained.run(__doc__, Reconstruction, measure)
