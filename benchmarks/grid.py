"""Models × steps per second: the grid trainer against a plain loop over one model at a time.

Both train the default model on the digits with the same batches and noise, in alternation in one
process, on as many threads as there are cores; the medians over rounds are compared.

    python -m benchmarks.grid > benchmarks/grid.md
"""

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
import yaml
from torch import Tensor

from hvae.config.base import parse
from hvae.config.params import Params
from hvae.data.bundled import load_digits
from hvae.models.build import build
from hvae.training.inputs import batch
from hvae.training.objective import objective
from hvae.training.together import Work
from hvae.training.train import AtBeta

SIZES = (1, 7, 49, 121)
ROUNDS = 9
STEPS = {1: 100, 7: 20, 49: 4, 121: 2}
WARM_UP = 2


def main() -> None:
    """Print a Markdown table."""
    torch.set_num_threads(os.cpu_count() or 1)
    params = parse(Params, yaml.safe_load(Path("params.yaml").read_text()))
    data = torch.tensor(load_digits().x)
    print(
        f"{ROUNDS} rounds in alternation, {torch.get_num_threads()} threads, {torch.__version__}."
    )
    print("Models × steps per second: median (lowest, highest).\n")
    print("| G | grid trainer | plain loop | ratio of medians |")
    print("| ---: | ---: | ---: | ---: |")
    for size in SIZES:
        grid, plain = grid_step(params, data, size), plain_step(params, data)
        rates: dict[str, list[float]] = {"grid": [], "plain": []}
        for _ in range(ROUNDS):
            rates["grid"].append(size * speed(grid, STEPS[size]))
            rates["plain"].append(speed(plain, 100))
        ratio = statistics.median(rates["grid"]) / statistics.median(rates["plain"])
        print(
            f"| {size} | {cell(rates['grid'])} | {cell(rates['plain'])} | {ratio:.2f} |", flush=True
        )


def cell(rates: list[float]) -> str:
    """Median and range."""
    return f"{statistics.median(rates):.0f} ({min(rates):.0f}, {max(rates):.0f})"


def speed(step: Callable[[int], None], steps: int) -> float:
    """Steps per second, after a warm-up."""
    for number in range(1, WARM_UP + 1):
        step(number)
    started = time.perf_counter()
    for number in range(1, steps + 1):
        step(number)
    return steps / (time.perf_counter() - started)


def grid_step(params: Params, data: Tensor, size: int) -> Callable[[int], None]:
    """One step of `size` members, as `hvae.training.train.train` takes it."""
    work = Work(build(params.model, (8, 8), 0), data, data, params.certification.training, 0)
    betas = [[1.0] * len(params.model.latents)] * size
    return AtBeta(work, work.starts(size), betas, goes_on=False).step


def plain_step(params: Params, data: Tensor) -> Callable[[int], None]:
    """One step of one model, as anyone would write it."""
    model = build(params.model, (8, 8), 0)
    beta = torch.ones(len(model.latents))
    settings = params.certification.training
    adam = torch.optim.Adam(model.parameters(), lr=settings.learning_rate)

    def step(number: int) -> None:
        x, noise = batch(data, model.latents, settings.batch_size, 0, number)
        adam.zero_grad()
        objective(model(x, noise), beta).mean().backward()
        adam.step()

    return step


if __name__ == "__main__":
    main()
