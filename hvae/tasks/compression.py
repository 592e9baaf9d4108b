"""Lossy compression: bits per data dimension that each layer takes, and the PSNR they buy.

The rate R_l / (n ln 2) is the length of an ideal code for samples of z_l that sender and receiver,
who share the model, can approach and hardly beat (bits-back or relative entropy coding). No file is
written, and what real coders add, such as a few bits an item, is not in it.

JPEG and WebP are the references on 8-bit images: the bytes of whole files, and the images in them.
Headers are part of a file, and count. On small images they are most of it, so that there is nothing
to compare with below 32×32 pixels.
"""

import math
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hvae.config.tasks import Compression
from hvae.data.prepared import Items
from hvae.data.source import level_numbers
from hvae.latents.measure import measure as evaluate
from hvae.statistics.estimate import Floats
from hvae.statistics.intervals import mean, psnr
from hvae.tasks import trained
from hvae.tasks.images import HeldOutPart, HowMeasured, held_out, is_image
from hvae.tasks.task import Score
from hvae.tasks.trained import TrainedSubject

RATE = HowMeasured("sample", "rate")
SAMPLES = 1  # of z an item: a code is of one sample
LEAST = 32  # pixels a side, for JPEG and WebP
BITS = 8

# Pillow's names, and options that cost time alone: JPEG's default Huffman tables are for any image
FORMATS: Mapping[str, dict[str, Any]] = {
    "jpeg": {"format": "JPEG", "optimize": True},
    "webp": {"format": "WEBP", "method": 6},
}
MODES: Mapping[tuple[int, ...], str] = {(): "L", (1,): "L", (3,): "RGB"}


def measure(subject: TrainedSubject, settings: Compression, seed: int) -> Iterator[Score]:
    """Bits per dimension of every layer and of all; PSNR of samples decoded, of data in [0, 1]."""
    for part in held_out(subject.items, settings.max_items, seed):
        found = evaluate(subject.model, part.x, SAMPLES, *part.key)
        bits = found.rates / (part.x.shape[1] * math.log(2))
        named = {f"z{layer}": values for layer, values in enumerate(bits.T, start=1)}
        for layers, values in {**named, "": bits.sum(1)}.items():
            numbers = mean(values)
            yield part.score("compression", RATE, "bits_per_dim", numbers, layers=layers)
        if part.items.bounded:
            yield part.score("compression", RATE, "psnr_db", psnr(found.error))


class Coded(NamedTuple):
    """Of each image: bits per data dimension, and ‖x̂ − x‖²/n of data in [0, 1]; both (items,)."""

    bits: Floats
    errors: Floats


def references(part: HeldOutPart, settings: Compression) -> Iterator[Score]:
    """Every format at every quality, of images that are large enough."""
    if not comparable(part.items):
        return
    for name in settings.formats:
        for quality in settings.qualities:
            coded = code(part.items, name, quality)
            for metric, numbers in {
                "bits_per_dim": mean(coded.bits),
                "psnr_db": psnr(coded.errors),
            }.items():
                named = HowMeasured("", name, str(quality))
                yield part.score("compression", named, metric, numbers)


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
    whole = level_numbers(items.x, 2**BITS).reshape(-1, *items.shape)
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


if __name__ == "__main__":
    trained.run(__doc__, Compression, measure)
