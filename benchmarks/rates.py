"""Digits at the rates that were asked for, and at fixed β from the amortized model on.

    python -m benchmarks.rates continued
    python -m benchmarks.rates from-scratch
    python -m benchmarks.rates polished

Each trains for a few minutes on one core and prints its section of `benchmarks/rates.md`.
"""

import itertools
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np
import torch
import yaml
from torch import Tensor

from hvae.config.base import parse
from hvae.config.params import Params
from hvae.config.training import Polish, RateSchedule, Schedule, miss, shown
from hvae.data import sources, splits
from hvae.io.command import steady
from hvae.latents.measure import Measured, measure
from hvae.models.build import build
from hvae.models.hierarchical import HierarchicalVAE
from hvae.training import amortized, members
from hvae.training.members import Start, WeightLayout
from hvae.training.to_rates import TrainedToRates, train_to_rates
from hvae.training.train import train
from tests.workflow.conftest import merged

SHARES = (0, 0.25, 0.5, 0.75, 1)  # of the total, in z_2
TARGETS = [[total * (1 - share), total * share] for total in (6, 12, 20) for share in SHARES]
SAMPLES = 8  # of z, for each item that is measured
AMORTIZED = 6000  # steps of the amortized model
POLISHED = (500, 1000, 1500)  # steps at fixed β, else as `training.polish` without further keys
FROM_SCRATCH = RateSchedule(steps=4000, batch_size=128, learning_rate=4e-3, validate_every=500)


def main() -> None:
    """Print the section that is asked for."""
    steady()
    print("\n".join(PARTS[sys.argv[1]]()))


class Trial(NamedTuple):
    """An experiment, its items by split, and targets in nats."""

    params: Params
    items: Mapping[str, Tensor]
    shape: tuple[int, ...]
    targets: list[list[float]]

    def trained(self, settings: RateSchedule, start: Start | None = None) -> TrainedToRates:
        model = build(self.params.model, self.shape, self.params.seed)
        data = self.items["train"], self.items["validation"]
        return train_to_rates(model, self.targets, *data, settings, self.params.seed, start=start)

    def measured(self, found: TrainedToRates, index: int, split: str) -> Measured:
        model = build(self.params.model, self.shape, self.params.seed)
        model.load_state_dict(found.models.member(index))
        place = list(self.items).index(split)
        return measure(model, self.items[split], SAMPLES, self.params.seed, place)


def trial(targets: list[list[float]], changes: Mapping[str, Any] | None = None) -> Trial:
    """That of the default experiment with some changes."""
    default = yaml.safe_load(Path("params.yaml").read_text())
    params = parse(Params, merged(default, dict(changes or {})))
    source = sources.load(params.data, params.seed)
    parts = splits.divide(source, params.data, params.seed)
    items = {name: torch.tensor(source.x[part]) for name, part in parts.items()}
    return Trial(params, items, source.shape, targets)


def digits_continued() -> Iterator[str]:
    """From the amortized model, at the β whose rates are nearest."""
    known = trial(TARGETS)
    params = known.params
    shared = amortized_model(known)
    plain = build(params.model, known.shape, params.seed)
    began = time.process_time()
    held_out = known.items["validation"]
    start = members.nearest(shared, plain, known.targets, held_out, params.seed)
    found = known.trained(params.training.rates, start)
    name = f"Digits, continued from an amortized model of {AMORTIZED:,} steps"
    yield from heading(name, params.training.rates, time.process_time() - began, len(found.rates))
    yield from table(known, found)


def amortized_model(known: Trial) -> HierarchicalVAE:
    """The default's, trained for fewer steps."""
    params, data = known.params, (known.items["train"], known.items["validation"])
    shared = build(params.model, known.shape, params.seed, box=params.grid.box())
    settings = params.training.model_copy(update={"steps": AMORTIZED})
    shared.load_state_dict(amortized.train(shared, *data, settings, params.seed).state)
    return shared


def digits_from_scratch() -> Iterator[str]:
    """Without an amortized model."""
    known = trial(TARGETS)
    began = time.process_time()
    found = known.trained(FROM_SCRATCH)
    seconds = time.process_time() - began
    yield from heading("Digits, from scratch", FROM_SCRATCH, seconds, len(found.rates))
    yield from table(known, found)


def digits_polished() -> Iterator[str]:
    """At fixed β: J° on test against independent models, trained as the default's anchors."""
    known = trial(TARGETS)
    params, data = known.params, (known.items["train"], known.items["validation"])
    betas = [list(beta) for beta in itertools.product(*Polish().axes(params.grid))]
    shared = amortized_model(known)
    plain = build(params.model, known.shape, params.seed)
    anchors = train(plain, betas, *data, params.certification.training, params.seed)
    start = members.at(shared, plain, betas)
    weights, seconds = [anchors.weights, start.weights], [0.0]
    for steps in POLISHED:
        began = time.process_time()
        settings = Polish(steps=steps)
        found = train(plain, betas, *data, settings, params.seed, starts=start.weights)
        weights.append(found.weights)
        seconds.append(time.process_time() - began)
    name = f"Digits at fixed β, continued from an amortized model of {AMORTIZED:,} steps"
    yield from heading(name, settings, seconds[-1], len(betas))
    columns = ["amortized", *(f"{steps:,} steps" for steps in POLISHED)]
    yield f"| β₁, β₂ | independent: J°, test | {' | '.join(columns)} |"
    yield f"| --- | ---: | {' | '.join(['---:'] * len(columns))} |"
    ratios: list[list[float]] = []
    for beta, *rows in zip(betas, *weights, strict=True):
        alone, *ours = (objective(known, row, anchors.layout, beta) for row in rows)
        ratios.append([one / alone for one in ours])
        yield f"| {shown(beta)} | {alone:.2f} | {' | '.join(map('{:.3f}'.format, ratios[-1]))} |"
    yield ""
    for column, taken, values in zip(columns, seconds, zip(*ratios, strict=True), strict=True):
        yield f"{column}: mean {fmean(values):.3f}, worst {max(values):.3f}; {taken:.0f} s."


def objective(known: Trial, row: Tensor, layout: WeightLayout, beta: list[float]) -> float:
    """J° on test items, in nats, of the model with these weights."""
    model = build(known.params.model, known.shape, known.params.seed)
    model.load_state_dict(layout.state(row), strict=False)
    one = measure(model, known.items["test"], SAMPLES, known.params.seed, 2)
    cost = one.distortion + one.rates @ np.array(beta)
    return float(cost.mean()) - model.likelihood.constant(known.items["test"].shape[1])


def heading(name: str, settings: Schedule, seconds: float, models: int) -> Iterator[str]:
    """What was trained, how, and how long it took."""
    schedule = f"{settings.steps:,} steps of {settings.batch_size}"
    yield (
        f"## {name}\n\n{models} models, {schedule}, learning rate {settings.learning_rate:g}: "
        f"{seconds:.0f} s of one core for all of them.\n"
    )


def table(known: Trial, found: TrainedToRates) -> Iterator[str]:
    """Rates on held-out items, and what they buy."""
    yield "| r₁, r₂ | validation | test | D°, test | λ₁, λ₂ |"
    yield "| --- | --- | --- | ---: | --- |"
    missed: dict[str, list[float]] = {"validation": [], "test": []}
    constant = build(known.params.model, known.shape, 0).likelihood.constant(64)
    distortions = []
    for index, target in enumerate(known.targets):
        measured = {split: known.measured(found, index, split) for split in missed}
        rates = {split: one.rates.mean(0) for split, one in measured.items()}
        for split, values in missed.items():
            values.append(miss(rates[split], np.array(target)))
        distortions.append(float(measured["test"].distortion.mean()) - constant)
        yield (
            f"| {shown(target)} | {shown(rates['validation'])} | {shown(rates['test'])} "
            f"| {distortions[-1]:.2f} | {shown(found.prices[index].tolist())} |"
        )
    yield ""
    for split, values in missed.items():
        yield (
            f"Within 2 % or 0.05 nats on {split}: {sum(value <= 1 for value in values)} of "
            f"{len(values)}; the worst is {max(values):.2f} times as far."
        )
    yield f"D° on test, mean of all: {fmean(distortions):.2f} nats."


PARTS: Mapping[str, Callable[[], Iterator[str]]] = {
    "continued": digits_continued,
    "from-scratch": digits_from_scratch,
    "polished": digits_polished,
}


if __name__ == "__main__":
    main()
