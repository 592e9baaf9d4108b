"""Compare experiments on a Gaussian source with the least objective that any model can reach.

Give the folders of results, each with `points.parquet` and `params.json`. One HTML file comes out:
a map of J° / J°* of each, the counts, and what skips change where two experiments differ in them.
"""

import argparse
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from hvae.config.params import Params
from hvae.data.gaussian import exact
from hvae.errors import InputError
from hvae.io import command, storage
from hvae.reports.charts.scatter import PointLabel, display_names
from hvae.reports.render import Figure, figure, render
from hvae.reports.sections.exact_source import least
from hvae.reports.sections.least_objective import difference_map, maps, sentence
from hvae.reports.sections.provenance import revision, versions
from hvae.results.exactness import Exactness, Shortfall, differences, exactness, shortfalls
from hvae.results.experiment import Experiment


class GaussianExperiment(NamedTuple):
    """One experiment's parameters, how far its models are from J°*, and how many diverged."""

    params: Params
    found: list[Shortfall]
    diverged: int

    @property
    def counts(self) -> Exactness:
        return exactness(self.found)


def main(arguments: argparse.Namespace) -> None:
    """Write the page."""
    html = page([read(folder) for folder in arguments.results])
    storage.store(html, arguments.out)


def read(results: Path) -> GaussianExperiment:
    """InputError for a folder without the two files, or about another source."""
    experiment = Experiment(results)
    params = experiment.params
    asked = least(params, exact(params.data, params.seed))
    if asked is None:
        raise InputError(
            f"data.source and model.likelihood of {results} must be Gaussian, since J°* is known "
            f"of no other, got {params.data.source!r} and {params.model.likelihood.family!r}"
        )
    points = experiment.kinds.points
    found = shortfalls(points, experiment.layers, *asked)
    return GaussianExperiment(params, found, len(points) - len(found))


def page(experiments: Sequence[GaussianExperiment]) -> str:
    """The whole page; colours mean the same on every map."""
    worst = max((one.counts.worst for one in experiments if one.found), default=1.0)
    figures = [
        *(drawn for place, one in enumerate(experiments) for drawn in _maps(place, one, worst)),
        *_differences(experiments),
    ]
    return render(
        "exactness.html",
        figures,
        _display_names(experiments),
        experiments=experiments,
        sentence=sentence,
        versions=versions(),
        revision=revision(),
    )


def _display_names(experiments: Sequence[GaussianExperiment]) -> dict[str, str]:
    every = (
        display_names(PointLabel(f.point, f.beta, f.seed) for f in one.found) for one in experiments
    )
    return {point: text for each in every for point, text in each.items()}


def _maps(place: int, one: GaussianExperiment, worst: float) -> Iterator[Figure]:
    for number, drawn in enumerate(maps(one.found, worst)):
        text = f"{drawn.title} of {one.params.experiment}"
        yield figure(f"map-{place}-{number}", f"map-{place}", drawn.chart, text)


def _differences(experiments: Sequence[GaussianExperiment]) -> Iterator[Figure]:
    for place, (with_skip, without) in enumerate(twins(experiments)):
        changes = differences(with_skip.found, without.found)
        title = "J° / J°* without skips, less that with skips"
        if changes and len(changes[0].beta) == 2:
            drawn = difference_map(changes, title)
            yield figure(f"difference-{place}", "difference", drawn.chart, title)


def twins(
    experiments: Sequence[GaussianExperiment],
) -> Iterator[tuple[GaussianExperiment, GaussianExperiment]]:
    """Pairs that differ in `model.skip` alone: the one with skips first."""
    for one, other in itertools.permutations(experiments, 2):
        if one.params.model.skip and not other.params.model.skip and _like(one) == _like(other):
            yield one, other


def _like(one: GaussianExperiment) -> tuple[object, ...]:
    model = one.params.model.model_copy(update={"skip": False})
    return one.params.seed, one.params.data, model, one.params.grid, one.params.training


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "out")
    parser.add_argument("results", type=Path, nargs="+", help="folders of results")
    command.run(main, parser.parse_args())
