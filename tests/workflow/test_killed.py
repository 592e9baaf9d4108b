"""Kill at any moment, and the same command goes on, to the same bytes."""

import itertools
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pyarrow.parquet as pq
import pytest
from pyarrow import csv

from tests.workflow.conftest import Workspace, make
from tests.workflow.killing import TRAINING, Kill, interrupted

SMALLEST: dict[str, Any] = {
    "grid": {"beta": [[0.1, 10], [0.1, 10]], "seeds": [0]},
    "model": {"latents": [4, 2], "width": 16},
    "training": {"steps": 600, "batch_size": 32, "validate_every": 20},
    "certification": {
        "beta": [[0.1, 10], [1]],
        "seeds": [0],
        "training": {"steps": 600, "batch_size": 32, "validate_every": 20},
    },
    "baseline": None,
    "evaluation": {"samples": 2, "max_items": 60, "every": 2},
    "tasks": {
        "classification": {"probes": ["knn"], "max_train": 60},
        "clustering": {"max_train": 60},
        "regression": {"methods": ["ridge"], "max_train": 60},
        "generation": {"width": 8, "max_epochs": 2, "images": 50},
        "visualisation": {"max_items": 20},
    },
}
STAGES: dict[str, set[str]] = {
    "data": {"prepare"},
    "training": TRAINING,
    "certificate": {"certify"},
    "latents": {"measure", "extract"},
    "tasks": {
        "classification", "clustering", "regression", "fit_classifier", "generation", "references",
        "reconstruction", "denoising", "inpainting", "upscaling", "compression", "recognition",
    },
    "information": {"estimate", "embed"},
    "tables": {"collect", "collect_tasks", "collect_certificate", "judge", "guide", "summarise"},
    "report": {"report", "figures"},
}  # fmt: skip
TABLES = {".parquet": pq.read_table, ".csv": csv.read_csv}
MADE = ("data", "results", "reports", "checkpoints", "logs", ".snakemake")


def often(folder: Path) -> Workspace:
    """The smallest experiment, with a checkpoint at each validation."""
    workspace = make(folder, **SMALLEST)
    loop = folder / "hvae/training/loop.py"
    text = loop.read_text()
    assert "EVERY = 30.0" in text
    loop.write_text(text.replace("EVERY = 30.0", "EVERY = 0.0"))
    return workspace


def files(workspace: Workspace) -> Iterator[tuple[str, Any]]:
    """The bytes of every product, by name, without the seconds of training.

    The index of all experiments is left out, since every run makes it again.
    """
    for top in ("data/prepared", "results", "reports/digits"):
        for path in (workspace.folder / top).rglob("*"):
            if path.is_file():
                yield str(path.relative_to(workspace.folder)), content(path)


def content(path: Path) -> Any:
    """The content without measured seconds, which differ between runs."""
    if path.parent.name == "models" and path.suffix == ".json":
        return json.loads(path.read_text()) | {"train_seconds": None}
    table = TABLES[path.suffix](path) if path.suffix in TABLES else None
    if table is not None and "train_seconds" in table.column_names:
        return repr(table.drop_columns("train_seconds").to_pydict())  # NaN is not NaN, but "nan" is
    return path.read_bytes()


def seconds(workspace: Workspace) -> dict[str, float]:
    """How long a job of a rule took, by the rule: the name of its file, or of its folder."""
    logs = workspace.folder / "logs/digits"
    found = {}
    for path in logs.rglob("*.tsv"):
        rule = path.stem if path.parent == logs else path.parent.name
        found[rule] = float(path.read_text().splitlines()[1].split("\t")[0])
    return found


def at_work(folder: Path) -> list[psutil.Process]:
    """The processes that still work in a folder."""
    return [one for one in psutil.process_iter(["cwd"]) if one.info["cwd"] == str(folder)]


def all_hit(kills: list[Kill]) -> bool:
    hit = set().union(*(kill.rules for kill in kills))
    resumed = any(kill.kept for kill in kills)
    return len(kills) >= 20 and resumed and all(hit & rules for rules in STAGES.values())


@pytest.mark.slow
def test_what_is_killed_at_any_moment_ends_as_what_never_was(tmp_path: Path) -> None:
    """Twenty kills and more, in every stage; when a run completes, another chain begins."""
    whole, killed = often(tmp_path / "whole"), Workspace(tmp_path / "killed")
    shutil.copytree(whole.folder, killed.folder)  # of one revision, which the report names
    whole.snakemake()
    expected = dict(files(whole))
    kills: list[Kill] = []
    for seed in itertools.count():
        kills += interrupted(killed, seconds(whole), random.Random(seed))
        found = dict(files(killed))
        assert found.keys() == expected.keys()
        assert [name for name in expected if found[name] != expected[name]] == []
        assert not list((killed.folder / "checkpoints").rglob("*.*"))
        assert at_work(killed.folder) == []
        if all_hit(kills):
            break
        assert seed < 5, kills
        for name in MADE:
            shutil.rmtree(killed.folder / name, ignore_errors=True)
    print(len(kills), *kills, sep="\n")
