"""Items to the bytes of a file and back, for a program of one's own and for tasks.

    content = image_file(codec, quantise(codec, x, factor))   # x (items, n), of any likelihood
    content = lossless(codec, numbers)                        # numbers of levels (items, n)
    decoded(codec, container.read(path), path)

A lossless file is decoded once before anyone gets it, and holds a checksum of its pixels.
"""

import zlib
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hvae.coding import bits_back, container, quantised
from hvae.coding.bits_back import Batches
from hvae.coding.codec import Codec
from hvae.coding.container import IMAGES, LOSSLESS, Coded
from hvae.coding.quantised import Quantised
from hvae.data.source import level_values
from hvae.errors import InputError, shown

EIGHTHS = 8  # of a factor, in a file
LARGEST = 1 << 15  # symbol that a file may claim
GRIDS, PIXELS = 1 << 14, 1 << 28  # checksums, of two bytes and of four


def image_file(codec: Codec, given: Quantised) -> bytes:
    """A file of the items that were quantised, with loss."""
    settings = round(EIGHTHS * given.factor), given.limit, _grid(codec)
    content = container.body(quantised.pushed(codec, given))
    items = len(given.symbols[0])
    return container.written(Coded(IMAGES, codec.key, codec.shape, items, settings, content))


def lossless(codec: Codec, numbers: Tensor) -> bytes:
    """A file of all items, given by the numbers of their levels (items, n), without loss.

    InputError where the likelihood is a density.
    """
    coder, batches = bits_back.pack(codec, numbers)
    settings = *batches, _checksum(numbers)
    coded = Coded(LOSSLESS, codec.key, codec.shape, len(numbers), settings, container.body(coder))
    if not torch.equal(_unpacked(codec, coded), numbers.to(torch.uint8)):
        raise InputError("the file does not decode to the same pixels on this machine")
    return container.written(coded)


def decoded(codec: Codec, coded: Coded, path: Path) -> NDArray[np.float32]:
    """Items (items, n): x̂ or, of a lossless file, x.

    InputError where the file is of another model, or does not decode to what was written.
    """
    if (coded.key, coded.shape) != (codec.key, codec.shape):
        raise InputError(f"{shown(path)} was written with another model")
    try:
        if coded.kind == IMAGES:
            return quantised.reconstructed(codec, _symbols(codec, coded)).numpy()
        return level_values(_unpacked(codec, coded).numpy(), codec.levels or 2)
    except InputError as error:
        raise InputError(f"{shown(path)} {error}") from None


def _symbols(codec: Codec, coded: Coded) -> Quantised:
    eighths, limit, grid = coded.settings
    if grid != _grid(codec):
        raise InputError("was written where the model's posteriors have other widths")
    if not 0 < eighths <= 1000 or not 0 < limit <= LARGEST:
        raise InputError("has settings that no file has")
    coder = coded.coder
    found = quantised.popped(codec, coder, eighths / EIGHTHS, coded.items, limit)
    if not coder.is_empty():
        raise InputError("holds more than its items")
    return found


def _unpacked(codec: Codec, coded: Coded) -> Tensor:
    *division, pixels = coded.settings
    batches = Batches(*division)
    if not batches.possible:
        raise InputError("has settings that no file has")
    numbers = bits_back.unpack(codec, coded.coder, batches, coded.items)
    if _checksum(numbers) != pixels:
        raise InputError(
            "does not decode to the pixels that were written: sums are rounded otherwise here, or "
            "its content was changed"
        )
    return numbers


def _grid(codec: Codec) -> int:
    """A checksum of the widths."""
    return zlib.crc32(np.concatenate(codec.widths).tobytes()) % GRIDS


def _checksum(numbers: Tensor) -> int:
    return zlib.crc32(numbers.to(torch.uint8).contiguous().numpy().tobytes()) % PIXELS
