"""The form of a file: a short header, then the coder's words; nothing in it is trusted.

::

    HV          2 bytes
    form        1 byte, VERSION · 16 + kind
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

from hvae.coding.codec import KEY
from hvae.coding.grids import AnsCoder, Coder
from hvae.errors import InputError, shown
from hvae.io import storage

MAGIC, VERSION = b"HV", 1
IMAGES, LOSSLESS = "images", "lossless"
KINDS = {IMAGES: 3, LOSSLESS: 4}  # and how many settings each has
LONGEST = 5  # bytes of a number
MOST = 1 << 32
AXES = 4
NUMBER = 8  # bytes that a number of an item takes while it is decoded
FREE, EACH = 100_000, 1000  # items of a file, and more for each byte of it


class Coded(NamedTuple):
    """What a file holds. key: of its model; settings: as `KINDS` counts them; body: words."""

    kind: str
    key: bytes
    shape: tuple[int, ...]
    items: int
    settings: tuple[int, ...]
    body: bytes

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
    """The file; InputError where it would hold far more items than it has bytes."""
    _refuse_many(coded)
    numbers = [len(coded.shape), *coded.shape, coded.items, *coded.settings]
    rest = coded.key + b"".join(map(_number, numbers)) + coded.body
    form = VERSION * 16 + list(KINDS).index(coded.kind)
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
        raise InputError("is no file of hvae.coding")
    version, kind = divmod(content[len(MAGIC)], 16)
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
    coded = Coded(name, rest[:KEY], shape, count, tuple(settings), numbers.rest)
    _refuse_many(coded)
    return coded


def _refuse_many(coded: Coded) -> None:
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
