"""How much smaller intervals and regions are in pairs than without, of an experiment that is there.

python -m benchmarks.pairing results/digits > benchmarks/pairing.md
"""

import sys
from pathlib import Path
from statistics import fmean

import numpy as np
from numpy.random import Generator

from hvae.guidance.applications import applications
from hvae.guidance.choose import choose
from hvae.guidance.gains import pairs
from hvae.guidance.paired import PairedScores
from hvae.guidance.study import measured, study
from hvae.guidance.surface import Surface
from hvae.results.experiment import Experiment
from hvae.statistics.comparison import Scores

DRAWS = 3  # orders of the items, over which the side without pairs is averaged
ABOUT = """# What pairs are worth

{name}: {trainings} trainings, {items} test items. The side without pairs has the same scores,
by the same inference, with the items of each place in an order of its own (means over {draws}
orders): values and errors of single places stay, and what items share between two places is gone.
What a training does to all places at once still cancels there.

Half-widths are of single 95 % intervals on test items, medians over all pairs of places that
compare; regions are those of the advice, on validation items.

| application | half-width in pairs | without | ratio | places in region, in pairs | without | of |
| --- | --- | --- | --- | --- | --- | --- |"""


def main() -> None:
    """Print a table."""
    of = Experiment(Path(sys.argv[1]))
    every = applications(of.params.tasks.entries)
    found = study(measured(of, every), of.params.guidance, every)
    scores = next(iter(found.surfaces.values())).test.scores
    numbers = {"name": of.name, "trainings": scores.trainings, "items": scores.items}
    print(ABOUT.format(**numbers, draws=DRAWS))
    for one in found.surfaces.values():
        print(line(one), flush=True)


def line(surface: Surface) -> str:
    """Its half-widths and regions, both ways."""
    random = np.random.default_rng(0)
    apart = [without(surface, random) for _ in range(DRAWS)]
    paired, single = half(surface), fmean(map(half, apart))
    choice = choose(surface)
    if choice is None:
        raise ValueError(f"no place may be chosen for {surface.application.name}")
    regions = [len(other.region) for other in map(choose, apart) if other is not None]
    return (
        f"| {surface.application.name}, {surface.metric.brief} | {paired:.3g} | {single:.3g} | "
        f"{paired / single:.2f} | {len(choice.region)} | {fmean(regions):.1f} | "
        f"{choice.candidates} |"
    )


def half(surface: Surface) -> float:
    """The median over pairs of places."""
    return float(np.median([one.half for one in pairs(surface, 1) if one.half is not None]))


def without(surface: Surface, random: Generator) -> Surface:
    """The same with the items of each place in an order of its own."""
    sides = [shuffled(side, random) for side in (surface.candidates, surface.test)]
    return surface._replace(candidates=sides[0], test=sides[1])


def shuffled(side: PairedScores, random: Generator) -> PairedScores:
    """Every way and training of a place keeps the order of that place."""
    orders = {place: random.permutation(side.scores.items)
              for place in dict.fromkeys(way.place for way in side.ways)}  # fmt: skip
    values = [
        own[:, orders[way.place]] for way, own in zip(side.ways, side.scores.values, strict=True)
    ]
    return side._replace(scores=Scores(np.array(values)))


if __name__ == "__main__":
    main()
