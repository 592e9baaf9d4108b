"""A Gaussian source at the rates that were asked for: squared errors and prices are known.

    for part in one two three two-without; do python -m benchmarks.rates_gaussian $part; done

Each trains for a few minutes on one core and prints a section of `benchmarks/rates.md`.
"""

import math
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import yaml

from benchmarks.rates import SHARES, heading, trial
from hvae.bounds.rate_distortion import at_level, distortion_rate
from hvae.config.synthetic import Gaussian
from hvae.config.training import Floats, shown
from hvae.data import gaussian
from hvae.io.command import steady
from tests.workflow.conftest import merged

FRESH = 100_000  # items of the source that nothing else has seen
HALVES = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (0.5, 0.5, 0), (0.5, 0, 0.5), (0, 0.5, 0.5)]
SPLITS = [*HALVES, (0.25, 0.25, 0.5), (0.5, 0.25, 0.25)]  # of three layers


class Part(NamedTuple):
    """overlay: an experiment; targets in nats."""

    name: str
    overlay: str
    targets: list[list[float]]
    shortcut: bool = True


TWO = [[total * (1 - share), total * share] for total in (1.5, 4, 8) for share in SHARES]
THREE = [[total * share for share in split] for total in (4, 8) for split in SPLITS]
PARTS: Mapping[str, Part] = {
    "one": Part(
        "A Gaussian source, one layer",
        "gaussian-one-layer",
        [[1 + step / 2] for step in range(15)],
    ),
    "two": Part("A Gaussian source, two layers with skips", "gaussian", TWO),
    "three": Part("A Gaussian source, three layers with skips", "gaussian-three-layers", THREE),
    "two-without": Part("The same two layers without shortcuts", "gaussian", TWO, False),
}


def main() -> None:
    """Print the section that is asked for."""
    steady()
    print("\n".join(section(PARTS[sys.argv[1]])))


def section(part: Part) -> Iterator[str]:
    """Squared error and prices against what is known, on items that are not the experiment's."""
    overlay = yaml.safe_load(Path("experiments", f"{part.overlay}.yaml").read_text())
    known = trial(part.targets, merged(overlay, {"model": {"shortcut": part.shortcut}}))
    options, seed = known.params.data, known.params.seed
    assert isinstance(options, Gaussian)
    drawn = options.model_copy(update={"items": options.items + FRESH})
    fresh = torch.tensor(gaussian.load(drawn, seed).x[options.items :])
    known = known._replace(items=dict(known.items) | {"fresh": fresh})
    settings, spectrum = known.params.training.rates, gaussian.spectrum(options)
    began = time.process_time()
    found = known.trained(settings)
    seconds = time.process_time() - began
    yield from heading(part.name, settings, seconds, len(found.rates))
    yield "| target | validation | fresh items | squared error / D_X(R) | ± | λ | θ/σ² |"
    yield "| --- | --- | --- | ---: | ---: | --- | ---: |"
    sigma = known.params.model.likelihood.sigma or math.nan
    ratios, prices = [], []
    for index, target in enumerate(known.targets):
        one = known.measured(found, index, "fresh")
        rates, squared = one.rates.mean(0), one.error * len(spectrum)
        least = distortion_rate(float(rates.sum()), spectrum)
        ratio, error = squared.mean() / least, squared.std() / len(squared) ** 0.5 / least
        price = level(float(rates.sum()), spectrum) / sigma**2
        ratios.append(ratio)
        prices += [
            float(own) / price
            for own, rate in zip(found.prices[index], target, strict=True)
            if rate
        ]
        yield (
            f"| {shown(target)} | {shown(found.rates[index].tolist())} | {shown(rates)} "
            f"| {ratio:.4f} | {error:.4f} | {shown(found.prices[index].tolist())} | {price:.3f} |"
        )
    yield f"\nSquared error / D_X(R): {min(ratios):.4f} to {max(ratios):.4f}."
    yield f"λ_l / (θ/σ²) of open layers: {min(prices):.3f} to {max(prices):.3f}."


def level(rate: float, spectrum: Floats) -> float:
    """The water level θ at which a Gaussian source has that rate in nats."""
    levels = np.geomspace(1e-4, 1, 100_000) * spectrum.max()
    rates = [at_level(one, spectrum, np.ones_like(spectrum)).rate for one in levels[::-1]]
    return float(np.interp(rate, rates, levels[::-1]))


if __name__ == "__main__":
    main()
