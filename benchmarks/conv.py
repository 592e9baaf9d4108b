"""Models × steps per second of a convolutional model: the grid trainer against a plain loop.

The model has 16 base channels and two layers, for 28×28 images in batches of 256; all contestants
use the same batches and noise. Each lives in processes of its own; they take turns, and the medians
over rounds are compared. The pipeline runs a row a process, on one thread: two rows on two cores.

    python -m benchmarks.conv > benchmarks/conv.md
"""

import itertools
import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from typing import NamedTuple

import torch
from torch import Tensor

from benchmarks.plain import Plain
from hvae.config.base import parse
from hvae.config.model import Model
from hvae.config.training import Schedule
from hvae.data.seeded import Stream
from hvae.io.command import keep_memory
from hvae.models.build import build
from hvae.models.distributions import generator
from hvae.training.inputs import batch
from hvae.training.together import TOGETHER, Work
from hvae.training.train import AtBeta

CHANNELS, TOP, BATCH, SIGMA = 16, 32, 256, 0.2
MODEL = {
    "latents": [CHANNELS, TOP],
    "inference": "top-down",
    "backbone": "conv",
    "width": CHANNELS,
    "skip": False,
    "likelihood": {"family": "gaussian", "sigma": SIGMA},
}
ROUNDS = 11
STEPS = 8
WARM_UP = 2
Step = Callable[[int], None]


class Contestant(NamedTuple):
    """What runs: a step of so many models, in so many processes of so many threads each."""

    name: str
    step: Callable[[Tensor], Step]
    models: int = 1
    processes: int = 1
    threads: int = 2


def plain_step(data: Tensor, top: int = TOP, size: int = BATCH) -> Step:
    """One step of one model with `top` numbers in z_2, as anyone would write it."""
    model = Plain(CHANNELS, top, SIGMA)
    adam = torch.optim.Adam(model.parameters(), lr=1e-3)

    def step(number: int) -> None:
        x, noise = batch(data, (CHANNELS * 16, top), size, 0, number)
        adam.zero_grad()
        distortion, rate_1, rate_2 = model(x, noise)
        (distortion + rate_1 + rate_2).mean().backward()
        adam.step()

    return step


def our_step(
    data: Tensor,
    members: int = 1,
    together: bool = False,
    compiled: bool = False,
    kind: torch.dtype = torch.float32,
) -> Step:
    """One step of a group of members, as `hvae.training.train.train` takes it in a job.

    together, compiled, kind: what it does not do, since it has to pay first.
    """
    keep_memory()
    settings = Schedule(steps=10**6, batch_size=BATCH, learning_rate=1e-3, validate_every=10**6)
    sort = OneMatrix if together else Work
    work = sort(build(parse(Model, MODEL), (28, 28), 0), data, data[:BATCH], settings, 0)
    group = AtBeta(work, work.starts(members), [[1.0, 1.0]] * members, goes_on=False)
    group.spend = torch.compile(group.spend) if compiled else group.spend

    def step(number: int) -> None:
        with torch.autocast("cpu", kind, enabled=kind is not torch.float32):
            group.step(number)

    return step


class OneMatrix(Work):
    """Convolutional members whose weights are the rows of one matrix on a CPU, too."""

    @property
    def size(self) -> int:
        return TOGETHER[False, "cpu"]


ONE_AS_MATRIX = partial(our_step, together=True)
FOUR_AS_MATRIX = partial(our_step, members=4, together=True)
COMPILED = partial(our_step, compiled=True)
HALF = partial(our_step, kind=torch.bfloat16)
CONTESTANTS = [
    Contestant("plain loop, 2 threads", plain_step),
    Contestant("plain loops, 2 processes", plain_step, processes=2, threads=1),
    Contestant("one member, 2 threads", our_step),
    Contestant("**one member, 2 rows in parallel**", our_step, processes=2, threads=1),
    Contestant("vmap of 1 member, 2 rows", ONE_AS_MATRIX, processes=2, threads=1),
    Contestant("vmap of 4 members, 2 rows", FOUR_AS_MATRIX, models=4, processes=2, threads=1),
    Contestant("torch.compile, 2 rows", COMPILED, processes=2, threads=1),
    Contestant("bf16, 2 rows", HALF, processes=2, threads=1),
]


def work(contestant: Contestant, pipe: Connection) -> None:
    """Train when told to; answer with seconds and the peak memory so far, in MB."""
    torch.set_num_threads(contestant.threads)
    data = torch.rand(10_000, 28 * 28, generator=generator(Stream.TRAINING, 0))
    step = contestant.step(data)
    for number in range(WARM_UP):
        step(number)
    pipe.send(0)
    while steps := pipe.recv():
        started = time.perf_counter()
        for number in range(steps):
            step(number)
        seconds = time.perf_counter() - started
        pipe.send((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def main() -> None:
    """Print a Markdown table."""
    pipes = {contestant.name: start(contestant) for contestant in CONTESTANTS}
    rates: dict[str, list[float]] = {name: [] for name in pipes}
    memory = dict.fromkeys(pipes, 0.0)
    for _ in range(ROUNDS):
        for contestant in CONTESTANTS:
            steps = max(1, STEPS // contestant.models)
            for pipe in pipes[contestant.name]:
                pipe.send(steps)
            answers = [pipe.recv() for pipe in pipes[contestant.name]]
            done = contestant.models * steps
            rates[contestant.name].append(sum(done / seconds for seconds, _ in answers))
            memory[contestant.name] = max(peak for _, peak in answers)
    for pipe in itertools.chain(*pipes.values()):
        pipe.send(0)
    show(rates, memory)


def start(contestant: Contestant) -> list[Connection]:
    """The processes of a contestant, ready."""
    context, ours = multiprocessing.get_context("spawn"), []
    for _ in range(contestant.processes):
        here, there = context.Pipe()
        context.Process(target=work, args=(contestant, there), daemon=True).start()
        here.recv()
        ours.append(here)
    return ours


def show(rates: dict[str, list[float]], memory: dict[str, float]) -> None:
    """Medians, ranges, and ratios within a round."""
    print(f"{ROUNDS} rounds in alternation, {torch.__version__}.")
    print("Models × steps per second: median (lowest, highest); peak memory of a process in MB.\n")
    print("| | models × steps / s | median of ratios in a round | MB |")
    print("| --- | ---: | ---: | ---: |")
    plain = rates[CONTESTANTS[0].name]
    for name, found in rates.items():
        ratio = statistics.median(a / b for a, b in zip(found, plain, strict=True))
        cell = f"{statistics.median(found):.1f} ({min(found):.1f}, {max(found):.1f})"
        print(f"| {name} | {cell} | {ratio:.2f} | {memory[name]:.0f} |")


if __name__ == "__main__":
    main()
