"""A GPU against the CPU of the same machine: whether they agree, how fast it trains, what it holds.

    make gpu-check

writes `benchmarks/gpu.md` in at most eight minutes on one card. Without CUDA it says so in one
line. Speeds are of random data: they do not depend on what the images show. Every measurement has a
share of the time, and what did not fit into memory has a dash.
"""

import contextlib
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from hvae.config.base import parse
from hvae.config.model import Model
from hvae.config.training import Schedule
from hvae.models.build import build
from hvae.training import amortized
from hvae.training.inputs import batch
from hvae.training.objective import objective
from hvae.training.together import Work
from hvae.training.train import AtBeta

OUT = Path("benchmarks/gpu.md")
BOX = [(0.1, 10.0), (0.1, 10.0)]
AGREE = 1e-3  # relative: sums on a GPU have another order, and convolutions have TF32 unless told
COUNTS = (1, 16, 64, 512)
SECONDS = 6.0  # of each measurement, at most, after its first steps
ROUNDS = 5
FIRST = 3  # steps that are not timed: kernels are chosen, memory is reserved
GAUSSIAN = {"family": "gaussian", "sigma": 0.2}


class Kind(NamedTuple):
    """A model to measure: its options, the shape of an item, and items in a batch."""

    name: str
    options: dict[str, Any]
    shape: tuple[int, ...]
    size: int

    def model(self, box: list[tuple[float, float]] | None = None) -> Any:
        """The model at the start of training."""
        plain = {"inference": "top-down", "skip": False, "likelihood": GAUSSIAN}
        return build(parse(Model, plain | self.options), self.shape, 0, box=box)

    def data(self, device: str) -> Tensor:
        """Random items (4,096, n)."""
        source = torch.Generator().manual_seed(0)
        inputs = torch.Size(self.shape).numel()
        return torch.rand(4096, inputs, generator=source).to(device)


MLP = Kind(
    "perceptrons, 28×28", {"backbone": "mlp", "latents": [32, 16], "width": 256}, (28, 28), 128
)
CONV = Kind(
    "convolutions, 28×28", {"backbone": "conv", "latents": [16, 20], "width": 16}, (28, 28), 256
)
KINDS = (MLP, CONV)
PRECISIONS = ("FP32", "TF32", "bf16")


class Speed(NamedTuple):
    """Models × steps per second, and the peak of memory in MB: nan where there is no such thing."""

    rate: float
    memory: float

    @property
    def cell(self) -> str:
        return f"{self.rate:,.0f}, {self.memory:,.0f} MB" if self.rate == self.rate else "–"


NOTHING = Speed(float("nan"), float("nan"))


@contextlib.contextmanager
def precision(name: str, device: str) -> Iterator[None]:
    """Matrix products and convolutions in this precision; weights stay in FP32."""
    cuda, before = torch.backends.cuda.matmul, torch.backends.cuda.matmul.allow_tf32
    convolutions = torch.backends.cudnn.allow_tf32
    cuda.allow_tf32 = torch.backends.cudnn.allow_tf32 = name == "TF32"
    try:
        with torch.autocast(device, torch.bfloat16, enabled=name == "bf16"):
            yield
    finally:
        cuda.allow_tf32, torch.backends.cudnn.allow_tf32 = before, convolutions


def steps(kind: Kind, count: int, device: str) -> Callable[[int], None]:
    """One step of so many members, a group after the other, as `hvae.training.together` does."""
    model, data = kind.model().to(device), kind.data(device)
    work = Work(model, data, data[:64], settings(kind), 0)
    betas, starts = [[1.0] * len(model.latents)] * count, work.starts(count)
    groups = [AtBeta(work, starts[of], betas[of], goes_on=False) for of in work.groups(count)]

    def step(number: int) -> None:
        for group in groups:
            group.step(number)

    return step


def shared_steps(kind: Kind, device: str) -> Callable[[int], None]:
    """One step of the network for the whole plane."""
    data = kind.data(device)
    return amortized._Plane(kind.model(BOX).to(device), data, data[:64], settings(kind), 0).step


def settings(kind: Kind) -> Schedule:
    """Longer than any measurement, so that the learning rate stays what it is."""
    return Schedule(steps=10**6, batch_size=kind.size, learning_rate=1e-3, validate_every=10**6)


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


class Agreement(NamedTuple):
    """Of one batch, the largest relative difference of J_β of an item, and of its gradient."""

    kind: str
    objective: float
    gradient: float

    @property
    def agrees(self) -> bool:
        return max(self.objective, self.gradient) <= AGREE


def agreement(kind: Kind, device: str) -> Agreement:
    """The same model, items and noise on both, in FP32."""
    found = []
    with precision("FP32", device):
        for place in ("cpu", device):
            model = kind.model().to(place)
            x, noise = batch(kind.data(place), model.latents, kind.size, 0, 1)
            values = objective(model(x, noise), torch.ones(len(model.latents), device=place))
            values.mean().backward()
            gradients = [weight.grad.flatten() for weight in model.parameters()]
            found.append((values.detach().double().cpu(), torch.cat(gradients).double().cpu()))
    (values, gradient), (others, other) = found
    away = ((values - others).abs() / values.abs().clamp(min=1)).max()
    apart = (gradient - other).norm() / gradient.norm()
    return Agreement(kind.name, float(away), float(apart))


def report(device: str, kinds: tuple[Kind, ...], counts: tuple[int, ...]) -> Iterator[str]:
    """The lines of the page."""
    name = torch.cuda.get_device_name() if device == "cuda" else "the CPU, for a trial"
    yield f"Measured by `make gpu-check` on {name}, {torch.__version__}.\n"
    yield "## The same numbers as on the CPU\n"
    yield "In FP32, of one batch, relative: the largest difference of J_β; that of its gradient.\n"
    yield "| | J_β | gradient | within 0.1 % |\n| --- | ---: | ---: | --- |"
    for one in (agreement(kind, device) for kind in kinds):
        verdict = "yes" if one.agrees else "**no**"
        yield f"| {one.kind} | {one.objective:.1e} | {one.gradient:.1e} | {verdict} |"
    yield "\n## Models × steps per second, and memory\n"
    yield "G members that train together; the last column is the one network for the plane.\n"
    yield f"| | {' | '.join(f'G = {count}' for count in counts)} | the plane |"
    yield f"| --- |{' ---: |' * (len(counts) + 1)}"
    for kind in kinds:
        for how in PRECISIONS:
            with precision(how, device):
                cells = [
                    measured(partial(steps, kind, count, device), count, device).cell
                    for count in counts
                ]
                cells.append(measured(partial(shared_steps, kind, device), 1, device).cell)
            yield f"| {kind.name}, batch {kind.size}, {how} | {' | '.join(cells)} |"


def main() -> None:
    """Write the page, a line at a time on the screen as well."""
    if not torch.cuda.is_available():
        sys.exit("There is no CUDA GPU here: nothing was measured.")
    lines = []
    for line in report("cuda", KINDS, COUNTS):
        print(line, flush=True)
        lines.append(line)
    OUT.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
