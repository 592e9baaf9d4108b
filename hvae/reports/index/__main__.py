"""Make the index of all experiments: folders of results in, one HTML file out.

python -m hvae.reports.index --results results --out reports/index.html

The page's scripts compare experiments. The page holds every experiment's metrics by place, and
charts without data, which the scripts fill with the reader's choice.
"""

import argparse
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import altair as alt
import numpy as np
from scipy.special import stdtrit

from hvae.guidance.text import aim
from hvae.io import command, storage
from hvae.reports.charts.theme import CATEGORIES, INTERVAL, Chart, legend, rate_ticks
from hvae.reports.index.card import ExperimentCard, card
from hvae.reports.index.metrics import ComparedMetric, Interval, achieved, data, measured
from hvae.reports.index.paired import ItemScores, pairs
from hvae.reports.render import drawable, render
from hvae.results.experiment import Experiment, find
from hvae.results.quantities import OF_POINTS
from hvae.statistics.comparison import LEVEL
from hvae.statistics.estimate import Estimate

DIGITS = 6  # of a number on the page, as in β
DEGREES = 30  # of freedom, up to which the page knows quantiles of Student's t
# With the four colours of the theme these distinguish twelve experiments, the first four by both.
SYMBOLS = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"]
FADED = 0.35  # the opacity of a difference that may be chance
SCALE = alt.Scale(type="symlog", constant=0.3, nice=False, padding=14)


class Listed(NamedTuple):
    """An experiment on the page: its card, the data to compare, and the scores for pairs."""

    card: ExperimentCard
    compared: dict[str, Any]
    scores: ItemScores


def main(arguments: argparse.Namespace) -> None:
    """Write the page."""
    html = page(arguments.results, arguments.out.parent)
    storage.store(html, arguments.out)


def page(results: Path, reports: Path) -> str:
    """The whole page about the folders in `results`, for the folder `reports`."""
    listed, unreadable = find(results, lambda experiment: describe(experiment, reports))
    return render(
        "index/index.html",
        [],
        cards=[one.card for one in listed],
        unreadable=unreadable,
        data=drawable(everything(listed)),
        charts=charts(),
    )


def describe(experiment: Experiment, reports: Path) -> Listed:
    """The card and the data of one experiment."""
    metrics = {one.key: one for one in chain(measured(experiment), achieved(experiment))}
    shown = compared(experiment, metrics.values())
    return Listed(
        card(experiment, metrics, reports), shown, ItemScores(experiment, metrics.values())
    )


def compared(experiment: Experiment, metrics: Iterable[ComparedMetric]) -> dict[str, Any]:
    """Columns over places: β or given rates, to match places by, their name, and each metric.

    Of a metric, [value, standard error]. Two more numbers, the ends of its interval, follow where
    this is not ± 1.96 standard errors, as it never is over several trainings. items: equal where
    test items are the same.
    """
    of, params = data(experiment.params), experiment.params
    return {
        "name": experiment.name,
        "layers": experiment.layers,
        "data": of.key,
        "source": of.words,
        "items": experiment.test_items,
        "trainings": len(params.grid.seeds),
        "beta": [[_short(beta) for beta in place.beta] for place in experiment.places],
        "target": [[_short(rate) for rate in place.target] for place in experiment.places],
        "aim": [aim(place) for place in experiment.places],
        "seeds": [len(place.points) for place in experiment.places],
        "metrics": [_metric(metric) for metric in metrics],
    }


def everything(listed: Sequence[Listed]) -> dict[str, Any]:
    """The data of all experiments.

    reach: how many standard errors a difference takes at 5 % over as many β as any experiment has,
    for 1, 2, … degrees of freedom, where it is not in pairs. pairs: differences that are.
    """
    found = list(pairs([one.scores for one in listed]))
    experiments = [one.compared for one in listed]
    many = max((len(one["beta"]) for one in experiments), default=1)
    reach = stdtrit(np.arange(1, DEGREES + 1), 1 - LEVEL / (2 * max(many, 1)))
    return {
        "interval": INTERVAL, "reach": list(map(_short, reach)), "experiments": experiments,
        "pairs": found,
    }  # fmt: skip


def _metric(metric: ComparedMetric) -> dict[str, Any]:
    return {
        "key": metric.key,
        "group": metric.group,
        "title": metric.title,
        "basis": metric.basis.key,
        "units": metric.basis.words,
        "values": [_numbers(value) for value in metric.values],
    }


def _numbers(value: Estimate | Interval | None) -> list[float] | None:
    return None if value is None else [_short(number) for number in value]


def _short(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")


def charts() -> dict[str, Any]:
    """By name: the plane of rates, a metric against the total rate, and a difference."""
    found = {"plane": plane(), "metric": metric(), "difference": difference()}
    return {name: chart.to_dict() for name, chart in found.items()}


def plane() -> alt.Chart:
    """R_{≥2} against R_1, with a mark for each place."""
    up = alt.Y("y:Q", title=OF_POINTS["rate_above"].axis, scale=SCALE, axis=rate_ticks())
    return _marks(OF_POINTS["rate_1"].axis, up)


def metric() -> alt.Chart:
    """The metric against R_total; the page sets the metric's title."""
    return _marks(OF_POINTS["rate_total"].axis, alt.Y("y:Q", scale=alt.Scale(zero=False)))


def difference() -> Chart:
    """Second minus first over two layers' β or rates, which the page names; a dot and a fainter
    colour where it may be chance.
    """
    base = alt.Chart(alt.NamedData("rows")).encode(
        _axis(alt.X, "across:O"),
        _axis(alt.Y, "up:O").sort("descending"),
        tooltip=[alt.Tooltip(name, title=title) for name, title in DIFFERENCE.items()],
    )
    colour = alt.Scale(scheme="blueorange", domainMid=0)
    sure = alt.condition("datum.sure", alt.value(1), alt.value(FADED))
    cells = base.mark_rect().encode(
        color=alt.Color("difference:Q", title="Second minus first", scale=colour), opacity=sure
    )
    dots = base.mark_circle(size=9, color="#333333", opacity=1)
    return alt.layer(cells, dots.transform_filter("!datum.sure"))


DIFFERENCE = {
    "aim:N": "trained for",
    "change:N": "second minus first",
    "first:N": "first",
    "second:N": "second",
}
TOOLTIP = {
    "experiment:N": "experiment",
    "beta:N": "trained for",
    "seeds:Q": "seeds",
    "rate_1:N": "R₁ (nats)",
    "rate_above:N": "R above z₁ (nats)",
    "rate_total:N": "R in total (nats)",
    "metric:N": "metric",
}


def _marks(across: str, up: alt.Y) -> alt.Chart:
    looks = legend(symbolSize=80)
    return (
        alt.Chart(alt.NamedData("rows"))
        .mark_point(filled=True, size=55, opacity=0.75)
        .encode(
            alt.X("x:Q", title=across, scale=SCALE, axis=rate_ticks()),
            up,
            alt.Color("experiment:N", title=None, scale=alt.Scale(range=CATEGORIES), legend=looks),
            alt.Shape("experiment:N", title=None, scale=alt.Scale(range=SYMBOLS), legend=looks),
            tooltip=[alt.Tooltip(name, title=title) for name, title in TOOLTIP.items()],
        )
    )


def _axis(channel: Any, column: str) -> Any:
    return channel(column, axis=alt.Axis(format=".3~g", labelOverlap=True, labelAngle=0))


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "results", "out")
    command.run(main, parser.parse_args())
