"""How often intervals have the truth, and what is found where there is something and nothing.

Simulated experiments with known true values, of three trainings unless it says otherwise.

    python -m benchmarks.coverage > benchmarks/coverage.md
"""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from scipy.stats import norm

from hvae.guidance.choose import largest, region
from hvae.statistics.comparison import (
    LEVEL,
    Scores,
    across,
    difference,
    differences,
    power,
    verdicts,
)
from hvae.statistics.estimate import Floats
from tests.statistics import simulated
from tests.statistics.simulated import TRAININGS, Simulated, Spread, means

UNEQUAL = (0.3,) * 4 + (0.1,) * 21  # four corners, whose trainings vary three times as much
NO_TRAINING, NARROW, WIDE = Spread(0.2, 0, 0.5, 0.5), Spread(0.2, 0.05), Spread(0.2, 0.2)
LIKE_PSNR = Spread(of_training=0.1, of_place=0.02, of_pair=0.3, crossed=0.15)

Make = Callable[[Generator], Simulated]


def main() -> None:
    """Print the page."""
    print(f"# Coverage of comparisons\n\n{__doc__.split(chr(10) * 2)[1]}\n")
    print("Intervals are 95 %; ± is one standard error over the experiments. Items' own standard")
    print("deviation is 1; s are the standard deviations of trainings (all places; each place) and")
    print("of items (at each place; at each place in each training).\n")
    section("Differences of places", coverage())
    section("False findings where all places are equal: at most 0.05", nulls())
    section("A planted difference of 2 standard errors", planted())
    section("Regions: how often with the true best, and how many places", regions())


def section(title: str, lines: Iterator[str]) -> None:
    """A table, whose first line is its head."""
    head = next(lines)
    print(f"## {title}\n\n{head}\n|{' --- |' * (head.count('|') - 1)}", flush=True)
    for line in lines:
        print(line, flush=True)
    print(flush=True)


def coverage() -> Iterator[str]:
    """Of differences to the first place, and across lattices."""
    yield "| scores | experiments | coverage | ± |"
    for name, experiments, make in [*of_means(), *of_others()]:
        yield row(name, experiments, [_covered(make(seeded(k))) for k in range(experiments)])
    for name, spread in (("narrow", NARROW), ("wide", WIDE)):
        found = [_across(seeded(k), spread) for k in range(400)]
        yield row(f"means, of two lattices, {name} spread of trainings", 400, found)


def of_means() -> Iterator[tuple[str, int, Make]]:
    """Of lattices of several sizes."""
    for places in (2, 5, 25):
        for spread in (NO_TRAINING, NARROW, WIDE):
            truth = np.arange(places) / 10
            name = f"means, {places} places, s {told(spread)}"
            yield name, 400, lambda random, t=truth, s=spread: means(random, t, s)  # type: ignore
    for name, corners in (("a corner", UNEQUAL), ("a middle place", UNEQUAL[::-1])):
        spread = Spread(0.2, corners)
        title = f"means, 25 places, four corners vary 3 times as much: {name} against all"
        yield title, 400, lambda random, s=spread: means(random, np.zeros(25), s)  # type: ignore


class Kind(NamedTuple):
    """Of a statistic that is no mean of normal numbers: how to simulate it, and true values."""

    name: str
    make: Callable[..., Simulated]
    truth: list[float]
    more: dict[str, int]


KINDS = [
    Kind("hits of a probe, 360 items", simulated.hits, [0.9, 0.5, 0.8, 0.85, 0.95], {}),
    Kind("hits, near 1", simulated.hits, [0.98, 0.99, 0.995, 0.97, 0.96], {}),
    Kind("NMI, confusions of 10–90 %", simulated.clusterings, [0.3, 0.1, 0.2, 0.6, 0.9], {}),
    Kind("NMI, of 5–20 %", simulated.clusterings, [0.1, 0.05, 0.08, 0.15, 0.2], {}),
    Kind("NMI, 1000 items", simulated.clusterings, [0.3, 0.1, 0.2, 0.6, 0.9], {"items": 1000}),
    Kind("Inception Score, 500 draws", simulated.inception, [0.2, 0.1, 0.5, 0.9, 0.95], {}),
    Kind("AUROC 0.55–0.9, 180 outliers", simulated.ranking, [0.8, 0.55, 0.6, 0.7, 0.9], {}),
    Kind("AUROC 0.97–0.999", simulated.ranking, [0.99, 0.97, 0.98, 0.995, 0.999], {}),
    Kind(
        "AUROC 0.97–0.999, 36 outliers",
        simulated.ranking,
        [0.99, 0.97, 0.98, 0.995, 0.999],
        {"outliers": 36},
    ),
]


def of_others() -> Iterator[tuple[str, int, Make]]:
    """Of five places each."""
    for kind in KINDS:
        truth = np.array(kind.truth)
        yield (
            kind.name,
            150,
            lambda random, k=kind, t=truth: k.make(random, t, **k.more),  # type: ignore
        )


def _covered(one: Simulated) -> float:
    low, high = differences(one.scores, 0).interval()
    apart = one.truth - one.truth[0]
    return float(((low <= apart) & (apart <= high))[1:].mean())


def _across(random: Generator, spread: Spread) -> float:
    own = random.standard_normal(200)
    sides = [means(random, np.zeros(n), spread, own=own).scores for n in (25, 5)]
    low, high = across(sides[0], 0, sides[1], 0).interval()
    return float(low <= 0 <= high)


def nulls() -> Iterator[str]:
    """Of regions, and of differences to one place (Holm)."""
    yield "| places | experiments | any outside the region | ± | any difference | ± |"
    cases = [(5, WIDE), (10, NO_TRAINING), (10, WIDE), (25, NARROW), (25, Spread(0.2, UNEQUAL))]
    for places, spread in cases:
        found = np.array([_false(seeded(k), places, spread) for k in range(500)])
        share, error = found.mean(0), np.sqrt(found.mean(0) * (1 - found.mean(0)) / 500)
        cells = " | ".join(f"{a:.3f} | {b:.3f}" for a, b in zip(share, error, strict=True))
        yield f"| {places}, s {told(spread)} | 500 | {cells} |"


def _false(random: Generator, places: int, spread: Spread) -> tuple[bool, bool]:
    scores = means(random, np.zeros(places), spread).scores
    pairs = [difference(scores, 0, place) for place in range(1, places)]
    found = any(verdict in ("more", "less") for verdict in verdicts(pairs))
    return not region(scores).inside.all(), found


def planted() -> Iterator[str]:
    """Found, and what the noncentral t law says for the degrees of freedom."""
    yield "| places | experiments | found | ± | power |"
    spread = Spread(0.2, 1, 0, 0)
    for places in (3, 10, 25):
        truth = np.zeros(places)
        truth[0] = 2 * math.sqrt(2 / TRAININGS)
        pairs = [difference(means(seeded(k), truth, spread, 20).scores, 0, 1) for k in range(1000)]
        share = np.mean([pair.p_value <= LEVEL for pair in pairs])
        says = power(2, float(np.median([pair.degrees for pair in pairs])))
        error = math.sqrt(share * (1 - share) / 1000)
        yield f"| {places} | 1000 | {share:.3f} | {error:.3f} | {says:.3f} |"


RULES = ["unpaired, Bonferroni", "paired, Bonferroni", "one step of max-T", "step-down max-T"]


def regions() -> Iterator[str]:
    """Of 25 places on a parabola, with the correlation of PSNR's items, by how it is decided."""
    heads = " | ".join(f"{rule}: best | places" for rule in RULES)
    yield f"| range of the values | experiments | {heads} |"
    for scale in (0.1, 0.3, 1.0):
        truth = -scale * np.linspace(-0.5, 1, 25) ** 2
        best = int(truth.argmax())
        found = np.array(
            [_regions(means(seeded(k), truth, LIKE_PSNR, 360).scores) for k in range(150)]
        )  # (experiments, rules, places)
        has, size = found[:, :, best].mean(0), found.sum(2).mean(0)
        cells = " | ".join(f"{a:.3f} | {b:.1f}" for a, b in zip(has, size, strict=True))
        yield f"| {scale} | 150 | {cells} |"


def _regions(scores: Scores) -> Floats:
    """By the rules, whether each place is inside: (rules, places)."""
    reach = float(norm.isf(LEVEL / (scores.places - 1)))
    z = np.array([differences(scores, place).z.max() for place in range(scores.places)])
    one_step = np.quantile(largest(scores, np.arange(scores.places)).max(0), 1 - LEVEL)
    inside = _unpaired(scores, reach), z <= reach, z <= one_step, region(scores).inside
    return np.array(inside, dtype=float)


def _unpaired(scores: Scores, reach: float) -> Floats:
    """As two independent values: the errors of items and trainings, against the best one."""
    _, trainings, items = scores.values.shape
    of_items = scores.values.var(2, ddof=1).mean(1) / items
    error = of_items + scores.values.mean(2).var(1, ddof=1) / trainings
    best = int(scores.value.argmax())
    return scores.value[best] - scores.value <= reach * np.sqrt(error + error[best])


def row(name: str, experiments: int, found: list[float]) -> str:
    """A line with the mean and its standard error."""
    error = np.std(found) / math.sqrt(experiments)
    return f"| {name} | {experiments} | {np.mean(found):.3f} | {error:.3f} |"


def told(spread: Spread) -> str:
    """Its four numbers."""
    place = "unequal" if isinstance(spread.of_place, tuple) else f"{spread.of_place:g}"
    of = spread
    return f"({of.of_training:g}; {place}; {of.of_pair:g}; {of.crossed:g})"


def seeded(number: int) -> Generator:
    """The randomness of an experiment."""
    return np.random.default_rng(number)


if __name__ == "__main__":
    main()
