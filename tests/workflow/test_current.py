"""A file of other parameters or other inputs never counts as current, whatever records say."""

import os
import random
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import yaml

from hvae.io import provenance
from tests.workflow.conftest import SMALL, Workspace, make, started

LONG_AGO = 1_000_000_000
PREPARED = "data/prepared/digits/train.parquet"


def without_records(workspace: Workspace) -> None:
    shutil.rmtree(workspace.folder / ".snakemake")


def dated_at_random(workspace: Workspace) -> None:
    """Give every file a random date, as after a checkout."""
    some = random.Random(0)
    for folder in ("data", "results", "reports"):
        for path in (workspace.folder / folder).rglob("*"):
            when = LONG_AGO + some.random() * 1e6
            os.utime(path, (when, when))


def test_what_is_current_stays_whatever_its_records_and_dates(workspace: Workspace) -> None:
    without_records(workspace)
    assert workspace.planned() == {}
    dated_at_random(workspace)
    assert "Nothing to be done" in workspace.snakemake()


def test_without_records_a_change_runs_what_it_would_run_with_them(workspace: Workspace) -> None:
    without_records(workspace)
    dated_at_random(workspace)
    title = {"record": 1, "report": 1, "figures": 1, "all": 1}
    for changes, wanted in (
        ({"report": {"title": "Another"}}, title),
        ({"guidance": {"compression_bits": 1.0}}, title | {"guide": 1, "summarise": 1}),
    ):
        workspace.change(**changes)
        assert workspace.planned() == wanted
    workspace.change(seed=1)
    planned = workspace.planned()
    assert planned["prepare"] == 1
    assert {"train_plane", "train_anchors", "measure", "fit_classifier"} <= planned.keys()


def test_files_of_other_parameters_under_the_names_of_these_are_made_anew(
    workspace: Workspace, tmp_path: Path
) -> None:
    """The records match the right files, as after `dvc checkout` of another revision."""
    other = workspace.folder / "data/prepared/other"
    shutil.copytree(workspace.folder / "data/prepared/digits", other)
    workspace.change(seed=1)
    workspace.snakemake("data")
    right = (workspace.folder / PREPARED).read_bytes()
    for path in other.iterdir():
        shutil.copy(path, workspace.folder / "data/prepared/digits" / path.name)
    log = workspace.snakemake("data")
    assert "files belong to other parameters or data" in log
    assert started(log) == ["prepare", "data"]
    assert (workspace.folder / PREPARED).read_bytes() == right


def test_a_model_a_table_and_a_page_of_other_parameters_are_made_anew(
    workspace: Workspace,
) -> None:
    results, reports = workspace.folder / "results/digits", workspace.folder / "reports/digits"
    rules = {
        results / "models/amortized_s0.json": "train_plane",
        results / "parts/points/s0.parquet": "measure",
        results / "models/r5_0_rates_s0.safetensors": "train_rates",
        results / "guidance.json": "guide",
        results / "plane.csv": "summarise",
        results / "params.json": "record",
        reports / "index.html": "report",
        reports / "figures/thumbnail.png": "figures",
    }
    for path in rules:
        spoil(path)
    planned = workspace.planned()
    assert set(rules.values()) <= planned.keys()
    assert "train_anchors" not in planned


def spoil(path: Path) -> None:
    """Edit a file that cannot keep its mark then, or give it that of another job."""
    kept = path.read_bytes()
    if path.suffix == ".parquet":
        found = pq.read_table(path)
        pq.write_table(found.slice(1), path)
        assert pq.read_schema(path).equals(found.schema, check_metadata=True)
    elif path.name == "params.json":
        path.write_text(kept.decode().replace('"seed": 0', '"seed": 1'))
    elif path.suffix in (".csv", ".png"):
        path.write_bytes(kept + kept.splitlines(keepends=True)[-1])
    else:
        mark = provenance.of(path)
        path.write_bytes(kept.replace(str(mark).encode(), b"0" * provenance.LENGTH))
    assert path.read_bytes() != kept


def npz(path: Path, seed: int) -> None:
    x = np.random.default_rng(seed).integers(0, 256, (60, 3, 3), dtype="u1")
    np.savez(path, x=x)


def test_raw_files_are_compared_by_content(tmp_path: Path) -> None:
    """In turn: touched, replaced by an older file, and put back."""
    raw = tmp_path / "{raw} files"
    raw.mkdir()
    npz(raw / "data.npz", 0)
    own = {"source": "npz", "raw_dir": str(raw)}
    workspace = make(tmp_path / "project", **SMALL | {"data": own})
    prepared = workspace.folder / PREPARED
    log = workspace.snakemake("data")
    assert "npz: 60 items of shape 3×3; whole numbers from 0 to 255 of 256 levels" in log
    assert str(raw) not in log.replace("Config file", "").partition("Job stats")[0]
    first = prepared.read_bytes()

    os.utime(raw / "data.npz")
    assert workspace.planned("data") == {}

    npz(tmp_path / "other.npz", 1)
    os.utime(tmp_path / "other.npz", (LONG_AGO, LONG_AGO))
    shutil.copy2(raw / "data.npz", tmp_path / "kept.npz")
    (tmp_path / "other.npz").rename(raw / "data.npz")
    assert workspace.planned("data") == {"prepare": 1, "data": 1}
    workspace.snakemake("data")
    assert prepared.read_bytes() != first

    shutil.copy2(tmp_path / "kept.npz", raw / "data.npz")
    without_records(workspace)
    workspace.snakemake("data")
    assert prepared.read_bytes() == first


def test_a_dry_run_of_many_images_lists_none(tmp_path: Path) -> None:
    (tmp_path / "raw/a").mkdir(parents=True)
    for number in range(300):
        (tmp_path / f"raw/a/{number}.png").write_bytes(b"")
    own = {"source": "image-folder", "raw_dir": str(tmp_path / "raw")}
    workspace = make(tmp_path / "project", **SMALL | {"data": own})
    log = workspace.dry_run("data")
    assert "data/manifests/digits.json" in log
    assert ".png" not in log


def test_dvc_sees_raw_files_and_an_experiment_elsewhere_has_its_own_data(tmp_path: Path) -> None:
    """`dvc repro` after a change of the user's file; then `dvc exp run --temp`, without records."""
    raw = tmp_path / "raw"
    raw.mkdir()
    npz(raw / "data.npz", 0)
    own = {"source": "npz", "raw_dir": str(raw)}
    workspace = make(tmp_path / "project", **SMALL | {"data": own})
    workspace.run("dvc", "repro", "data")
    first = (workspace.folder / PREPARED).read_bytes()

    npz(raw / "data.npz", 1)
    assert started(workspace.run("dvc", "repro", "data")) == ["prepare", "data"]
    assert (workspace.folder / PREPARED).read_bytes() != first
    assert started(workspace.run("dvc", "repro", "data")) == []

    workspace.run("git", "add", "--all")
    workspace.run("git", "commit", "--quiet", "--message", "data")
    workspace.run("dvc", "exp", "run", "--temp", "-n", "elsewhere", "-S", "seed=2", "data")
    ref = workspace.run("git", "for-each-ref", "--format=%(objectname)", "refs/exps/**/elsewhere")
    locks = [
        yaml.safe_load(workspace.run("git", "show", f"{commit}:dvc.lock"))["stages"]["data"]
        for commit in ("HEAD", ref.split()[0])
    ]
    assert [lock["params"]["params.yaml"]["seed"] for lock in locks] == [0, 2]
    here, there = (lock["outs"][0]["md5"] for lock in locks)
    assert here != there


def test_a_run_says_which_parameters_its_results_were_made_with(workspace: Workspace) -> None:
    assert "made with other parameters" not in workspace.dry_run()
    workspace.change(training={"steps": 50}, report={"title": "Another"})
    log = workspace.dry_run()
    assert "results/digits was made with other parameters: report.title:" in log
    assert "training.steps: 40 → 50" in log


def test_an_overlay_without_a_name_is_refused(workspace: Workspace) -> None:
    (workspace.folder / "nameless.yaml").write_text("training: {steps: 300}\n")
    log = workspace.snakemake("--dry-run", "--configfile", "nameless.yaml", succeeds=False)
    assert "nameless.yaml names no experiment, so its results would overwrite" in log
    assert "Traceback" not in log
    named = ("--configfile", "nameless.yaml", "--config", "experiment=trial")
    assert "results/trial" in workspace.dry_run(*named)
