"""`photo-patches`: 32×32 colour patches of the two photographs that scikit-learn ships.

`china.jpg` (a palace) and `flower.jpg`, 427×640 pixels each, CC BY 2.0. The label is the
photograph: a patch's colours mostly tell it, not always, and the two are equally frequent.

Each photograph is cut into 7×10 blocks of 61×64 pixels, which are dealt out to train, validation
and test at random, in the proportions of `data.split`. A patch lies within one block, so that
patches of different splits share no pixel; those of the same split may overlap.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_sample_images

from hvae.config.sources.common import Division
from hvae.config.sources.synthetic import PhotoPatches
from hvae.data.seeded import Stream, stream
from hvae.data.source import BYTE_LEVELS, SPLITS, Source
from hvae.errors import InputError
from hvae.statistics.estimate import Integers

SIDE = 32
BLOCK = (61, 64)  # 7 × 61 = 427, 10 × 64 = 640
BLOCKS = (7, 10)
PLACES = (BLOCK[0] - SIDE + 1, BLOCK[1] - SIDE + 1)  # of a patch in a block


class Places(NamedTuple):
    """Where patches are: photograph, and the row and column of the upper left pixel."""

    photo: Integers
    row: Integers
    column: Integers


def load(options: PhotoPatches, seed: int) -> Source:
    """The patches as 256 levels of each colour, split by split."""
    bunch = load_sample_images()
    photos = np.stack(bunch.images)
    where = places(options, seed)
    ends = np.cumsum([0, *(len(part.photo) for part in where.values())])
    return Source(
        x=np.concatenate([cut(photos, part) for part in where.values()]),
        labels=np.concatenate([part.photo for part in where.values()]),
        shape=(SIDE, SIDE, photos.shape[-1]),
        classes=tuple(name.removesuffix(".jpg") for name in _names(bunch.filenames)),
        levels=BYTE_LEVELS,
        parts={name: np.arange(*ends[i : i + 2], dtype=np.int64) for i, name in enumerate(where)},
    )


def _names(paths: list[str]) -> list[str]:
    return [path.replace("\\", "/").rpartition("/")[2] for path in paths]


def cut(photos: NDArray[np.uint8], where: Places) -> NDArray[np.uint8]:
    """The patches (items, 3,072) at those places."""
    offsets = np.arange(SIDE)
    rows = where.row[:, None, None] + offsets[None, :, None]
    columns = where.column[:, None, None] + offsets[None, None, :]
    return photos[where.photo[:, None, None], rows, columns].reshape(len(where.photo), -1)


def places(options: PhotoPatches, seed: int) -> dict[str, Places]:
    """Different places for each split: half of them in each photograph, in blocks of its own."""
    rng = stream(seed, Stream.PLACES)
    dealt = [deal(options.split, rng) for _ in range(2)]
    halves = [_counts(count, options.split) for count in _halves(options.items)]
    return {
        name: _joined([_drawn(k, dealt[k][name], half[name], rng) for k, half in enumerate(halves)])
        for name in SPLITS
    }


def deal(split: Division, rng: np.random.Generator) -> dict[str, Integers]:
    """A photograph's blocks for each split, in its proportions."""
    blocks = rng.permutation(BLOCKS[0] * BLOCKS[1])
    ends = np.cumsum(list(_counts(len(blocks), split).values()))
    return dict(zip(SPLITS, np.split(blocks, ends[:-1]), strict=True))


def _counts(total: int, split: Division) -> dict[str, int]:
    """`total` things, spread over the splits in their proportions, at least one to each."""
    test, validation = (max(1, round(f * total)) for f in (split.test, split.validation))
    return {"train": max(1, total - validation - test), "validation": validation, "test": test}


def _halves(items: int) -> tuple[int, int]:
    return items - items // 2, items // 2


def _drawn(photo: int, blocks: Integers, count: int, rng: np.random.Generator) -> Places:
    """`count` different places in these blocks of a photograph."""
    room = len(blocks) * PLACES[0] * PLACES[1]
    if not 1 <= count <= room:
        raise InputError(
            f"data.items: a split has {count} patches of a photograph, but must have "
            f"from 1 to {room}, for which its blocks have room"
        )
    block, inside = np.divmod(rng.choice(room, count, replace=False), PLACES[0] * PLACES[1])
    block_row, block_column = np.divmod(blocks[block], BLOCKS[1])
    row, column = np.divmod(inside, PLACES[1])
    return Places(
        np.full(count, photo),
        block_row * BLOCK[0] + row,
        block_column * BLOCK[1] + column,
    )


def _joined(parts: list[Places]) -> Places:
    return Places(*(np.concatenate(same) for same in zip(*parts, strict=True)))
