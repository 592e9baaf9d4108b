"""Items to the bytes of a file and back, for a program of one's own and for tasks.

    content = image_file(codec, quantise(codec, x, factor))   # x (items, n), of any likelihood
    content = lossless(codec, numbers)                        # numbers of levels (items, n)
    decoded(codec, read(path), path)

A lossless file is decoded once before anyone gets it, and holds a checksum of its pixels. A file is
a short header, then the coder's words; nothing in it is trusted::

    HV          2 bytes
    form        1 byte, VERSION · 16 + kind, and 8 more of data that are not within [0, 1]
    checksum    4 bytes, CRC-32 of all that follows
    model       4 bytes, by which a model knows its files
    shape       how many axes, and their sizes
    count       of items
    settings    numbers that the kind of file has
    body        words of the coder, without the zeros at their end

Numbers are of 7 bits a byte, the lowest first (LEB128).
"""

import math
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hvae.coding import bits_back, quantised
from hvae.coding.bits_back import Batches
from hvae.coding.codec import KEY, OTHERWISE, Codec
from hvae.coding.grids import AnsCoder, Coder, Grid, layers
from hvae.coding.quantised import Quantised, Through
from hvae.data.source import level_values
from hvae.errors import InputError, shown
from hvae.io import storage
from hvae.models.hierarchical import ITEMS

MAGIC, VERSION = b"HV", 3
IMAGES, LOSSLESS = "images", "lossless"
KINDS = {IMAGES: 3, LOSSLESS: 4}  # and how many settings each has
UNBOUNDED = 8  # is added to the kind
LONGEST = 5  # bytes of a number
MOST = 1 << 32
AXES = 4
NUMBER = 8  # bytes that a number of an item takes while it is decoded
FREE, EACH = 100_000, 1000  # items of a file, and more for each byte of it
EIGHTHS, COARSEST = 8, 1000  # of a factor, in a file, and how many there are at most
LARGEST = 1 << 18  # symbol that a file may claim: 8 σ_p, in steps of the least width
GRIDS, PIXELS = 1 << 14, 1 << 28  # checksums, of two bytes and of four
SYMBOL = 24  # bytes that a number of z takes while it is read, with its law
LEAST = 2.0**-23  # that a coder adds to a symbol's probability at most, so that none is 0
SPARE = 8  # bytes that symbols may be ahead of their body: an empty coder takes some for nothing


class Coded(NamedTuple):
    """What a file holds. key: of its model; settings: as `KINDS` counts them; body: words.

    bounded: whether the data were within [0, 1].
    """

    kind: str
    key: bytes
    shape: tuple[int, ...]
    items: int
    settings: tuple[int, ...]
    body: bytes
    bounded: bool = True

    @property
    def coder(self) -> Coder:
        """A coder that holds the body."""
        words = self.body.rstrip(b"\0")
        words += bytes(-len(words) % 4)
        return AnsCoder(np.frombuffer(words, "<u4").astype(np.uint32))


def body(coder: Coder) -> bytes:
    """The words of a coder, low bytes first."""
    return coder.get_compressed().astype("<u4").tobytes().rstrip(b"\0")


def written(coded: Coded) -> bytes:
    """The file; InputError where it would hold no items, or far more than it has bytes."""
    _refuse_count(coded)
    numbers = [len(coded.shape), *coded.shape, coded.items, *coded.settings]
    rest = coded.key + b"".join(map(_number, numbers)) + coded.body
    form = VERSION * 16 + UNBOUNDED * (not coded.bounded) + list(KINDS).index(coded.kind)
    return MAGIC + bytes([form]) + zlib.crc32(rest).to_bytes(4, "little") + rest


def read(path: Path) -> Coded:
    """What a file holds; InputError where it is no such file, or damaged.

    So, too, where its items would take far more memory than the file has bytes.
    """
    try:
        content = path.read_bytes()
        coded = parsed(content)
    except InputError as error:
        raise InputError(f"{shown(path)} {error}") from None
    except OSError as error:
        raise InputError(f"{shown(path)}: {error.strerror}") from None
    storage.refuse_bomb(path, coded.items * (NUMBER * math.prod(coded.shape) + NUMBER))
    return coded


def parsed(content: bytes) -> Coded:
    """The same of a file's bytes; InputError goes on from the file's name."""
    start = len(MAGIC) + 1
    if content[: len(MAGIC)] != MAGIC or len(content) < start + 4 + KEY:
        raise InputError("was not written by `hvae compress`")
    version, kind = divmod(content[len(MAGIC)], 16)
    unbounded, kind = divmod(kind, UNBOUNDED)
    if version != VERSION or kind >= len(KINDS):
        raise InputError(f"is of form {version}.{kind}, which this version does not read")
    rest = content[start + 4 :]
    if zlib.crc32(rest).to_bytes(4, "little") != content[start : start + 4]:
        raise InputError("is damaged: it was cut or changed after it was written")
    numbers = _Numbers(rest[KEY:])
    shape = tuple(numbers.some(next(numbers)))
    name = list(KINDS)[kind]
    count, *settings = numbers.some(1 + KINDS[name])
    if not 1 <= len(shape) <= AXES or min(shape) == 0:
        raise InputError(f"has items of a shape that no model has, {shape}")
    coded = Coded(name, rest[:KEY], shape, count, tuple(settings), numbers.rest, not unbounded)
    _refuse_count(coded)
    return coded


def _refuse_count(coded: Coded) -> None:
    if not coded.items:
        raise InputError("has no items")
    if coded.items > FREE + EACH * len(coded.body):
        raise InputError(f"has {coded.items:,} items, more than so few bytes can hold")


def _number(value: int) -> bytes:
    low, high = value & 127, value >> 7
    return bytes([low | 128]) + _number(high) if high else bytes([low])


class _Numbers(Iterator[int]):
    """Reads numbers off the front of `rest`."""

    def __init__(self, rest: bytes) -> None:
        self.rest = rest

    def __next__(self) -> int:
        value = 0
        for place, byte in enumerate(self.rest[:LONGEST]):
            value |= (byte & 127) << 7 * place
            if byte < 128:
                self.rest = self.rest[place + 1 :]
                if value >= MOST:
                    break
                return value
        raise InputError("has no whole header")

    def some(self, count: int) -> list[int]:
        """So many of them, and few."""
        if count > AXES + 1:
            raise InputError(f"has items of {count} axes, which no model has")
        return [next(self) for _ in range(count)]


def image_file(codec: Codec, given: Quantised, *, bounded: bool = True) -> bytes:
    """A file of the items that were quantised, with loss; bounded: whether x is within [0, 1].

    InputError for a factor that is no multiple of 1/8 from 1/8 to 125, which files cannot hold, for
    numbers beyond `LARGEST`, without any items, and for far more items than it would have bytes.
    """
    settings = _eighths(given.factor), _limit(given), _grid(codec)
    content = body(quantised.pushed(codec, given)).ljust(_least(codec, given), b"\0")
    items = len(given.symbols[0])
    coded = Coded(IMAGES, codec.key, codec.shape, items, settings, content, bounded)
    _refuse_memory(coded, layers(codec, given.factor))
    return written(coded)


def _least(codec: Codec, given: Quantised) -> int:
    """Bytes of a body with these symbols, at least: it must not say that it holds more.

    That is their ideal length but for `SPARE`. A coder hardly ever takes less, but some symbols
    leave an empty one as it is: the body then has zeros at its end.
    """
    bits = 0.0
    for grid, k in zip(layers(codec, given.factor), given.symbols, strict=True):
        for part in torch.from_numpy(k).split(ITEMS):
            chances = (-grid.nats(part.double())).exp() + LEAST
            bits -= float(chances.clamp(max=1).log2().sum())
    return max(0, int(bits / 8) - SPARE)


def _refuse_memory(coded: Coded, grids: list[Grid]) -> None:
    held = SYMBOL * coded.items * sum(grid.coordinates for grid in grids)
    if held > max(storage.FREE, storage.RATIO * len(coded.body)):
        raise InputError(f"has {coded.items:,} items, which would take {held:,} bytes of memory")


def _eighths(factor: float) -> int:
    """A factor as a file has it: another one would be read back, with other pixels."""
    found = EIGHTHS * factor
    if not 0 < found <= COARSEST or found % 1:
        raise InputError(
            f"factor must be a multiple of 1/{EIGHTHS} up to {COARSEST / EIGHTHS:g}, got {factor!r}"
        )
    return int(found)


def _limit(given: Quantised) -> int:
    if given.limit > LARGEST:
        raise InputError(
            f"a file holds numbers up to {LARGEST:,}, and with factor {given.factor:g} z has "
            f"{given.limit:,}: take a larger factor"
        )
    return given.limit


def lossless(
    codec: Codec, numbers: Tensor, through: Through = iter, checking: Through = iter
) -> bytes:
    """A file of all items, given by the numbers of their levels (items, n), without loss.

    Batches go `through` a progress bar, and through another one while they are decoded once.
    InputError where the likelihood is a density, and without any items.
    """
    coder, batches = bits_back.pack(codec, numbers, through)
    settings = *batches, _checksum(numbers)
    coded = Coded(LOSSLESS, codec.key, codec.shape, len(numbers), settings, body(coder))
    if not torch.equal(_unpacked(codec, coded, checking), numbers.to(torch.uint8)):
        raise InputError("the file does not decode to the same pixels on this machine")
    return written(coded)


def decoded(codec: Codec, coded: Coded, path: Path, through: Through = iter) -> NDArray[np.float32]:
    """Items (items, n): x̂ or, of a lossless file, x. They go `through` a progress bar.

    InputError where the file is of another model, or does not decode to what was written.
    """
    if (coded.key, coded.shape) != (codec.key, codec.shape):
        raise InputError(f"{shown(path)} was written with another model")
    try:
        if coded.kind == IMAGES:
            return _reconstructed(codec, _symbols(codec, coded), through)
        return level_values(_unpacked(codec, coded, through).numpy(), codec.levels or 2)
    except InputError as error:
        raise InputError(f"{shown(path)} {error}") from None


def _reconstructed(codec: Codec, given: Quantised, through: Through) -> NDArray[np.float32]:
    parts = []
    for start in through(range(0, len(given.symbols[0]), ITEMS)):
        part = given._replace(symbols=[k[start : start + ITEMS] for k in given.symbols])
        parts.append(quantised.reconstructed(codec, part).numpy())
    return np.concatenate(parts)


def _symbols(codec: Codec, coded: Coded) -> Quantised:
    eighths, limit, grid = coded.settings
    if grid != _grid(codec):
        raise InputError("was written where the model's posteriors have other widths")
    if not 0 < eighths <= COARSEST or not 0 < limit <= LARGEST:
        raise InputError("has settings that no file has")
    _refuse_memory(coded, layers(codec, eighths / EIGHTHS))
    coder = coded.coder
    found = quantised.popped(codec, coder, eighths / EIGHTHS, coded.items, limit)
    if not coder.is_empty():
        raise InputError("holds more than its items")
    if len(coded.body) + 1 < _least(codec, found):  # 1, since sums are rounded otherwise elsewhere
        raise InputError("holds fewer items than it says")
    return found


def _unpacked(codec: Codec, coded: Coded, through: Through = iter) -> Tensor:
    *division, pixels = coded.settings
    batches = Batches(*division)
    if batches not in bits_back.DIVISIONS:  # any other may take a pass of the decoder for each item
        raise InputError("has settings that no file has")
    numbers = bits_back.unpack(codec, coded.coder, batches, coded.items, through)
    if _checksum(numbers) != pixels:
        raise InputError(OTHERWISE)
    return numbers


def _grid(codec: Codec) -> int:
    """A checksum of the widths."""
    return zlib.crc32(np.concatenate(codec.widths).tobytes()) % GRIDS


def _checksum(numbers: Tensor) -> int:
    return zlib.crc32(numbers.to(torch.uint8).contiguous().numpy().tobytes()) % PIXELS
