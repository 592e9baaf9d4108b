"""Runs that are killed at a seeded moment: as a whole, Snakemake alone, or one of its jobs."""

import contextlib
import itertools
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import psutil

from tests.workflow.conftest import Workspace, started

FINISHED = re.compile(r"^Finished jobid: \d+ \(Rule: (\w+)\)", re.MULTILINE)
TRAINING = {"train_plane", "train_anchors"}
FAILED = re.compile(r"^Error in rule (\w+)", re.MULTILINE)


class Kill(NamedTuple):
    """how: a name in `HOW`; rules: of the running jobs; kept: whether a checkpoint was left."""

    how: str
    rules: frozenset[str]
    kept: bool


def whole(run: psutil.Process) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        for process in [run, *run.children(recursive=True)]:
            _kill(process)


def snakemake(run: psutil.Process) -> None:
    run.kill()


def job(run: psutil.Process) -> None:
    """The first running job, not its shell, so that Snakemake goes on with other jobs."""
    for process in run.children(recursive=True):
        if not process.children():
            _kill(process)
            return


HOW: Mapping[str, Callable[[psutil.Process], None]] = {
    "whole": whole,
    "snakemake": snakemake,
    "job": job,
}


def _kill(process: psutil.Process) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.kill()


class Run:
    """A run in the background with its own log; the shells of its jobs outlive it briefly."""

    def __init__(self, workspace: Workspace, number: int) -> None:
        self.folder = workspace.folder
        self.path = self.folder / f"run-{number}.log"
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        with self.path.open("w") as log:
            self.process = psutil.Popen(
                ["snakemake", "--cores", "2"],
                cwd=self.folder,
                env=os.environ | {"PATH": path},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    @property
    def log(self) -> str:
        return self.path.read_text()

    def at_work(self) -> frozenset[str]:
        """The rules of the jobs that were started and have not ended."""
        names = started(self.log)
        for name in [*FINISHED.findall(self.log), *FAILED.findall(self.log)]:
            if name in names:
                names.remove(name)
        return frozenset(names) - {"all"}

    def wait(self, jobs: int) -> str | None:
        """Wait until this many jobs have started; the rule of the last, if it still runs."""
        while self.alive and len(started(self.log)) < jobs:
            time.sleep(0.05)
        return started(self.log)[-1] if self.alive else None

    @property
    def kept(self) -> bool:
        return any(self.folder.glob("checkpoints/**/*.safetensors"))

    def wait_for_checkpoint(self) -> None:
        """Wait for a checkpoint, or until no job is left that would write one."""
        while self.alive and not self.kept and self.at_work() & TRAINING:
            time.sleep(0.05)

    def kill(self, how: str) -> Kill:
        killed = Kill(how, self.at_work(), self.kept)
        HOW[how](self.process)
        if how != "job":
            self.process.wait()
        return killed


def interrupted(
    workspace: Workspace, seconds: Mapping[str, float], source: random.Random
) -> Iterator[Kill]:
    """Run the workflow again and again, and kill each run, until one completes.

    seconds: the time of a job, by rule. The moment of a kill is random within this time and a
    little more. In training it may be right after a checkpoint, which is a small part of such short
    jobs.
    """
    for number in itertools.count():
        run = Run(workspace, number)
        try:
            yield from _killed(run, seconds, source)
        finally:
            whole(run.process)
        if run.process.returncode == 0:
            return


def _killed(run: Run, seconds: Mapping[str, float], source: random.Random) -> Iterator[Kill]:
    jobs = 0
    while run.alive:
        jobs += source.choice([1, 2, 3])
        rule = run.wait(jobs)
        if rule in TRAINING and source.random() < 0.5:
            run.wait_for_checkpoint()
        else:
            time.sleep(source.uniform(0, 1.2) * seconds.get(rule or "", 2.0))
        if run.alive:
            yield run.kill(source.choice(sorted(HOW)))
