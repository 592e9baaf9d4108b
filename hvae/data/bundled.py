"""`digits` and `photo-patches`: data that ship with scikit-learn and scikit-image.

`digits` are 1,797 handwritten digits of 8×8 pixels, the test set of Alpaydin & Kaynak, "Optical
Recognition of Handwritten Digits" (UCI, 1998).

`photo-patches` are 32×32 colour patches of two photographs, `china.jpg` (a palace) and
`flower.jpg`, 427×640 pixels each, CC BY 2.0. The label is the photograph. It can usually be seen
from a patch's colours, and the two labels are equally frequent. Each photograph is cut into 7×10
blocks of 61×64 pixels, which are assigned to train, validation and test at random, in the
proportions of `data.split`. A patch lies within one block. So patches of different splits share no
pixel, but patches of one split may overlap.

With `photographs: all` patches are of nine pictures, each in one split alone. They have no classes,
since a picture of the test set is never seen in training. As there are five pictures to train with,
and the others look different, train patches are turned, mirrored, and have their colours in another
order, at random. docs/data.md has the pictures' licences. A stereo pair that scikit-image ships as
well is left out: its package states no licence.

`photographs` are outliers for any images: eight pictures that ship with scikit-image, in the public
domain, made smaller until an item covers at least 32×32 of their pixels, and cut into patches of an
item's shape that share no pixel. Their values are rounded to the items' levels.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from skimage import color, transform
from skimage import data as pictures
from sklearn import datasets

from hvae.config.sources import PHOTOGRAPHS, Division
from hvae.config.synthetic import Digits, PhotoPatches
from hvae.data.seeded import Stream, stream
from hvae.data.source import BYTE_LEVELS, SPLITS, UNLABELLED, Source, level_numbers
from hvae.errors import InputError
from hvae.statistics.estimate import Floats, Integers

GREYS = 16  # levels above black


def load_digits(_options: Digits | None = None, _seed: int = 0) -> Source:
    """The digits, scaled from 0…16 to [0, 1]. No part is random."""
    bunch = datasets.load_digits()
    return Source(
        x=(bunch.data / GREYS).astype(np.float32),
        labels=bunch.target.astype(np.int64),
        shape=(8, 8),
        classes=tuple(str(digit) for digit in bunch.target_names),
        levels=GREYS + 1,
    )


SIDE = 32
BLOCK = (61, 64)  # 7 × 61 = 427, 10 × 64 = 640
BLOCKS = (7, 10)
PLACES = (BLOCK[0] - SIDE + 1, BLOCK[1] - SIDE + 1)  # of a patch in a block: rows, columns


class Places(NamedTuple):
    """Where patches are: the photograph, and the row and column of the upper left pixel."""

    photo: Integers
    row: Integers
    column: Integers


def load_photo_patches(options: PhotoPatches, seed: int) -> Source:
    """The patches as 256 levels of each colour, split by split."""
    if options.photographs == "all":
        return _by_photograph(options, seed)
    bunch = datasets.load_sample_images()
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
    """The patches at these places, (items, 3,072)."""
    offsets = np.arange(SIDE)
    rows = where.row[:, None, None] + offsets[None, :, None]
    columns = where.column[:, None, None] + offsets[None, None, :]
    return photos[where.photo[:, None, None], rows, columns].reshape(len(where.photo), -1)


def places(options: PhotoPatches, seed: int) -> dict[str, Places]:
    """The places of each split, half of them in each photograph, all in blocks of that split."""
    rng = stream(seed, Stream.PLACES)
    blocks = [assign(options.split, rng) for _ in range(2)]
    halves = [_counts(count, options.split) for count in _halves(options.items)]
    return {
        name: _joined(
            [_random(k, blocks[k][name], half[name], rng) for k, half in enumerate(halves)]
        )
        for name in SPLITS
    }


def assign(split: Division, rng: np.random.Generator) -> dict[str, Integers]:
    """The blocks of a photograph that each split gets, in the proportions of `split`."""
    blocks = rng.permutation(BLOCKS[0] * BLOCKS[1])
    ends = np.cumsum(list(_counts(len(blocks), split).values()))
    return dict(zip(SPLITS, np.split(blocks, ends[:-1]), strict=True))


def _counts(total: int, split: Division) -> dict[str, int]:
    """`total` divided among the splits in their proportions, with at least one for each."""
    test, validation = (max(1, round(f * total)) for f in (split.test, split.validation))
    return {"train": max(1, total - validation - test), "validation": validation, "test": test}


def _halves(items: int) -> tuple[int, int]:
    return items - items // 2, items // 2


def _random(photo: int, blocks: Integers, count: int, rng: np.random.Generator) -> Places:
    """`count` random places in these blocks of a photograph, all different."""
    room = len(blocks) * PLACES[0] * PLACES[1]
    if not 1 <= count <= room:
        raise InputError(
            f"data.items: a split has {count} patches of a photograph, but must have from 1 to "
            f"{room}, since its blocks hold no more"
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


NINE: Mapping[str, Callable[[], NDArray[np.uint8]]] = {
    "china": lambda: datasets.load_sample_image("china.jpg"),
    "flower": lambda: datasets.load_sample_image("flower.jpg"),
    "astronaut": lambda: pictures.astronaut(),
    "chelsea": lambda: pictures.chelsea(),
    "coffee": lambda: pictures.coffee(),
    "rocket": lambda: pictures.rocket(),
    "hubble deep field": lambda: pictures.hubble_deep_field(),
    "retina": lambda: pictures.retina(),
    "immunohistochemistry": lambda: pictures.immunohistochemistry(),
}


def _by_photograph(options: PhotoPatches, seed: int) -> Source:
    """Patches without classes; the notes say which photographs each split has."""
    rng = stream(seed, Stream.PLACES)
    names, sizes = apart(options.split, rng), _counts(options.items, options.split)
    found = {split: _of(names[split], sizes[split], rng) for split in SPLITS}
    found["train"] = varied(found["train"], rng)
    ends = np.cumsum([0, *sizes.values()])
    return Source(
        x=np.concatenate(list(found.values())),
        labels=np.zeros(ends[-1], dtype=np.int64),
        shape=(SIDE, SIDE, 3),
        classes=UNLABELLED,
        levels=BYTE_LEVELS,
        parts={name: np.arange(*ends[i : i + 2], dtype=np.int64) for i, name in enumerate(sizes)},
        notes=tuple(f"{split} has patches of {', '.join(names[split])}" for split in SPLITS),
    )


def apart(split: Division, rng: np.random.Generator) -> dict[str, list[str]]:
    """The photographs of each split, in its proportions, at random."""
    names = [list(NINE)[place] for place in rng.permutation(len(NINE))]
    ends = np.cumsum([0, *_counts(len(names), split).values()])
    return {name: names[ends[i] : ends[i + 1]] for i, name in enumerate(SPLITS)}


def _of(names: list[str], count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """`count` patches (count, 3,072), as many of each photograph, at different places.

    The smallest photograph has 112,980 places, more than there are patches.
    """
    parts = []
    counts = np.diff(np.arange(len(names) + 1) * count // len(names))
    for name, several in zip(names, counts, strict=True):
        photo = NINE[name]()
        rows, columns = (side - SIDE + 1 for side in photo.shape[:2])
        row, column = np.divmod(rng.choice(rows * columns, several, replace=False), columns)
        parts.append(cut(photo[None], Places(np.zeros_like(row), row, column)))
    return np.concatenate(parts)


def varied(patches: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Patches (items, 3,072) in one of their 8 symmetries and 6 orders of the colours each."""
    images = patches.reshape(-1, SIDE, SIDE, 3)
    order = rng.permuted(np.tile(np.arange(3), (len(images), 1)), axis=1)
    images = np.take_along_axis(images, order[:, None, None], -1)
    turns, mirrored = rng.integers(4, size=len(images)), rng.random(len(images)) < 0.5
    for turn in range(1, 4):
        images[turns == turn] = np.rot90(images[turns == turn], turn, (1, 2))
    images[mirrored] = images[mirrored, :, ::-1]
    return images.reshape(patches.shape)


PICTURES = ("astronaut", "brick", "camera", "chelsea", "coffee", "grass", "gravel", "rocket")


def load_photographs(like: Source) -> Source | None:
    """Patches of photographs in the shape, the channels and the levels of `like`, in one class.

    None where its items are no images in [0, 1] of one or three channels, or larger than the
    pictures. No part is random.
    """
    height, width, *channels = (*like.shape, 1)[:3] if len(like.shape) in (2, 3) else (0, 0, 0)
    if not like.bounded or channels[0] not in (1, 3):
        return None
    patches = [
        part for name in PICTURES for part in _patches(_picture(name, *channels), height, width)
    ]
    if not patches:
        return None
    x = np.stack(patches).reshape(len(patches), -1).astype(np.float32)
    return Source(
        x=level_numbers(x, like.levels) if like.levels else x,
        labels=np.zeros(len(x), np.int64),
        shape=like.shape,
        classes=(PHOTOGRAPHS,),
        levels=like.levels,
    )


def _picture(name: str, channels: int) -> Floats:
    """In [0, 1], (height, width, channels)."""
    found = getattr(pictures, name)() / (BYTE_LEVELS - 1)
    if found.ndim == 3 and channels == 1:
        return color.rgb2gray(found)[..., None]
    return found if found.ndim == 3 else np.repeat(found[..., None], channels, axis=-1)


def _patches(picture: Floats, height: int, width: int) -> Iterator[Floats]:
    """As many as the smaller picture holds, (height, width, channels) each."""
    factor = min(1.0, max(height, width) / SIDE)
    size = [round(factor * side) for side in picture.shape[:2]]
    small = transform.resize(picture, size, anti_aliasing=factor < 1)
    for row in range(size[0] // height):
        for column in range(size[1] // width):
            yield small[row * height : (row + 1) * height, column * width : (column + 1) * width]
