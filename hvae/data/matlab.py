"""MATLAB 5, little-endian, as far as arrays of numbers go: no objects or functions are made of it.

    128 bytes, the last four of them version and byte order | elements: type, length | data

An element is an array, or zlib's of one; an array is elements again: its class, its shape, its
name, its values in the order of Fortran (MathWorks, "MAT-File Format", chapter 1). SciPy reads it,
too, but a broken file can end the whole process there.
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hvae.data.archives import MOST, broken

HEADER, SIGNATURE = 128, b"\0\x01IM"
UINT8, MATRIX, COMPRESSED = 2, 14, 15  # types of elements
KINDS = {6: "double", 7: "single", 8: "int8", 9: "uint8", 10: "int16", 11: "uint16", 12: "int32"}


class Array(NamedTuple):
    """What a file says of an array, and its bytes."""

    kind: str
    shape: tuple[int, ...]
    stored: int
    content: memoryview

    def bytes(self) -> NDArray[np.uint8]:
        """The values of an array of uint8; ValueError where it is not as long as its shape."""
        if self.kind != "uint8" or self.stored != UINT8:
            raise ValueError(f"holds {self.kind}, not uint8")
        return np.frombuffer(self.content, np.uint8).reshape(self.shape, order="F")


def arrays(path: Path) -> dict[str, Array]:
    """The arrays in a file by name; InputError where it is broken, or of another format."""
    content = path.read_bytes()
    try:
        if content[HEADER - len(SIGNATURE) : HEADER] != SIGNATURE:
            raise ValueError("other first bytes")
        return dict(_named(memoryview(content)[HEADER:]))
    except (ValueError, struct.error, zlib.error) as error:
        raise broken(path, "MATLAB 5", error) from None


def _named(content: memoryview) -> Iterator[tuple[str, Array]]:
    room = MOST
    for kind, part in _elements(content):
        if kind == COMPRESSED:
            ((kind, part),) = _elements(memoryview(_inflated(part, room)))
            room -= len(part)
        if kind == MATRIX:
            yield _array(part)


def _elements(content: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Types and data, one after the other, each on whole 8 bytes but for what is compressed."""
    at = 0
    while at < len(content):
        kind, size = struct.unpack_from("<II", content, at)
        start = at + 8
        if kind >> 16:  # both in four bytes, data of four at most in the next
            kind, size, start = kind & 0xFFFF, kind >> 16, at + 4
        if start + size > len(content):
            raise ValueError(f"{start + size - len(content)} bytes are missing")
        yield kind, content[start : start + size]
        at = start + size + (0 if kind == COMPRESSED else -(start + size) % 8)


def _inflated(part: memoryview, room: int) -> bytes:
    pump = zlib.decompressobj()
    content = pump.decompress(part, max(room, 1))  # 0 would be no limit
    if not pump.eof:
        raise ValueError("compressed data are cut off, or far too long")
    return content


def _array(part: memoryview) -> tuple[str, Array]:
    (_, flags), (_, shape), (_, name), *rest = _elements(part)
    kind = KINDS.get(flags[0], "another kind") if flags else "nothing"
    sizes = struct.unpack(f"<{len(shape) // 4}i", shape[: len(shape) // 4 * 4])
    stored, content = rest[0] if rest else (0, memoryview(b""))
    return bytes(name).decode("ascii"), Array(kind, sizes, stored, content)
