"""The tasks' numbers on samples, from all layers and from the top one, as columns of the plane."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from hvae.reports.charts.theme import span
from hvae.reports.sections.plane import Interval
from hvae.results.quantities import METRICS, Measure
from hvae.results.rates import lowest_layer
from hvae.results.run import Run
from hvae.statistics.estimate import Row

FIRST = ["classification", "clustering", "regression", "anomaly", "generation"]
FIRST += ["reconstruction", "denoising", "inpainting", "upscaling", "compression"]  # others follow


class Column(NamedTuple):
    """One number of a point: its name, title, unit and group on the page, and which way is better.

    better: "higher", "lower", or "none", where more is not better or worse. values: with the ends
    of its 95 % interval, by point; ends are nan where no interval is known. layers: those that are
    read, with which the title ends; "" where it is about none in particular.
    """

    name: str
    title: str
    unit: str
    group: str
    better: str
    values: Mapping[str, Interval]
    layers: str = ""

    def described(self) -> dict[str, str]:
        """What the page says of it: all but the values."""
        names = ("name", "title", "unit", "group", "better", "layers")
        return {name: getattr(self, name) for name in names}


def scores(run: Run) -> list[Column]:
    """Of samples of all layers, of the top layer, and of what reads no layer in particular."""
    found: dict[tuple[str, str, str, str], dict[str, Interval]] = {}
    for row in _counted(run):
        key = (row["task"], row["layers"], row["method"], row["metric"])
        found.setdefault(key, {})[row["point"]] = (row["value"], row["low"], row["high"])
    ordered = sorted(found, key=lambda key: (_place(key[0]), -len(key[1])))
    return [_score(run, *key, found[key]) for key in ordered]


def _counted(run: Run) -> Iterator[Row]:
    """Means obey no limit and are not what the rate pays for: samples alone colour the plane."""
    layers = {"", run.suffix, f"z{run.layers}"}
    points = {point["point"] for point in run.measured}
    for row in run.tasks:
        samples = row["features"] in ("sample", "")
        if samples and row["layers"] in layers and row["point"] in points:
            yield row


def _score(
    run: Run, task: str, layers: str, method: str, metric: str, values: dict[str, Interval]
) -> Column:
    measure = METRICS.get(metric, Measure(metric, metric, better="none", words=f"a {metric}"))
    read = span(lowest_layer(layers), run.layers) if layers else ""
    of = f" on {read}" if read else ""
    name = "-".join(_parts((task, layers, method, metric)))
    title = f"{task.capitalize()}: {measure.noun}, {method}{of}"
    return Column(name, title, measure.unit, task.capitalize(), measure.better, values, read)


def _parts(names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if name)


def _place(task: str) -> int:
    return FIRST.index(task) if task in FIRST else len(FIRST)
