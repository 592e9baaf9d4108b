"""Files of formats that know nothing of the data: JPEG and WebP, PNG, and zlib.

JPEG and WebP are of 8-bit images of 16 pixels a side at least. Headers are part of a file, and
count: of small images they are most of it. So each is there twice, with a file for each image and,
with `-sheet`, as one file in which all images stand side by side.

Without loss there are PNG and WebP, a file for each image, and zlib of all pixels in one stream.
"""

import math
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hvae.config.tasks import Compression
from hvae.data.prepared import Items
from hvae.data.source import level_numbers
from hvae.statistics.estimate import Floats
from hvae.statistics.intervals import mean, psnr
from hvae.statistics.sampled import Sampled
from hvae.tasks.task import Score
from hvae.tasks.trained import HeldOutPart, HowMeasured, is_image

LEAST = 16  # pixels a side, for JPEG and WebP
BLOCK = 16  # pixels, to whose multiples images of a sheet are extended
BITS = 8
WHITE = 2**BITS - 1

# Pillow's names, and options that cost time alone: JPEG's default Huffman tables are for any image
FORMATS: Mapping[str, dict[str, Any]] = {
    "jpeg": {"format": "JPEG", "optimize": True},
    "webp": {"format": "WEBP", "method": 6},
}
EXACT: Mapping[str, dict[str, Any]] = {
    "png": {"format": "PNG", "optimize": True},
    "webp-lossless": {"format": "WEBP", "lossless": True, "method": 6},
}
MODES: Mapping[tuple[int, ...], str] = {(): "L", (1,): "L", (3,): "RGB"}
Pixels = NDArray[np.uint8]


class Coded(NamedTuple):
    """Of each image: bits per data dimension, and ‖x̂ − x‖²/n of data in [0, 1]; both (items,)."""

    bits: Floats
    errors: Floats


def paired(settings: Compression) -> int:
    """The most items of a split. What is compared with files is of the same items as they are."""
    return min(settings.max_items, settings.items or settings.max_items)


def references(part: HeldOutPart, settings: Compression) -> Iterator[Score]:
    """Every format at every quality, of images that are large enough; and those without loss."""
    for name in settings.formats if comparable(part.items) else ():
        for quality in settings.qualities:
            alone = code(part.items, name, quality)
            sheet = code_sheet(part.items, name, quality)
            lengths = mean(alone.bits), with_mean(alone.bits, float(sheet.bits.mean()))
            for method, bits, errors in zip(
                (name, f"{name}-sheet"), lengths, (alone.errors, sheet.errors), strict=True
            ):
                named = HowMeasured("", method, str(quality))
                yield part.score("compression", named, "bits_per_dim", bits)
                yield part.score("compression", named, "psnr_db", psnr(errors))
    if part.items.levels is not None and settings.items is not None:
        for method, bits in exact(part.items).items():
            yield part.score("compression", HowMeasured("", method), "bits_per_dim", bits)


def with_mean(scores: Floats, value: float) -> Sampled:
    """A length of all items together, given what each takes on its own, up to a constant."""
    return mean(scores + (value - scores.mean()))


def comparable(items: Items) -> bool:
    """Whether they are 8-bit images of one channel or three, of 16×16 pixels at least."""
    return _is_picture(items) and items.levels == 2**BITS and min(items.shape[:2]) >= LEAST


def _is_picture(items: Items) -> bool:
    return is_image(items.shape) and items.shape[2:] in MODES


def code(items: Items, name: str, quality: int) -> Coded:
    """Each image in a file of its own."""
    images = _images(items)
    found = [_coded(one, name, quality) for one in images]
    size = np.array([size for size, _ in found], np.float64)
    return _compared(items, size, np.stack([seen for _, seen in found]))


def code_sheet(items: Items, name: str, quality: int) -> Coded:
    """All images in one file, of which each has an equal part."""
    images = _images(items)
    across = math.ceil(math.sqrt(len(images)))
    down = math.ceil(len(images) / across)
    height, width = images.shape[1:3]
    edge = [(0, -side % BLOCK) for side in (height, width)]
    tiles = np.pad(images, [(0, across * down - len(images)), *edge, *_rest(images)], mode="edge")
    grid = tiles.reshape(down, across, *tiles.shape[1:])
    size, seen = _coded(np.concatenate(np.concatenate(grid, axis=1), axis=1), name, quality)
    rows = np.stack(np.split(np.stack(np.split(seen, down)), across, axis=2), axis=1)
    again = rows.reshape(tiles.shape)[: len(images), :height, :width]
    return _compared(items, np.full(len(images), size / len(images)), again)


def _rest(images: Pixels) -> list[tuple[int, int]]:
    return [(0, 0)] * (images.ndim - 3)


def exact(items: Items) -> dict[str, Sampled]:
    """Bits per data dimension of each format without loss, of items of few levels."""
    found: dict[str, Sampled] = {}
    numbers = level_numbers(items.x, items.levels or 2)
    if _is_picture(items):
        shown = np.rint(numbers * (WHITE / ((items.levels or 2) - 1))).astype(np.uint8)
        images = shown.reshape(len(shown), *items.shape)
        for name, options in EXACT.items():
            sizes = [len(_file(_squeezed(one), **options)) for one in images]
            found[name] = mean(BITS * np.array(sizes, np.float64) / items.x.shape[1])
    own = np.array([len(zlib.compress(one.tobytes(), 9)) for one in numbers], np.float64)
    stream = BITS * len(zlib.compress(numbers.tobytes(), 9)) / numbers.size
    found["zlib"] = with_mean(BITS * own / items.x.shape[1], stream)
    return found


def _images(items: Items) -> Pixels:
    return level_numbers(items.x, 2**BITS).reshape(-1, *items.shape)


def _squeezed(image: Pixels) -> Pixels:
    return image[..., 0] if image.shape[2:] == (1,) else image


def _file(image: Pixels, **options: Any) -> bytes:
    file = BytesIO()
    Image.fromarray(image).save(file, **options)
    return file.getvalue()


def _coded(image: Pixels, name: str, quality: int) -> tuple[int, Pixels]:
    """Bytes of the file, and the image that it holds."""
    content = _file(_squeezed(image), quality=quality, **FORMATS[name])
    with Image.open(BytesIO(content)) as opened:
        seen = np.asarray(opened.convert(MODES[image.shape[2:]]))
    return len(content), seen.reshape(image.shape)


def _compared(items: Items, sizes: Floats, seen: Pixels) -> Coded:
    """sizes: bytes of each image."""
    difference = seen.reshape(len(seen), -1).astype(np.float64) - level_numbers(items.x, 2**BITS)
    return Coded(BITS * sizes / items.x.shape[1], ((difference / WHITE) ** 2).mean(1))
