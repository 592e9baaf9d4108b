"""Snakemake as a subprocess: its log in a file, and of it a bar over jobs and a line a stage."""

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from tqdm import tqdm

from hvae.cli.project import DEFAULT, Project, needs, shortest
from hvae.config.tasks import TASKS
from hvae.errors import counted

BEFORE = ("Assuming", "Building DAG")  # Snakemake's first words, after those of the workflow
ABOUT = ("Using workflow specific profile", "Config file ")  # what it says before
FAILED = 20  # lines of a log, at most, that are shown where a run fails
ENDED = re.compile(r"Finished jobid: \d+ \(Rule: (\w+)\)")
BAR = re.compile(r"[^\r\n|]*\d+%\|[^\r\n]*?\[[^\]\r\n]*\]|\S* *\d+it \[[^\]\r\n]*\]")  # of tqdm
ERROR = "error: "  # with which the sentence of a job that cannot go on begins
PLANNED = re.compile(r"^(\w+) +(\d+)$")
_STAGES: Mapping[str, Sequence[str]] = {
    "data": ["prepare"],
    "models": [
        "train", "train_plane", "train_anchors", "train_polished", "train_rates", "train_scratch",
        "train_baseline_plane", "train_baseline_rates",
    ],
    "latents": ["measure", "extract", "extract_baseline"],
    "tasks": [*TASKS, "fit_classifier", "references", "embed"],
    "information": ["estimate"],
    "limits": ["certify", "judge"],
    "advice": ["guide"],
    "report": ["report", "figures"],
}  # fmt: skip
OTHER = "tables"  # of rules that collect what others made
STAGE = {rule: stage for stage, rules in _STAGES.items() for rule in rules}


def command(
    project: Project, overlay: Path | None, cores: str, more: Sequence[str] = ()
) -> list[str]:
    """The call of Snakemake for an experiment."""
    needs("workflow", "snakemake")
    files = [path for path in (_installed(project), overlay) if path is not None]
    return [
        sys.executable, "-m", "snakemake",
        "--snakefile", str(project.files / "Snakefile"),
        "--directory", str(project.folder),
        "--cores", cores,
        *(["--configfile", *map(str, files)] if files else []),
        *more,
    ]  # fmt: skip


def _installed(project: Project) -> Path | None:
    """The installed parameters, where the folder has none of its own."""
    return None if (project.folder / DEFAULT).is_file() else project.params


def environment(folder: Path) -> dict[str, str]:
    """That of Snakemake: a cache beside its records where the home folder cannot be written to."""
    if os.environ.get("XDG_CACHE_HOME") or os.access(Path.home(), os.W_OK):
        return dict(os.environ)
    return os.environ | {"XDG_CACHE_HOME": str(folder / ".snakemake" / "cache")}


class Stages:
    """Which stages there are, and how many of their jobs are still to do."""

    def __init__(self, planned: Mapping[str, int]) -> None:
        self.left = Counter[str]()
        for rule, count in planned.items():
            self.left[STAGE.get(rule, OTHER)] += count
        self.jobs = Counter(self.left)
        self.began = time.monotonic()

    def finish(self, rule: str) -> str | None:
        """A line, if that was the last job of a stage."""
        stage = STAGE.get(rule, OTHER)
        self.left[stage] -= 1
        if self.left[stage] or stage == OTHER:
            return None
        passed = time.monotonic() - self.began
        return f"{stage:<12}{counted(self.jobs[stage], 'job'):<9}  after {_clock(passed)}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def plan(call: Sequence[str], folder: Path) -> int:
    """Print what a run would do; Snakemake's exit status."""
    dry = [*call, "--dry-run", "--quiet", "rules"]
    with _started(dry, folder) as process:
        lines = (line.rstrip("\n") for line in process.stdout or ())
        if _opening(lines):
            print(*planned(_planned(lines)), sep="\n")
        for _ in lines:  # to the last: Snakemake would wait for a reader
            pass
        return process.wait()


def planned(jobs: Mapping[str, int]) -> Iterator[str]:
    """How many jobs each stage has, in the order of the stages."""
    by_stage = Counter[str]()
    for rule, count in jobs.items():
        by_stage[STAGE.get(rule, OTHER)] += count
    if not jobs:
        yield "nothing is to be done"
    for stage in (*_STAGES, OTHER):
        if by_stage[stage]:
            yield f"{stage:<12}{counted(by_stage[stage], 'job')}"


def run(call: Sequence[str], folder: Path) -> int:
    """Run Snakemake; its exit status. Everything that it says is in a file of `folder`/logs."""
    path = folder / "logs" / f"run-{datetime.now():%Y-%m-%dT%H-%M-%S}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as log, _started(call, folder) as process, _told_to_end(process):
        began = _follow(_kept(process.stdout or (), log))
        status = process.wait()
    if status and began:
        print(*failed(path.read_text().splitlines()), sep="\n", file=sys.stderr)
    if status:
        print(f"The run failed; its log is {shortest(path)}", file=sys.stderr)
    return status


def failed(said: Sequence[str]) -> list[str]:
    """Why jobs failed: their sentences, each once, or a rule with the end of its log.

    Snakemake repeats a failed job's log between two lines of equals signs. Of other failures it is
    the end of all that was said.
    """
    found: list[str] = []
    rule = ""
    inside: list[str] | None = None
    for line in said:
        if inside is not None and line.startswith("====") and inside:
            found += (one for one in _why(rule, inside[1:]) if one not in found)
            inside = None
        elif inside is not None:
            inside.append(line)
        elif line.startswith("Logfile "):
            inside = []
        elif line.startswith("Error in rule "):
            rule = line
    return found or [*filter(None, [rule])] or list(said[-FAILED:])


def _why(rule: str, log: Iterable[str]) -> list[str]:
    """The sentence that a job's log ends with, else the rule and the log's end without its bars."""
    lines = [text for line in log if (text := BAR.sub("", line)).strip()]
    starts = [number for number, line in enumerate(lines) if line.startswith(ERROR)]
    return lines[starts[-1] :] if starts else [rule, *lines[-FAILED:]]


def _started(call: Sequence[str], folder: Path) -> subprocess.Popen[str]:
    """The process; an interrupt from the keyboard reaches it as well, and it is waited for."""
    return subprocess.Popen(  # noqa: S603
        call,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment(folder),
    )


@contextmanager
def _told_to_end(process: subprocess.Popen[str]) -> Iterator[None]:
    """Pass SIGTERM on, upon which Snakemake ends once the jobs that run have."""
    before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _kept(lines: Iterable[str], log: IO[str]) -> Iterator[str]:
    """The lines, each also written to the log at once."""
    for line in lines:
        log.write(line)
        log.flush()
        yield line.rstrip("\n")


def _opening(lines: Iterator[str]) -> bool:
    """Show what the workflow says first; whether it goes on, and was not refused."""
    for line in lines:
        if line.startswith(BEFORE):
            return True
        if not line.startswith(ABOUT):
            print(line, file=sys.stderr)
    return False


def _follow(lines: Iterator[str]) -> bool:
    """Show a run to its end; whether it began, and was not refused before."""
    if not _opening(lines):
        return False
    stages = Stages(_planned(lines))
    total = sum(stages.jobs.values())
    with tqdm(total=total, unit="job", disable=None, leave=False) as bar:
        for line in lines:  # to the last: Snakemake would wait for a reader
            if ended := ENDED.search(line):
                bar.update()
                if done := stages.finish(ended[1]):
                    bar.write(done, file=sys.stderr)
    return True


def _planned(lines: Iterator[str]) -> dict[str, int]:
    """The numbers of jobs by rule, from the table that Snakemake begins with; none if it has none.

    Reads up to the end of the table.
    """
    found: dict[str, int] = {}
    for line in lines:
        if row := PLANNED.match(line):
            if row[1] == "total":
                break
            found[row[1]] = int(row[2])
    return found
