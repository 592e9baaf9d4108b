"""Fingerprints are stored in files of every kind, and differ where parameters or inputs differ."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from hvae.data import prepared
from hvae.data.bundled import load_digits
from hvae.io import provenance, tables
from hvae.models.build import build
from hvae.models.weights import save
from hvae.reports.page import page
from hvae.training import checkpoint
from tests.reports.cases import run
from tests.training.test_checkpoint import CARD


@pytest.fixture(autouse=True)
def running() -> Iterator[None]:
    """A job with the fingerprint "one"; none afterwards."""
    provenance.begin("one")
    yield
    provenance.begin("")


def table(path: Path) -> None:
    tables.write(pa.table({"a": [1]}), path)


def items(path: Path) -> None:
    source = load_digits()
    prepared.write(prepared.select(source, source.labels[:5] * 0), path)


def record(path: Path) -> None:
    provenance.store({"a": 1}, path)


def card(path: Path) -> None:
    known = CARD.model_copy(update={"name": path.stem})
    checkpoint.save(path.parent, known, build(CARD.model, CARD.shape, 9).state_dict())


def weights(path: Path) -> None:
    save(path, {"a": torch.ones(3)})


def folder(path: Path) -> None:
    path.mkdir()
    provenance.mark_folder(path)


KINDS = {
    "a.parquet": table,
    "b.parquet": items,
    "c.json": record,
    "d.json": card,
    "e.safetensors": weights,
    "figures": folder,
}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_product_has_the_mark_of_its_job(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    KINDS[name](path)
    assert provenance.of(path) == "one"
    moved = path.rename(tmp_path / f"moved-{name}")
    assert provenance.of(moved) == "one"


def test_a_report_has_the_mark_of_its_job(config: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "index.html"
    path.write_text(page(run(config)))
    assert provenance.of(path) == "one"
    provenance.begin("")
    path.write_text(page(run(config)))
    assert provenance.of(path) == ""


def test_a_table_that_is_made_of_others_has_its_own_mark_alone(tmp_path: Path) -> None:
    table(tmp_path / "a.parquet")
    provenance.begin("two")
    tables.write(tables.read(tmp_path / "a.parquet"), tmp_path / "b.parquet")
    assert provenance.of(tmp_path / "b.parquet") == "two"
    assert provenance.of(tmp_path / "a.parquet") == "one"


def test_what_is_written_without_a_job_has_no_mark(tmp_path: Path) -> None:
    provenance.begin("")
    for name, write in KINDS.items():
        write(tmp_path / name)
        assert provenance.of(tmp_path / name) == ""


def test_broken_and_absent_files(tmp_path: Path) -> None:
    for name in ("a.parquet", "b.json", "c.html", "d.safetensors"):
        assert provenance.of(tmp_path / name) == provenance.MISSING
        (tmp_path / name).write_bytes(b"\xff\x00 nothing of the kind")
        assert provenance.of(tmp_path / name) == ""
    for text in ("[1, 2]", '{"checksums": ["a"]}', '{"checksums": {"absent": "0"}}'):
        (tmp_path / "e.json").write_text(text)
        assert provenance.of(tmp_path / "e.json") == ""
    assert provenance.of(tmp_path / "values.csv") is None


def test_a_file_without_a_mark_is_known_by_its_checksum(tmp_path: Path) -> None:
    values, path = tmp_path / "values.csv", tmp_path / "a.json"
    for spoil in (lambda: values.write_text("a\n2\n"), values.unlink):
        values.write_text("a\n1\n")
        provenance.store({"a": 1}, path, beside=[values])
        assert provenance.of(path) == "one"
        spoil()
        provenance._read.cache_clear()
        assert provenance.of(path) == ""


def test_a_table_that_was_edited_has_no_mark_though_its_metadata_were_kept(tmp_path: Path) -> None:
    for name in ("a.parquet", "b.parquet"):
        path = tmp_path / name
        KINDS[name](path)
        found = pq.read_table(path)
        edited = found.set_column(0, found.field(0), pa.array([7] * len(found)))
        assert edited.schema.equals(found.schema, check_metadata=True)
        pq.write_table(edited, path)
        assert provenance.of(path) == ""


@pytest.mark.parametrize("name", ["plane.svg", "paper/plane.svg"])
def test_a_folder_has_its_mark_while_its_files_are_those_of_the_job(
    name: str, tmp_path: Path
) -> None:
    folder, spoilt = tmp_path / "figures", tmp_path / "figures" / name
    for spoil in (lambda: spoilt.write_text("another"), spoilt.unlink):
        (folder / "paper").mkdir(parents=True, exist_ok=True)
        spoilt.write_text("drawn")
        provenance.mark_folder(folder)
        (folder / ".snakemake_timestamp").touch()
        assert provenance.of(folder) == "one"
        spoil()
        provenance._read.cache_clear()
        assert provenance.of(folder) == ""


def test_recorded_parameters_are_their_own_mark(tmp_path: Path) -> None:
    path = tmp_path / "params.json"
    path.write_text('{"seed": 0}\n')
    assert provenance.of(path) == provenance.made_of('{"seed": 0}', [])
    path.write_text('{"seed": 10}\n')
    assert provenance.of(path) == provenance.made_of('{"seed": 10}', [])


def test_a_job_is_known_by_its_parameters_and_by_what_its_inputs_are_of(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table(path)
    found = {provenance.made_of("{}", [path]), provenance.made_of('{"a": 1}', [path])}
    provenance.begin("two")
    pq.write_table(pa.table({"a": [1]}), path)
    table(path)
    found.add(provenance.made_of("{}", [path]))
    table(tmp_path / "b.parquet")
    found.add(provenance.made_of("{}", [path, tmp_path / "b.parquet"]))
    path.unlink()
    found.add(provenance.made_of("{}", [path]))
    assert len(found) == 5
    assert provenance.made_of("{}", ["a.csv"]) == provenance.made_of("{}", [])


def test_a_job_of_another_version_of_the_tables_is_another_job(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "params.json"
    path.write_text("{}\n")
    before = provenance.made_of("{}", []), provenance.of(path)
    monkeypatch.setattr(provenance, "VERSION", provenance.VERSION + 1)
    provenance._read.cache_clear()
    assert provenance.made_of("{}", []) == provenance.of(path) != before[0]
    assert before[0] == before[1]


def imports(text: str) -> Iterator[str]:
    """What a file may import, as Python itself reads it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{one.name}" for one in node.names))


def test_imports_are_found_as_python_finds_them() -> None:
    counts = []
    for path in sorted((provenance.ROOT / provenance.LIBRARY).rglob("*.py")):
        module = ".".join(path.relative_to(provenance.ROOT).with_suffix("").parts)
        wanted = set(filter(provenance._is_file, imports(path.read_text())))
        assert provenance._imported(module) == wanted, module
        counts.append(len(wanted))
    assert sum(counts) > 500


def test_a_module_that_does_not_exist_is_no_job_s_code() -> None:
    """A renamed module would otherwise leave the fingerprint of its jobs without a word."""
    with pytest.raises(LookupError, match=r"no file of the library is hvae\.training\.nothing"):
        provenance.code("hvae.training.train", "hvae.training.nothing")
