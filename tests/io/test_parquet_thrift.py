"""Thrift's compact protocol: known bytes, and bytes that another reader would read as less."""

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvae.io.parquet import I16, I32, I64, LIST, MAP, SET, STRUCT, structure

EVERY_TYPE = """
    15 04            field 1, i32: zigzag 4 is 2
    16 ac02          field 2, i64: 300 is 150
    11 12            fields 3 and 4: true and false
    13 ff            field 5: a byte
    17 0000000000000840  field 6: a double
    18 03 616263     field 7: a text
    19 35 02 04 06   field 8: three i32
    1a f1 10 01020102010201020102010201020102  field 9: a set of sixteen truths
    1b 02 85 01 61 02 01 62 04  field 10: two texts, each with an i32
    1b 00            field 11: an empty map
    1c 15 01 00      field 12: a structure, zigzag 1 is -1
    05 c801 03       field 100, in full: -2
    14 7f            field 101, i16: -64
    00
"""
NEST = "1c" * 40 + "00" * 41


def compact(text: str) -> io.BytesIO:
    """Bytes from hexadecimal text; two spaces in a line start a remark."""
    lines = (line.strip().split("  ")[0] for line in text.strip().splitlines())
    return io.BytesIO(bytes.fromhex("".join(lines)))


def test_every_type_is_read_or_passed_over() -> None:
    file = compact(EVERY_TYPE)
    found = {key: value for key, value in structure(file).items() if value is not None}
    whole = {(1, I32): 2, (2, I64): 150, (100, I32): -2, (101, I16): -64}
    lists = {(8, LIST): [1, 2, 3], (9, SET): [None] * 16, (10, MAP): [None, 1, None, 2]}
    assert found == whole | lists | {(11, MAP): [], (12, STRUCT): {(1, I32): -1}}
    assert file.read() == b""


def test_a_field_of_another_type_does_not_hide_the_first() -> None:
    """Readers pass over the second one, whose type is not that of the field."""
    found = structure(compact("15 04 06 02 02 00"))
    assert found == {(1, I32): 2, (1, I64): 1}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("15 8480808010 00", "a number of more than 32 bits"),  # 2 to a reader that cuts it
        ("15 80808080808080808080808000 00", "a number of more than 32 bits"),
        ("05 84808008 02 00", "a number of more than 16 bits"),  # field 2, likewise
        ("f1 " * 2185 + "00", "a structure with a field 32775"),
        ("05 01 02 00", "a structure with a field -1"),
        ("15 02 05 02 04 00", "a structure with two fields 1"),
        (NEST, "structures that are nested too deeply"),
        ("19" + "19" * 40, "structures that are nested too deeply"),
        ("1d 00", "a value of the unknown type 13"),
        ("19 10 00", "a value of the unknown type 0"),
        ("18 ffffffff07 61", "a structure without an end"),
        ("19 f1 ffffffff07 01 02", "a structure without an end"),  # two thousand million truths
        ("15", "a structure without an end"),
        ("", "a structure without an end"),
    ],
)
def test_what_is_no_structure(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        structure(compact(text))


def test_a_list_of_another_type_than_its_field_has_is_refused() -> None:
    """Readers go by the field: of two structures here, where the list says that it has numbers."""
    lists = {1: (STRUCT, {2: (I32, {})})}
    right = "19 1c 29 25 02 04 00 00"
    assert structure(compact(right), lists) == {(1, LIST): [{(2, LIST): [1, 2]}]}
    for wrong in ("19 15 29 25 02 04 00 00", "19 1c 29 26 02 04 00 00"):
        with pytest.raises(ValueError, match="a list of another type than its field has"):
            structure(compact(wrong), lists)
    assert structure(compact("19 05 00"), lists) == {(1, LIST): []}


@given(st.binary(max_size=60))
def test_any_bytes_are_a_structure_or_refused(content: bytes) -> None:
    with contextlib.suppress(ValueError):
        structure(io.BytesIO(content))
