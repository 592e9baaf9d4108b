"""One run at a time in a folder, and no job after its run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hvae.io.command import RUN
from tests.conftest import ROOT
from workflow import running

# a run: it takes its locks, says so, and stays
HOLDER = """
import sys
from pathlib import Path
from workflow import running
running.start(Path("own.lock"), local=True, folders=[Path("results")])
print("running", flush=True)
sys.stdin.read()
"""
# a job of it
JOB = """
import time
from hvae.io import command
print("imported", flush=True)
command.run(lambda arguments: time.sleep(600), command.parser("").parse_args([]))
"""


def python(text: str, folder: Path, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", text],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def killed(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".snakemake").mkdir()
    return tmp_path


def test_a_second_run_is_refused_until_the_first_is_killed(folder: Path) -> None:
    first = python(HOLDER, folder)
    assert said(first) == "running"
    second = python(HOLDER, folder)
    _, error = second.communicate()
    assert second.returncode == 1
    assert str(running.LOCK) in error
    assert len(error.splitlines()) == 1
    killed(first)
    third = python(HOLDER, folder)
    assert said(third) == "running"
    third.communicate("")


def test_a_job_ends_with_its_run_and_not_with_the_next(folder: Path) -> None:
    run = python(HOLDER, folder)
    assert said(run) == "running"
    lock = {RUN: str(folder / "own.lock")}
    job, other = python(JOB, folder, **lock), python(JOB, folder)
    assert (said(job), said(other)) == ("imported", "imported")
    assert job.poll() is None
    killed(run)
    job.communicate()
    late = python(JOB, folder, **lock)
    late.communicate()
    assert (job.returncode, late.returncode) == (-9, -9)
    assert other.poll() is None
    killed(other)


def test_what_killed_jobs_left_half_written_is_removed(folder: Path) -> None:
    left = folder / "results/digits/.points.parquet.123.part"
    whole = folder / "results/digits/points.parquet"
    left.parent.mkdir(parents=True)
    for path in (left, whole):
        path.write_bytes(b"")
    run = python(HOLDER, folder)
    assert said(run) == "running"
    run.communicate("")
    assert [path for path in (left, whole) if path.exists()] == [whole]
