"""Parts become one table, also where a source gives no part at all."""

import argparse
from pathlib import Path

import pyarrow as pa
import pytest

from hvae.errors import InputError
from hvae.io import tables
from hvae.io.collect import main

ROW = dict.fromkeys(tables.counts().names, "a") | {"count": 2}


def collect(folder: Path, parts: list[Path], table: str | None) -> Path:
    out = folder / "out.parquet"
    main(argparse.Namespace(parts=parts, table=table, layers=2, out=out))
    return out


@pytest.mark.parametrize("table", [None, "counts"])
def test_parts_are_put_together_in_order(tmp_path: Path, table: str | None) -> None:
    parts = [tmp_path / f"{number}.parquet" for number in range(3)]
    for number, part in enumerate(parts):
        tables.write(tables.from_rows([ROW | {"count": number}], tables.counts()), part)
    whole = tables.read(collect(tmp_path, parts, table))
    assert whole["count"].to_pylist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("tasks", tables.tasks()),
        ("counts", tables.counts()),
        ("certificate", tables.certificate(2)),
    ],
)
def test_no_part_gives_an_empty_table_of_the_contract(
    tmp_path: Path, name: str, schema: pa.Schema
) -> None:
    table = tables.read(collect(tmp_path, [], name))
    assert table.num_rows == 0
    assert table.schema.equals(schema)


def test_no_part_of_an_unnamed_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are no parts to collect"):
        collect(tmp_path, [], None)
