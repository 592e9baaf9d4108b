"""DVC over the workflow: what is current stays, here and in a fresh clone."""

import json
from pathlib import Path

import pytest
import yaml

from hvae.config.tasks import TASKS
from hvae.io.provenance import sources
from tests.conftest import ROOT
from tests.workflow.conftest import INDEPENDENT, SMALL, Workspace, started

JOBS = (*TASKS, "fit_classifier", "references")
TRAINING = (
    "train", "train_plane", "train_rates", "train_baseline_plane", "train_baseline_rates",
    "train_anchors", "train_scratch",
)  # fmt: skip
ROW_JOBS = (
    "measure",
    "extract",
    "clustering",
    "generation",
    "regression",
    "estimate",
    "embed",
)


def test_stages_name_all_code_that_their_jobs_run_and_no_other() -> None:
    """A change of unnamed code would be missed, and superfluous names would cause reruns."""
    commands = {
        "data": ["hvae.data.prepare"],
        "models": [
            "hvae.training.train",
            "hvae.training.amortized",
            "hvae.training.train_rates",
            "hvae.io.collect",
        ],
        "certificate": ["hvae.plane.certify", "hvae.io.collect"],
        "latents": ["hvae.latents.measure", "hvae.latents.extract", "hvae.io.collect"],
        "tasks": [
            *(f"hvae.tasks.{name}" for name in JOBS),
            "hvae.tasks.visualisation",
            "hvae.io.collect",
        ],
        "baseline": [
            "hvae.training.train",
            "hvae.training.amortized",
            "hvae.training.train_rates",
            "hvae.latents.measure",
            "hvae.latents.extract",
            *(f"hvae.tasks.{name}" for name in JOBS),
            "hvae.io.collect",
        ],
        "information": ["hvae.information.measure", "hvae.io.collect"],
        "bounds": ["hvae.results.judge"],
        "guidance": ["hvae.guidance.guide"],
        "summary": ["hvae.results.summary"],
        "report": ["hvae.reports.page", "hvae.reports.export", "hvae.results.parameters"],
    }
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    for stage, modules in commands.items():
        named = {dep for dep in stages[stage]["deps"] if dep.startswith("hvae")}
        # a file of a folder that is named, too, would be found or not by the order of a set
        assert not [dep for dep in named if {str(p) for p in Path(dep).parents} & named], stage
        needed = {
            next((n for n in named if source == n or source.startswith(f"{n}/")), source)
            for source in sources(*modules)
        }
        assert needed == named, stage


def test_a_clone_that_pulls_has_nothing_to_do(workspace: Workspace, tmp_path: Path) -> None:
    """The steps of a user; each builds on the one before."""
    remote = tmp_path / "remote"
    workspace.run("dvc", "remote", "add", "--default", "store", str(remote))

    # after a full Snakemake run, DVC records what is there, and no stage asks Snakemake
    assert "Building DAG" not in workspace.run("dvc", "repro")

    # key figures are there for DVC to show
    shown = json.loads(workspace.run("dvc", "metrics", "show", "--json"))
    (numbers,) = (one["data"] for one in shown[""]["data"].values())
    assert {"violated", "unconverged", "ratio_to_scratch", "classification"} <= numbers.keys()
    assert 10 <= len(numbers) <= 14
    assert all(isinstance(one, int | float) for one in numbers.values())

    # a fresh clone that pulls has nothing to do, under either command
    workspace.run("git", "add", "--all")
    workspace.run("git", "commit", "--quiet", "--message", "run")
    workspace.run("dvc", "push")
    clone = workspace.clone(tmp_path / "clone")
    clone.run("dvc", "pull")
    assert "Nothing to be done" in clone.snakemake()
    assert started(clone.run("dvc", "repro")) == []

    # and there, a changed parameter still runs the right jobs
    clone.change(training={"steps": 50})
    planned = clone.planned()
    assert planned["train_plane"] == 1  # the baseline has as many steps of its own as before
    assert planned["measure"] == 2  # of the plane and at given rates; the anchors stay
    assert "train_anchors" not in planned


def test_a_stage_asks_snakemake_only_if_something_has_changed(workspace: Workspace) -> None:
    stage = ("python", "-m", "workflow.stage", "run", "data")
    assert workspace.run(*stage) == ""
    (workspace.folder / "results/digits/points.parquet").touch()  # as where DVC copies it
    assert workspace.run(*stage) == ""
    (workspace.folder / "results/digits/models/amortized_s0.json").touch()
    assert "Nothing to be done" in workspace.run(*stage)
    workspace.run("python", "-m", "workflow.stage", "check")
    assert workspace.run(*stage) == ""
    workspace.change(training={"steps": 50})
    assert "Nothing to be done" in workspace.run(*stage)


OVERLAY = (
    "experiment: trial\n"
    "grid: {rates: {totals: [3]}}\n"
    "certification: {rates: []}\n"  # those of the workspace are not among these rates
)


def test_an_overlay_has_stages_of_its_own(workspace: Workspace) -> None:
    (workspace.folder / "trial.yaml").write_text(OVERLAY)
    said = workspace.run("python", "-m", "workflow.stage", "write", "trial.yaml")
    assert said == "dvc repro dvc/trial/dvc.yaml\n"
    folder = workspace.folder / "dvc/trial"
    params = yaml.safe_load((folder / "params.yaml").read_text())
    assert params["grid"]["rates"] == SMALL["grid"]["rates"] | {"totals": [3]}
    default, own = (
        yaml.safe_load(path.read_text())["stages"]
        for path in (workspace.folder / "dvc.yaml", folder / "dvc.yaml")
    )
    assert own.keys() == default.keys() - {"provenance"}
    text = json.dumps(own)
    assert "results/trial" in text
    assert "digits" not in text
    assert "${" not in text
    for stage in own.values():
        assert stage["wdir"] == "../.."
        for line in stage["cmd"]:
            assert line.startswith("mkdir") or line.endswith("--overlay trial.yaml")
    # DVC takes both files together
    listed = workspace.run("dvc", "stage", "list", "dvc/trial/dvc.yaml")
    assert {line.split()[0].rpartition(":")[2] for line in listed.splitlines()} >= own.keys()


@pytest.mark.slow
def test_repro_of_an_overlay_has_a_lock_of_its_own(workspace: Workspace) -> None:
    (workspace.folder / "trial.yaml").write_text(OVERLAY)
    workspace.run("python", "-m", "workflow.stage", "write", "trial.yaml")
    assert "train_rates" in started(workspace.run("dvc", "repro", "dvc/trial/dvc.yaml"))
    assert (workspace.folder / "dvc/trial/dvc.lock").is_file()
    assert not (workspace.folder / "dvc.lock").exists()
    assert (workspace.folder / "results/trial/guidance.json").is_file()
    again = workspace.run("dvc", "repro", "dvc/trial/dvc.yaml")
    assert started(again) == []
    assert "Building DAG" not in again


@pytest.mark.slow
def test_repro_runs_what_a_change_touches_and_no_more(workspace: Workspace) -> None:
    # two more β_2 in the box, and another probe: nothing is trained, and the plane is measured
    beta = [SMALL["grid"]["beta"][0], [*SMALL["grid"]["beta"][1], 0.5, 2]]
    workspace.change(grid={"beta": beta}, tasks={"classification": {"probes": ["logistic"]}})
    ran = started(workspace.run("dvc", "repro"))
    assert [ran.count(rule) for rule in ROW_JOBS] == [1] + [0] * (len(ROW_JOBS) - 1)
    assert ran.count("classification") == 1 + 1  # the single-layer baseline has a job, too
    assert not {"prepare", "fit_classifier", *TRAINING} & set(ran)

    # Snakemake agrees that all is done
    assert "Nothing to be done" in workspace.snakemake()

    # independent models have no certificate, and DVC's outs are there all the same
    workspace.change(**INDEPENDENT)
    ran = started(workspace.run("dvc", "repro", "certificate"))
    assert ran.count("train") == 1
    assert set(ran).isdisjoint(
        {"train_plane", "train_anchors", "certify", "train_rates", "train_scratch", "prepare"}
    )
    assert started(workspace.run("dvc", "repro", "certificate")) == []
