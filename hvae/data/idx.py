"""IDX, the format of MNIST: a magic number, the sizes of the axes, and the values, all big-endian.

    0, 0, type (8: unsigned bytes), number of axes | their sizes, 4 bytes each | the values

Values are in the order of C, the last axis fastest.
"""

import math
import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hvae.config.data import Published
from hvae.data.archives import File, gunzip, obtain, verify
from hvae.data.images import published
from hvae.data.source import Source
from hvae.errors import InputError

BYTES = b"\0\0\x08"
MOST_AXES = 4


def parse(content: bytes, origin: object) -> NDArray[np.uint8]:
    """The array in the contents of an IDX file; InputError where they are not one of bytes."""
    axes = content[3] if len(content) > 3 else MOST_AXES + 1
    if content[:3] != BYTES or axes > MOST_AXES or len(content) < 4 + 4 * axes:
        raise InputError(f"{origin} is not an IDX file of unsigned bytes: get it anew")
    start = 4 + 4 * axes
    sizes = struct.unpack(f">{axes}I", content[4:start])
    if len(content) - start != math.prod(sizes):
        raise InputError(
            f"{origin} says that it holds {'×'.join(map(str, sizes))} values, "
            f"but holds {len(content) - start}: get it anew"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(sizes)


def read(file: File, axes: int, options: Published) -> NDArray[np.uint8]:
    """The array of a published file with that many axes."""
    path = obtain(file, options)
    content = gunzip(path)
    verify(path, file, {"": content})
    values = parse(content, path)
    if values.ndim != axes:
        raise InputError(f"{path} has {values.ndim} axes instead of {axes}: get it anew")
    return values


def load(files: Sequence[File], classes: tuple[str, ...], options: Published) -> Source:
    """A source of four files: images and labels for training, images and labels for the test."""
    arrays = [read(file, axes, options) for file, axes in zip(files, (3, 1, 3, 1), strict=True)]
    images, labels = arrays[::2], arrays[1::2]
    for part, named, file in zip(images, labels, files[::2], strict=True):
        if len(part) != len(named):
            raise InputError(
                f"{options.home / file.name} has {len(part)} images for {len(named)} labels: "
                "get both files anew"
            )
    return published(
        [part.reshape(len(part), -1) for part in images],
        labels,
        shape=images[0].shape[1:],
        classes=classes,
        origin=options.home,
    )
