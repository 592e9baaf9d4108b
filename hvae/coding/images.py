"""Items from a folder of images or a prepared split, and back to PNG or Parquet.

Images are turned to the model's grey or colour as the source `image-folder` does, and must be of
the model's size. Those of few levels, k / (levels − 1), are stored as grey values of 8 bits.
"""

from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hvae.coding.codec import Codec
from hvae.config.base import parse
from hvae.config.sources import ImageFolder
from hvae.data import image_folder, layout, prepared
from hvae.data.prepared import Items
from hvae.data.source import BYTE_LEVELS, UNLABELLED, level_numbers, level_values
from hvae.errors import InputError, listed, shown
from hvae.io import command, storage

PARQUET = ".parquet"
MOST = BYTE_LEVELS - 1
CHANNELS = {(): "grey", (3,): "colour"}
SPLIT = {"train": 0.5, "validation": 0.25, "test": 0.25}  # which no reader of single files uses


class Given(NamedTuple):
    """x: (items, n) float32, each on a level where the model has levels; names: of each item.

    bounded: whether values lie in [0, 1], so that there is a PSNR.
    """

    x: NDArray[np.float32]
    names: list[str]
    bounded: bool = True


def read(path: Path, codec: Codec) -> Given:
    """The items in a folder of images or a prepared split; InputError unless the model takes them.

    Images come sorted by name.
    """
    if path.suffix == PARQUET:
        return _prepared(path, codec)
    if not path.is_dir():
        raise InputError(f"{shown(path)} is neither a folder of images nor a Parquet file")
    options = _options(path, codec.shape)
    found = layout.layout(path).images
    bar = command.progress(found, "reading images")
    numbers = np.stack([_pixels(image.path, options) for image in bar])
    names = [Path(image.name).with_suffix("").as_posix() for image in found]
    levels = codec.levels or BYTE_LEVELS
    k = np.rint(numbers * ((levels - 1) / MOST)).astype(np.uint8)
    for name, wrong in zip(names, (_bytes(k, levels) != numbers).any(1), strict=True):
        if wrong:
            raise InputError(
                f"{shown(path / name)} has values that are not one of the {levels} levels from "
                "black to white that the model gives probabilities to"
            )
    return Given(level_values(k, levels), names)


def _prepared(path: Path, codec: Codec) -> Given:
    items = prepared.read(path)
    if not len(items.x):
        raise InputError(f"{shown(path)} has no items")
    if items.shape != codec.shape:
        raise InputError(
            f"{shown(path)} has items of shape {items.shape}, and the model is for {codec.shape}"
        )
    if codec.levels is not None and items.levels != codec.levels:
        had = "continuous values" if items.levels is None else f"{items.levels} levels"
        raise InputError(
            f"{shown(path)} has {had}, and the model gives probabilities to {codec.levels} levels"
        )
    return Given(items.x, [str(index) for index in items.ids], items.bounded)


def refuse_repeated(names: Sequence[str]) -> None:
    """InputError where items would be written to one file, as `cat.png` and `cat.jpg` would."""
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise InputError(
            f"{listed(repeated)}: each is the name of several items, without their suffix, and "
            "would be one file: rename all but one"
        )


def _options(path: Path, shape: Sequence[int]) -> ImageFolder:
    if len(shape) < 2 or shape[0] != shape[1] or tuple(shape[2:]) not in CHANNELS:
        raise InputError(
            f"the model is for items of shape {tuple(shape)}, which are not square images: give a "
            "prepared split, a .parquet file"
        )
    return parse(
        ImageFolder,
        {
            "source": "image-folder",
            "raw_dir": str(path),
            "size": shape[0],
            "channels": CHANNELS[tuple(shape[2:])],
            "resize": False,
            "split": SPLIT,
        },
    )


def _pixels(path: Path, options: ImageFolder) -> NDArray[np.uint8]:
    found = image_folder.picture(path, options, "a model takes images of its own size")
    if found.transparent or found.deep or found.frames > 1:
        raise InputError(
            f"{shown(path)} has transparency, 16 bits a channel or several frames, which would be "
            "lost: save it as one opaque image of 8 bits a channel"
        )
    return found.x


def save(
    x: NDArray[np.float32], codec: Codec, names: Sequence[str], out: Path, bounded: bool = True
) -> None:
    """Write items (items, n) to a Parquet file, as a prepared split, or as PNG to a folder.

    bounded: whether the data were within [0, 1], to which x is then clipped. InputError where these
    are no images, or have a name in common.
    """
    x = np.clip(x, 0, 1) if bounded else x
    if out.suffix == PARQUET:
        prepared.write(_items(x, codec, bounded), out)
        return
    if len(codec.shape) < 2 or (*codec.shape, 1)[2] not in (1, 3):
        raise InputError(
            f"items of shape {codec.shape} are no images: write them to a .parquet file"
        )
    if not bounded:
        raise InputError(
            "the items have values below 0 or above 1, which PNG does not hold: write them to a "
            ".parquet file"
        )
    refuse_repeated(names)
    pixels = np.rint(x * np.float32(MOST)).astype(np.uint8)
    images = pixels.reshape(-1, *codec.shape)
    for name, image in zip(names, images, strict=True):
        file = BytesIO()
        Image.fromarray(image.squeeze(-1) if image.shape[2:] == (1,) else image).save(file, "PNG")
        storage.store(file.getvalue(), out / f"{name}.png")


def _items(x: NDArray[np.float32], codec: Codec, bounded: bool) -> Items:
    count = len(x)
    return Items(
        x=x,
        labels=np.zeros(count, np.int64),
        ids=np.arange(count),
        shape=codec.shape,
        classes=UNLABELLED,
        bounded=bounded,
        levels=codec.levels if codec.levels and _on_levels(x, codec.levels) else None,
    )


def _on_levels(x: NDArray[np.float32], levels: int) -> bool:
    return bool((level_values(level_numbers(np.clip(x, 0, 1), levels), levels) == x).all())


def _bytes(numbers: NDArray[np.uint8], levels: int) -> NDArray[np.uint8]:
    """The grey values of 8 bits that stand for numbers of levels."""
    return np.rint(numbers * (MOST / (levels - 1))).astype(np.uint8)
