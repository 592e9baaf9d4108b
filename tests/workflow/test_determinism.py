"""The same parameters give the same numbers, however many cores and threads, in whatever order."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.workflow.conftest import SMALL, Workspace, make

TIMED = "train_seconds"  # all that may differ


@pytest.mark.slow
def test_cores_threads_and_order_change_no_number(
    finished: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    again = make(tmp_path / "project", **SMALL)
    threads = [f"{rule}=2" for rule in again.planned() if rule != "all"]
    # what comes late in one run comes first in the other
    again.snakemake("--cores", "1", "results/digits/certificate.parquet")
    again.snakemake("--cores", "2", "results/digits/information.parquet")
    again.snakemake("--cores", "2", "--set-threads", *threads)
    once, twice = contents(finished.folder), contents(again.folder)
    assert once.keys() == twice.keys()
    assert {"points.parquet", "latents", "models"} <= {
        path.parts[2] for path in once if path.parts[0] == "results"
    }
    assert [path for path in once if once[path] != twice[path]] == []


def contents(folder: Path) -> dict[Path, Any]:
    """The content of each file of data and results, without measured times."""
    files = [*folder.glob("data/**/*.*"), *folder.glob("results/**/*.*")]
    read = {".parquet": table, ".json": document, ".csv": lines}
    return {
        path.relative_to(folder): read.get(path.suffix, Path.read_bytes)(path)
        for path in files
        if path.is_file()
    }


def table(path: Path) -> bytes:
    """The columns as bytes of a file, since nan does not equal itself."""
    found = pq.ParquetFile(path).read()  # the file alone: its folders' names are no columns
    kept = [name for name in found.column_names if name != TIMED]
    sink = pa.BufferOutputStream()
    pq.write_table(found.select(kept), sink)
    return sink.getvalue().to_pybytes()


def lines(path: Path) -> Any:
    with path.open() as file:
        return untimed(list(csv.DictReader(file)))


def document(path: Path) -> Any:
    return untimed(json.loads(path.read_text()))


def untimed(value: Any) -> Any:
    """A value as JSON or rows have it, without measured times."""
    if isinstance(value, dict):
        return {name: untimed(one) for name, one in value.items() if name != TIMED}
    return [untimed(one) for one in value] if isinstance(value, list) else value
