"""A small experiment on a SLURM of this machine: `make test-slurm`, which installs it."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cluster.slurm import Job, Slurm, cluster, until
from tests.workflow.conftest import INDEPENDENT, SMALL, make, merged

pytestmark = pytest.mark.slurm

TWO_ROWS = {"grid": {"beta": [[0.1, 10], [0.1, 10]]}}
COMMAND = (
    *("snakemake", "--profile", "profiles/slurm"),
    # a test may look oftener than a cluster would like
    *("--slurm-init-seconds-before-status-checks", "2", "--seconds-between-status-checks", "2"),
)


class Run(NamedTuple):
    """Jobs of each rule that Snakemake planned, SLURM's in the end, and those once in training."""

    planned: dict[str, int]
    jobs: list[Job]
    training: list[Job]
    reports: Path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """DVC prepares the data. While two rows train, one is cancelled, and the other's node dies."""
    folder = tmp_path_factory.mktemp("slurm")
    workspace = make(folder / "project", **merged(merged(SMALL, INDEPENDENT), TWO_ROWS))
    planned = workspace.planned()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with cluster(folder) as slurm, (folder / "snakemake.log").open("w") as log:
        workspace.run("env", "SNAKEMAKE_PROFILE=profiles/slurm", "dvc", "repro", "data")
        snakemake = subprocess.Popen(
            COMMAND, cwd=workspace.folder, stdout=log, stderr=log, env=os.environ | {"PATH": path}
        )
        try:
            until(lambda: len(training(slurm)) == 2)
            rows = training(slurm)
            slurm.cancel(rows[1])
            slurm.fail_node()
            slurm.start_node()
            assert snakemake.wait(timeout=1200) == 0, (folder / "snakemake.log").read_text()[-4000:]
        finally:
            snakemake.terminate()
            snakemake.wait()
        yield Run(planned, slurm.jobs(), rows, workspace.folder / "reports")


def training(slurm: Slurm) -> list[Job]:
    """The training jobs that run."""
    return [j for j in slurm.jobs() if rule(j) == "train" and j["JobState"] == "RUNNING"]


def rule(job: Job) -> str:
    """From SLURM's comment on the job."""
    return re.sub("^rule_|_wildcards_.*", "", job["Comment"])


def test_every_job_is_one_of_slurms(run: Run) -> None:
    done = Counter(rule(job) for job in run.jobs if job["JobState"] == "COMPLETED")
    assert done + Counter(["all"]) == Counter(run.planned)  # a target, which runs nothing
    assert (run.reports / "digits" / "index.html").is_file()
    assert (run.reports / "index.html").is_file()


def test_training_and_nothing_else_asks_for_a_gpu(run: Run) -> None:
    for job in run.jobs:
        asked = job.get("TresPerJob", "")
        assert asked == ("gres:gpu:1" if rule(job) == "train" else ""), job
    assert {job["GRES"] for job in run.training} == {"gpu:1(IDX:0)", "gpu:1(IDX:1)"}


def test_jobs_ask_for_the_time_and_memory_of_their_rules(run: Run) -> None:
    asked = {rule(job): (job["TimeLimit"], job["MinMemoryNode"]) for job in run.jobs}
    assert asked["train"] == ("12:00:00", "4000M")
    assert asked["prepare"] == ("00:30:00", "2000M")


def test_what_stopped_with_its_node_is_started_anew(run: Run) -> None:
    lost, _ = run.training
    (job,) = (job for job in run.jobs if job["JobId"] == lost["JobId"])
    assert (job["Restarts"], job["JobState"]) == ("1", "COMPLETED")


def test_what_failed_is_submitted_again(run: Run) -> None:
    _, cancelled = run.training
    again = [job["JobState"] for job in run.jobs if job["Comment"] == cancelled["Comment"]]
    assert sorted(again) == ["CANCELLED", "COMPLETED"]
