"""Bytes and JSON values that are nearly right, as in broken or hostile files."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from hypothesis import strategies as st

HUGE = [0, 1, 0x7F, 0xFF, 1 << 15, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, (1 << 63) - 1, 1 << 63]
TOKENS = [
    b"[" * 100_000, b'{"a":' * 50_000,
    b"9" * 5_000, b"1e999", b"-1", b"NaN", b"null", b'"', b"\\ud800",
    b"../", b"\0" * 600, b"\xff" * 64, b"\x1b[2J", b"\n", b"PK\x03\x04", b"\x80\x04cos\nsystem\n",
]  # fmt: skip
VALUES = [
    None, True, "", "x" * 1000, "../../etc/passwd", "\u0000", "nan", -1, 0, 1, 2**31, 2**63, 10**30,
    10**400, 1e308, 1e-308, 0.5, [], {}, [[]], [1] * 500, [10**9] * 3, {"": {}},
]  # fmt: skip
Bytes = bytes
Place = st.integers(0, (1 << 32) - 1)
Edit = Callable[[bytes], bytes]


class Sample(NamedTuple):
    """A correct file. wrap: applied to the changed bytes, such as compression."""

    content: bytes
    wrap: Edit = lambda content: content


def _flip(place: int, mask: int) -> Edit:
    def edit(content: bytes) -> bytes:
        at = place % (len(content) or 1)
        return (
            content[:at] + bytes(byte ^ mask for byte in content[at : at + 1]) + content[at + 1 :]
        )

    return edit


def _put(place: int, what: bytes, over: bool) -> Edit:
    def edit(content: bytes) -> bytes:
        at = place % (len(content) + 1)
        return content[:at] + what + content[at + (len(what) if over else 0) :]

    return edit


def _cut(place: int, length: int) -> Edit:
    def edit(content: bytes) -> bytes:
        at = place % (len(content) + 1)
        return content[:at] + content[at + length :]

    return edit


def _splice(source: int, place: int, length: int, times: int) -> Edit:
    def edit(content: bytes) -> bytes:
        start, at = (one % (len(content) + 1) for one in (source, place))
        return content[:at] + content[start : start + length] * times + content[at:]

    return edit


def _number(value: int, width: int, order: Any) -> bytes:
    return (value % (1 << 8 * width)).to_bytes(width, order)


WIDTH, ORDER = st.sampled_from([1, 2, 4, 8]), st.sampled_from(["little", "big"])
EDITS = st.one_of(
    st.builds(_flip, Place, st.integers(1, 255)),
    st.builds(_put, Place, st.builds(_number, st.sampled_from(HUGE), WIDTH, ORDER), st.just(True)),
    st.builds(_put, Place, st.sampled_from(TOKENS) | st.binary(max_size=8), st.booleans()),
    st.builds(_cut, Place, st.integers(1, 1 << 12)),
    st.builds(_cut, Place, st.just(1 << 40)),
    st.builds(_splice, Place, Place, st.integers(1, 64), st.sampled_from([1, 2, 1000])),
)


def mutated(samples: list[Sample]) -> st.SearchStrategy[bytes]:
    """One of the files after up to four edits; sometimes random bytes."""

    def apply(sample: Sample, edits: list[Edit]) -> bytes:
        content = sample.content
        for edit in edits:
            content = edit(content)
        return sample.wrap(content)

    near = st.builds(apply, st.sampled_from(samples), st.lists(EDITS, max_size=4))
    return st.one_of(near, near, near, near, st.binary(max_size=200))


def paths(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """The paths in a JSON value to values that can be replaced."""
    yield path
    children = value.items() if isinstance(value, dict) else ()
    children = enumerate(value) if isinstance(value, list) else children
    for key, child in children:
        yield from paths(child, (*path, key))


def mutated_json(text: str) -> st.SearchStrategy[str]:
    """The JSON text with up to three of its values replaced by strange ones."""
    places = st.sampled_from(list(paths(json.loads(text))))
    changes = st.lists(st.tuples(places, st.sampled_from(VALUES)), min_size=1, max_size=3)
    return changes.map(lambda chosen: json.dumps(_replaced(json.loads(text), chosen)))


def _replaced(value: Any, changes: list[tuple[tuple, Any]]) -> Any:
    for path, chosen in changes:
        new = copy.deepcopy(chosen)
        if not path:
            return new
        holder = value
        try:
            for key in path[:-1]:
                holder = holder[key]
            holder[path[-1]] = new
        except (LookupError, TypeError):
            continue  # an earlier change has taken it away
    return value
