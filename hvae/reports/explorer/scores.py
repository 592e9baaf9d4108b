"""The tasks' numbers on samples, from all layers and from the top one, as columns of the plane."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from hvae.config.tasks import TASKS
from hvae.reports.charts.theme import span
from hvae.reports.sections.plane import Interval
from hvae.results.quantities import METRICS, Measure
from hvae.results.rates import lowest_layer
from hvae.results.run import Run
from hvae.statistics.estimate import Row

FIRST = list(TASKS)  # others follow


class Scored(NamedTuple):
    """The columns of `tasks.parquet` that tell one number of a point from another."""

    task: str
    layers: str
    method: str
    setting: str
    metric: str


class Column(NamedTuple):
    """One number of a point: its name, title, unit and group on the page, and which way is better.

    better: "higher", "lower", or "none", where more is not better or worse. values: with the ends
    of its 95 % interval, by point; ends are nan where no interval is known. layers: those that are
    read; "" where it is about none in particular. short: the title without its group and layers.
    """

    name: str
    title: str
    unit: str
    group: str
    better: str
    values: Mapping[str, Interval]
    layers: str = ""
    short: str = ""

    def described(self) -> dict[str, str]:
        """What the page says of it: all but the values."""
        names = ("name", "title", "unit", "group", "better", "layers")
        return {name: getattr(self, name) for name in names} | {"brief": self.short or self.title}


def scores(run: Run) -> list[Column]:
    """Of samples of all layers, of the top layer, and of what reads no layer in particular."""
    found: dict[Scored, dict[str, Interval]] = {}
    for row in _counted(run):
        key = Scored(*(row[name] for name in Scored._fields))
        found.setdefault(key, {})[row["point"]] = (row["value"], row["low"], row["high"])
    ordered = sorted(found, key=lambda key: (_place(key.task), -len(key.layers)))
    return [_score(run, key, found[key]) for key in ordered]


def _counted(run: Run) -> Iterator[Row]:
    """Means obey no limit and are not what the rate pays for: samples alone colour the plane."""
    layers = {"", run.suffix, f"z{run.layers}"}
    points = {point["point"] for point in run.measured}
    for row in run.tasks:
        samples = row["features"] in ("sample", "")
        if samples and row["layers"] in layers and row["point"] in points:
            yield row


def _score(run: Run, of: Scored, values: dict[str, Interval]) -> Column:
    unknown = Measure(of.metric, of.metric, better="none", words=f"a {of.metric}")
    measure = METRICS.get(of.metric, unknown)
    read = span(lowest_layer(of.layers), run.layers) if of.layers else ""
    task = of.task.capitalize()
    setting = TASKS[of.task].told(of.setting) if of.task in TASKS else of.setting
    told = ", ".join(_parts((measure.noun, of.method, setting)))
    title = f"{task}: {told}{f' on {read}' if read else ''}"
    name, unit = "-".join(_parts(of)), measure.unit
    return Column(name, title, unit, task, measure.better, values, read, told)


def _parts(names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if name)


def _place(task: str) -> int:
    return FIRST.index(task) if task in FIRST else len(FIRST)
