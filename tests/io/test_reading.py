"""What a file claims is not trusted: bombs, silent changes, strange columns."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hvae.audit import latents as own
from hvae.data import array_files, prepared
from hvae.data.source import level_values
from hvae.errors import InputError
from hvae.io import storage, tables
from hvae.io.collect import of_one_schema
from tests.data.published import options


def numbers(path: Path) -> object:
    """A million zeros, which run-length encoding makes tiny."""
    pq.write_table(pa.table({"x": np.zeros(1_000_000)}), path)
    return tables.read(path)


def text(path: Path) -> object:
    """One long name that ten thousand rows refer to."""
    table = pa.table({"x": ["long" * 1000] * 10_000})
    pq.write_table(table, path, store_schema=False)
    return tables.read(path)


def arrays(path: Path) -> object:
    """Zeros, which deflate compresses to a thousandth."""
    np.savez_compressed(path.with_name("data.npz"), x=np.zeros((1000, 1000)))
    return array_files.load_npz(options("npz", raw_dir=path.parent), 0)


@pytest.mark.parametrize("explode", [numbers, text, arrays])
def test_what_would_take_far_more_memory_than_the_file_is_refused(
    explode: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "FREE", 100_000_000)
    explode(tmp_path / "data.parquet")
    monkeypatch.setattr(storage, "FREE", 1_000_000)
    with pytest.raises(InputError, match=r"/data\.\w+ is refused, since it would take [\d,]+"):
        explode(tmp_path / "data.parquet")


def _table(path: Path) -> Callable[[Path], object]:
    tables.write(pa.table({"x": np.random.default_rng(0).random(500)}), path)
    return tables.read


def _split(path: Path) -> Callable[[Path], object]:
    x = np.random.default_rng(0).integers(0, 17, (300, 6)).astype(np.uint8)
    ids = np.arange(300)
    prepared.write(
        prepared.Items(level_values(x, 17), ids % 2, ids, (2, 3), ("a", "b"), levels=17), path
    )
    return prepared.read


@pytest.mark.parametrize("make", [_table, _split])
def test_a_bit_that_turned_in_what_was_written_is_found(make: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    read = make(path)
    whole = path.read_bytes()
    footer = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    read(path)
    for place in range(footer // 10, footer, footer // 10):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with pytest.raises(InputError, match=r"/a\.parquet cannot be read as a Parquet table: "):
            read(path)


def test_text_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"label": ["name"] * 9}), path, compression="none")
    path.write_bytes(path.read_bytes().replace(b"name", b"n\xffme"))
    with pytest.raises(InputError, match=r"/a\.parquet cannot be read as a Parquet table: .*UTF8"):
        tables.read(path)


def test_columns_of_another_version_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "tasks.parquet"
    tables.write(tables.tasks().empty_table(), path)
    assert tables.read_named("tasks", path, 2).num_rows == 0
    with pytest.raises(InputError, match=r"/tasks\.parquet has other columns than this version"):
        tables.read_named("counts", path, 2)
    older = tmp_path / "older.parquet"
    tables.write(tables.counts().empty_table(), older)
    with pytest.raises(InputError, match=r"/older\.parquet has other columns than .*/tasks\."):
        list(of_one_schema([path, older]))


@pytest.mark.parametrize("metadata", [None, {"tables": "1"}, {"tables": b"\xff\n"}])
def test_tables_of_another_version_are_refused_in_a_sentence(
    metadata: dict[str, str] | None, tmp_path: Path
) -> None:
    path = tmp_path / "tasks.parquet"
    pq.write_table(tables.tasks().empty_table().replace_schema_metadata(metadata), path)
    why = (
        r"/tasks\.parquet is not of version 3 of the tables, which this program reads: run its "
        r"experiment again, and it is made anew$"
    )
    with pytest.raises(InputError, match=why):
        tables.read_named("tasks", path, 2)
    with pytest.raises(InputError, match=why):
        list(of_one_schema([path]))


@pytest.mark.parametrize("layers", [1, 3])
def test_every_table_is_known_by_its_columns(layers: int, tmp_path: Path) -> None:
    of_layers = ("points", "items", "certificate")
    for name in tables.SCHEMAS:
        size = {"gallery": [6]} | {name: [layers] for name in of_layers}
        kind = {"selection": "tasks", "pictures": "gallery"}.get(name, name)
        schema = getattr(tables, kind)(*size.get(kind, []))
        tables.write(schema.empty_table(), tmp_path / name)
        assert tables.read_named(name, tmp_path / name, layers).schema == schema
        if name in of_layers:
            with pytest.raises(InputError, match="has other columns than this version writes"):
                tables.read_named(name, tmp_path / name, layers + 1)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'{"a": ', "cannot be read as JSON: Expecting value"),
        (b"[" * 100_000, "cannot be read as JSON: maximum recursion depth"),
        (b"[1]", "holds no JSON object"),
        (b"\xff", "cannot be read as JSON: 'utf-8' codec"),
    ],
)
def test_json_that_is_none(content: bytes, why: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"a.json {why}"):
        storage.json_object(path)
    path.write_text(json.dumps({"a": 1}))
    assert storage.json_object(path) == {"a": 1}


def test_names_in_a_file_do_not_reach_the_terminal_as_they_are(tmp_path: Path) -> None:
    pq.write_table(pa.table({"\x1b[2J\nevil" * 100: [1.0] * 20}), tmp_path / "z.parquet")
    with pytest.raises(InputError, match=r"needs one column z1_mean, has \[2J evil") as error:
        own.read(tmp_path / "z.parquet")
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 500


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("label", None),
        ("labels", "label"),
        ("LABEL", "label"),
        ("la bel", "label"),
        ("lable", "label"),
        ("Class", "label"),
        ("table", None),
        ("epoch", None),
        ("rate1", "rate_1"),
        ("rates_2", "rate_2"),
        ("rate_3", None),  # numbers are never a slip
        ("rate_12", None),
        ("rate", "rate_1"),
        ("loss", None),  # it stands for a name that is not known here
        ("", None),
        ("_", None),
        ("L" * 100_000, None),
    ],
)
def test_names_that_are_meant_as_others(name: str, meant: str | None) -> None:
    known, aliases = ["label", "rate_1", "rate_2"], {"class": "label", "loss": "distortion"}
    assert storage.near(name, known, aliases) == meant
