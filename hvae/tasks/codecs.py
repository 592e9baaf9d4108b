"""What JPEG and WebP make of 8-bit images: the bytes of whole files, and the images in them.

Headers are part of a file, and count. On small images they are most of it, so that there is nothing
to compare with below 32×32 pixels.
"""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hvae.config.tasks import Compression
from hvae.data import levels
from hvae.data.prepared import Items
from hvae.statistics.estimate import Floats
from hvae.statistics.intervals import mean, psnr
from hvae.tasks.images import Part, is_image
from hvae.tasks.task import Score

LEAST = 32  # pixels a side
BITS = 8

# Pillow's names, and options that cost time alone: JPEG's default Huffman tables are for any image
FORMATS: Mapping[str, dict[str, Any]] = {
    "jpeg": {"format": "JPEG", "optimize": True},
    "webp": {"format": "WEBP", "method": 6},
}
MODES: Mapping[tuple[int, ...], str] = {(): "L", (1,): "L", (3,): "RGB"}


class Coded(NamedTuple):
    """Of each image: bits per data dimension, and ‖x̂ − x‖²/n of data in [0, 1]; both (items,)."""

    bits: Floats
    errors: Floats


def references(part: Part, settings: Compression) -> Iterator[Score]:
    """Every format at every quality, of images that are large enough."""
    if not comparable(part.items):
        return
    for name in settings.formats:
        for quality in settings.qualities:
            coded, method = code(part.items, name, quality), f"{name}-{quality}"
            for metric, numbers in {
                "bits_per_dim": mean(coded.bits),
                "psnr_db": psnr(coded.errors),
            }.items():
                yield part.score("compression", "", method, metric, numbers)


def comparable(items: Items) -> bool:
    """Whether they are 8-bit images of one channel or three, of 32×32 pixels at least."""
    return (
        items.levels == 2**BITS
        and is_image(items.shape)
        and min(items.shape[:2]) >= LEAST
        and items.shape[2:] in MODES
    )


def code(items: Items, name: str, quality: int) -> Coded:
    """Each image in a file of its own."""
    whole = levels.numbers(items.x, 2**BITS).reshape(-1, *items.shape)
    mode = MODES[items.shape[2:]]
    pairs = [_coded(one.squeeze() if mode == "L" else one, mode, name, quality) for one in whole]
    size, errors = np.array(pairs, dtype=np.float64).T
    return Coded(BITS * size / items.x.shape[1], errors)


def _coded(image: NDArray[np.uint8], mode: str, name: str, quality: int) -> tuple[int, float]:
    """Bytes of the file, and the mean squared error of what it holds."""
    file = BytesIO()
    Image.fromarray(image).save(file, quality=quality, **FORMATS[name])
    with Image.open(file) as opened:
        seen = np.asarray(opened.convert(mode))
    difference = (seen.astype(np.float64) - image) / (2**BITS - 1)
    return file.getbuffer().nbytes, float((difference**2).mean())
