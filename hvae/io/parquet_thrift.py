"""Structures in Thrift's compact protocol, which are what Parquet's headers and footers are.

Only whole numbers, structures and lists are kept. The format is that of Apache Thrift's
doc/specs/thrift-compact-protocol.md. What another reader could take for something else is an error:
a field that comes twice, a number of more bits than its type has, or a list of another type than
its field, since readers go by the field.
"""

from collections.abc import Iterator, Mapping
from itertools import repeat
from typing import Any, BinaryIO

STOP, TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(13)
BITS = {I16: 16, I32: 32, I64: 64}
TRUTHS = (TRUE, FALSE)  # as a field the type is all there is; in a list they are bytes
FIXED = {TRUE: 1, FALSE: 1, BYTE: 1, DOUBLE: 8}  # bytes
DEEPEST = 16  # values in values; a footer has eight

Structure = dict[tuple[int, int], Any]
Known = Mapping[int, tuple[int, "Known"]]
ANY: tuple[int, Known] = STOP, {}


def structure(file: BinaryIO, known: Known = ANY[1], depth: int = 0) -> Structure:
    """The one at the file's position, by field and type. ValueError where it is broken.

    `known` has, by field, the type of a list's elements and what is known of their fields; for a
    structure that has lists in it, its own type and fields.
    """
    found: Structure = {}
    field = 0
    while kind := (head := _byte(file)) & 15:
        field = field + (head >> 4) if head >> 4 else _integer(file, I16)
        if not 0 < field < 1 << 15:
            raise ValueError(f"a structure with a field {field}")
        if (field, kind) in found:
            raise ValueError(f"a structure with two fields {field}")
        value = None if kind in TRUTHS else _value(file, kind, known.get(field, ANY), depth + 1)
        found[field, kind] = value
    return found


def _value(file: BinaryIO, kind: int, known: tuple[int, Known], depth: int) -> Any:
    """A whole number, a structure or a list; None, after passing over it, of what else there is."""
    if not TRUE <= kind <= STRUCT:
        raise ValueError(f"a value of the unknown type {kind}")
    if depth > DEEPEST:
        raise ValueError("structures that nest too deep")
    if kind in BITS:
        return _integer(file, kind)
    if kind == STRUCT:
        return structure(file, known[1], depth)
    if kind in (LIST, SET, MAP):
        return [_value(file, one, known, depth + 1) for one in _elements(file, kind, known[0])]
    if kind == BINARY:
        file.seek(_varint(file, 31), 1)
    else:
        _read(file, FIXED[kind])
    return None


def _elements(file: BinaryIO, kind: int, known: int) -> Iterator[int]:
    """The types of the values in a list, a set or a map, one by one."""
    if kind != MAP:
        head = _byte(file)
        length = head >> 4 if head >> 4 < 15 else _varint(file, 31)
        if length and known not in (STOP, head & 15):
            raise ValueError("a list of another type than its field has")
        yield from repeat(head & 15, length)
    elif length := _varint(file, 31):
        head = _byte(file)
        for _ in range(length):
            yield from (head >> 4, head & 15)


def _integer(file: BinaryIO, kind: int) -> int:
    """Of zigzag form: 0, −1, 1, −2, …"""
    found = _varint(file, BITS[kind])
    return found >> 1 ^ -(found & 1)


def _varint(file: BinaryIO, bits: int) -> int:
    """Seven bits a byte, the lowest first; ValueError where it is longer than `bits`."""
    found = shift = 0
    while (byte := _byte(file)) > 127 and shift < bits:
        found, shift = found | (byte & 127) << shift, shift + 7
    found |= byte << shift
    if found >> bits:
        raise ValueError(f"a number of more than {bits} bits")
    return found


def _byte(file: BinaryIO) -> int:
    return _read(file, 1)[0]


def _read(file: BinaryIO, length: int) -> bytes:
    found = file.read(length)
    if len(found) < length:
        raise ValueError("a structure without an end")
    return found
