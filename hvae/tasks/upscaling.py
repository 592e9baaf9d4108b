"""Upscaling: an image of which the mean of each block of 2×2 pixels is known.

It starts from a bicubic upsampling of the block means, and then encodes, decodes, and shifts each
block of the decoded image so that its mean is the observed one, many times. Images with an odd
side have no whole blocks, so they get no rows.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

from hvae.config.tasks import Upscaling
from hvae.data.prepared import Items
from hvae.data.seeded import Stream
from hvae.statistics.intervals import psnr
from hvae.tasks import trained
from hvae.tasks.task import Score
from hvae.tasks.trained import (
    FEATURES,
    SPATIAL,
    HeldOutPart,
    HowMeasured,
    TrainedSubject,
    pictures,
    restored,
    squared_error,
)

FACTOR = 2
SETTING = f"{FACTOR}x"


def measure(subject: TrainedSubject, settings: Upscaling, seed: int) -> Iterator[Score]:
    """PSNR of the upscaled images, from samples and from means."""
    for part in divisible(subject.items, settings.max_items, seed):
        shape = part.items.shape
        low = block_means(part.x, shape)
        for features in FEATURES:
            steps = part.steps(Stream.UPSCALING, settings.steps)
            seen = restored(subject.model, bicubic(low), agreeing(low, shape), features, steps)
            numbers = psnr(squared_error(seen, part.x))
            named = HowMeasured(features, "imputation", SETTING)
            yield part.score("upscaling", named, "psnr_db", numbers)


def references(part: HeldOutPart) -> Iterator[Score]:
    """Bicubic upsampling of the block means."""
    seen = bicubic(block_means(part.x, part.items.shape))
    numbers = psnr(squared_error(seen, part.x))
    yield part.score("upscaling", HowMeasured("", "bicubic", SETTING), "psnr_db", numbers)


def divisible(items: Mapping[str, Items], most: int, seed: int) -> Iterator[HeldOutPart]:
    """Held-out images whose height and width are even."""
    for part in pictures(items, most, seed):
        if all(side % FACTOR == 0 for side in part.items.shape[:SPATIAL]):
            yield part


def agreeing(low: Tensor, shape: Sequence[int]) -> Callable[[Tensor], Tensor]:
    """The nearest image (items, n) whose block means are `low`, for any image."""
    return lambda decoded: decoded + repeated(low - block_means(decoded, shape))


def block_means(x: Tensor, shape: Sequence[int]) -> Tensor:
    """The mean of each 2×2 block of x (items, n), by channel: (items, channels, h/2, w/2)."""
    return avg_pool2d(_maps(x, shape), FACTOR)


def repeated(low: Tensor) -> Tensor:
    """The image (items, n) that is constant in each block."""
    return _flat(interpolate(low, scale_factor=FACTOR, mode="nearest"))


def bicubic(low: Tensor) -> Tensor:
    """Cubic convolution of the block means, taken as values at the blocks' centres: (items, n).

    With a = −½, the only kernel that reproduces straight ramps (Keys, "Cubic Convolution
    Interpolation", IEEE Transactions on Acoustics, Speech, and Signal Processing, 1981).
    """
    # torch has a = −¾ unless `antialias`, which otherwise changes downsampling alone
    return _flat(interpolate(low, scale_factor=FACTOR, mode="bicubic", antialias=True))


def _maps(x: Tensor, shape: Sequence[int]) -> Tensor:
    """(items, n), channels last, as (items, channels, height, width)."""
    return x.reshape(len(x), *shape[:SPATIAL], -1).movedim(-1, 1)


def _flat(maps: Tensor) -> Tensor:
    return maps.movedim(1, -1).flatten(1)


if __name__ == "__main__":
    trained.run(__doc__, Upscaling, measure)
