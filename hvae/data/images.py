"""8-bit images of a published set: training and test images, put together as one source."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hvae.data.checks import check
from hvae.data.source import Source

LEVELS = 256


def published(
    images: Sequence[NDArray[np.uint8]],
    labels: Sequence[NDArray[np.integer]],
    *,
    shape: tuple[int, ...],
    classes: tuple[str, ...],
    origin: object,
) -> Source:
    """Images (items, n) in parts of which the last is the test set; errors name `origin`."""
    count, train = sum(len(part) for part in images), sum(len(part) for part in images[:-1])
    source = Source(
        x=np.concatenate(images),
        labels=np.concatenate(labels).astype(np.int64),
        shape=shape,
        classes=classes,
        levels=LEVELS,
        parts={"train": np.arange(train), "test": np.arange(train, count)},
    )
    check(source, origin)
    return source
