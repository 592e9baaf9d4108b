"""Models × steps per second of convolutional models: the grid trainer against plain loops.

The models have 16 base channels and two layers, for 28×28 images in batches of 256; all contestants
use the same batches and noise. Each lives in processes of its own; they take turns, and the medians
over rounds are compared. The pipeline runs a row a process, on one thread: two rows on two cores.

Asked for is 2.5 times the speed of a loop as Xiao & Bamler (ICLR 2023) published it: eager modules,
one model, as many threads as torch chooses. The plain loops of their sizes stand for it. These have
networks that cost as much as theirs, but not their loading of images, draws that nothing uses, or
sums for the log. The other plain loops have our layers. Beside that, torch.compile and bf16 are
worth having where they bring at least 20 %.

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

from benchmarks.plain import Plain, TwoPasses
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
ASKED, PAYS = 2.5, 1.2  # times the speed: of the authors' loop, and of the same rows without
ROUNDS = 11
STEPS = 8
WARM_UP = 2
Step = Callable[[int], None]


class Contestant(NamedTuple):
    """What runs: a step of so many models, in so many processes of so many threads each.

    threads: 0 for as many as torch chooses.
    """

    name: str
    step: Callable[[Tensor], Step]
    models: int = 1
    processes: int = 1
    threads: int = 2


def plain_step(
    data: Tensor, top: int = TOP, size: int = BATCH, network: type[Plain | TwoPasses] = Plain
) -> Step:
    """One step of one model with `top` numbers in z_2, as anyone would write it."""
    model = network(CHANNELS, top, SIGMA)
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
    settings = Schedule(batch_size=BATCH, learning_rate=1e-3, schedule="constant", warm_up=0)
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
AUTHORS = partial(plain_step, network=TwoPasses)
ROWS = "**one member, 2 rows in parallel**"  # as the pipeline trains
FREE, SINGLE = (
    f"plain loop of the authors' sizes, {threads}" for threads in ("torch's threads", "1 thread")
)
COMPILE, BF16 = "torch.compile, 2 rows", "bf16, 2 rows"
CONTESTANTS = [
    Contestant("plain loop, 2 threads", plain_step),
    Contestant("plain loops, 2 processes", plain_step, processes=2, threads=1),
    Contestant(FREE, AUTHORS, threads=0),
    Contestant(SINGLE, AUTHORS, threads=1),
    Contestant("one member, 2 threads", our_step),
    Contestant("one member, 1 thread", our_step, threads=1),
    Contestant(ROWS, our_step, processes=2, threads=1),
    Contestant("vmap of 1 member, 2 rows", ONE_AS_MATRIX, processes=2, threads=1),
    Contestant("vmap of 4 members, 2 rows", FOUR_AS_MATRIX, models=4, processes=2, threads=1),
    Contestant(COMPILE, COMPILED, processes=2, threads=1),
    Contestant(BF16, HALF, processes=2, threads=1),
]
# What is compared with what, and the least ratio that is asked for
GOALS = [(ROWS, FREE, ASKED), (ROWS, SINGLE, ASKED), (COMPILE, ROWS, PAYS), (BF16, ROWS, PAYS)]


def work(contestant: Contestant, pipe: Connection) -> None:
    """Train when told to; answer with seconds and the peak memory so far, in MB."""
    if contestant.threads:
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
    """Medians, ranges, ratios within a round, and whether they are what is asked for."""
    threads = torch.get_num_threads()
    print(f"{ROUNDS} rounds in alternation, {torch.__version__}. Torch chooses {threads} threads.")
    print("Models × steps per second: median (lowest, highest); medians of ratios in a round; peak")
    print("memory of a process in MB. Two rows take two cores, a loop of one thread takes one.\n")
    print("| | models × steps / s | ÷ plain loop | ÷ loop of the authors' sizes | MB |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, found in rates.items():
        cell = f"{statistics.median(found):.1f} ({min(found):.1f}, {max(found):.1f})"
        ratios = " | ".join(f"{ratio(rates, name, to):.2f}" for to in (CONTESTANTS[0].name, FREE))
        print(f"| {name} | {cell} | {ratios} | {memory[name]:.0f} |")
    print("\n| ratio | asked, at least | reached | |")
    print("| --- | ---: | ---: | --- |")
    for name, over, asked in GOALS:
        reached = ratio(rates, name, over)
        verdict = "yes" if reached >= asked else "no"
        print(f"| {name} ÷ {over} | {asked} | {reached:.2f} | {verdict} |")


def ratio(rates: dict[str, list[float]], name: str, over: str) -> float:
    """The median over rounds of the ratio of two contestants' speeds."""
    pairs = zip(rates[name], rates[over], strict=True)
    return statistics.median(one / other for one, other in pairs)


if __name__ == "__main__":
    main()
