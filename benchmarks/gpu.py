"""A GPU against the CPU of the same machine: whether they agree, how fast it trains, what it holds.

    make gpu-check

writes `benchmarks/gpu.md` in at most eight minutes on one card, and ends with status 1 if a number
is not the CPU's. Without CUDA it says so in one line. Speeds are of random data: they do not depend
on what the images show. Every measurement has a share of the time, and what did not fit into memory
has a dash.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch

from benchmarks.agreement import (
    AGREE,
    KINDS,
    NO,
    SUBJECTS,
    TRAINED,
    Kind,
    Subject,
    agreements,
    members,
    plane,
)
from hvae.training.together import TOGETHER

OUT = Path("benchmarks/gpu.md")
COUNTS = (1, 16, 64, 512)
SECONDS = 6.0  # of each measurement, at most, after its first steps
ROUNDS = 5
FIRST = 3  # steps that are not timed: kernels are chosen, memory is reserved


class Speed(NamedTuple):
    """Models × steps per second, and the peak of memory in MB: nan where there is no such thing."""

    rate: float
    memory: float

    @property
    def cell(self) -> str:
        return f"{self.rate:,.0f}, {self.memory:,.0f} MB" if self.rate == self.rate else "–"


NOTHING = Speed(float("nan"), float("nan"))


def measured(prepare: Callable[[], Callable[[int], None]], models: int, device: str) -> Speed:
    """The median over rounds; nothing where memory does not suffice."""
    _forget(device)
    try:
        step = prepare()
        numbers = iter(range(1, 10**9))
        each = _seconds(step, [next(numbers) for _ in range(FIRST)], device) / FIRST
        several = max(1, int(SECONDS / ROUNDS / max(each, 1e-6)))
        times: list[float] = []
        started = time.perf_counter()
        while len(times) < ROUNDS and (not times or time.perf_counter() - started < SECONDS):
            round_of = [next(numbers) for _ in range(several)]
            times.append(_seconds(step, round_of, device) / several)
    except torch.OutOfMemoryError:
        return NOTHING
    return Speed(models / statistics.median(times), _peak(device))


def _seconds(step: Callable[[int], None], numbers: list[int], device: str) -> float:
    _wait(device)
    started = time.perf_counter()
    for number in numbers:
        step(number)
    _wait(device)
    return time.perf_counter() - started


def _wait(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()


def _forget(device: str) -> None:
    if device == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def _peak(device: str) -> float:
    return torch.cuda.max_memory_allocated() / 2**20 if device == "cuda" else float("nan")


def report(device: str, kinds: tuple[Kind, ...], counts: tuple[int, ...]) -> Iterator[str]:
    """The lines of the page."""
    name = torch.cuda.get_device_name() if device == "cuda" else "the CPU, for a trial"
    yield f"Measured by `make gpu-check` on {name}, {torch.__version__}.\n"
    yield "## The same numbers as on the CPU\n"
    yield (
        "Relative differences from the CPU in FP32, for one batch: the largest one of an item's "
        f"J_β; that of the gradient; that of J_β after {TRAINED} steps of training.\n"
    )
    yield "| | | J_β | gradient | J_β after steps | allowed | agrees |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | --- |"
    for kind in kinds:
        for what in SUBJECTS:
            for one in agreements(what, kind, device):
                yield f"| {kind.name}, {what} | {one.cells} |"
    yield "\n## Models × steps per second, and memory\n"
    yield (
        f"G members, in groups of at most {TOGETHER[False, device]} perceptrons or "
        f"{TOGETHER[True, device]} convolutional models that train together; groups take a step "
        "one after the other. The last column is the model for the plane.\n"
    )
    yield f"| | {' | '.join(f'G = {count}' for count in counts)} | the plane |"
    yield f"| --- |{' ---: |' * (len(counts) + 1)}"
    for kind in kinds:
        for how in AGREE:
            cells = [
                speed(partial(members, count=count), count, kind, device, how) for count in counts
            ]
            cells.append(speed(plane, 1, kind, device, how))
            yield f"| {kind.name}, batch {kind.size}, {how} | {' | '.join(cells)} |"


def speed(
    make: Callable[[Kind, str], Subject], models: int, kind: Kind, device: str, how: str
) -> str:
    """A cell of the table of speeds."""
    return measured(lambda: make(kind, device).stepping(how, device), models, device).cell


def write(device: str, kinds: tuple[Kind, ...], counts: tuple[int, ...]) -> None:
    """The page, a line at a time on the screen as well; then status 1 where a row says no."""
    lines = []
    for line in report(device, kinds, counts):
        print(line, flush=True)
        lines.append(line)
    OUT.write_text("\n".join(lines) + "\n")
    if any(NO in line for line in lines):
        sys.exit(f"Not all numbers are the CPU's: see the rows with {NO}.")


def main() -> None:
    """Measure, where there is a GPU."""
    if not torch.cuda.is_available():
        sys.exit("There is no CUDA GPU here: nothing was measured.")
    write("cuda", KINDS, COUNTS)


if __name__ == "__main__":
    main()
