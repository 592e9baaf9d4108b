"""The tasks' numbers and limits of a point, and how two points differ, as the explorer shows them.

Numbers are of samples, from all layers and from the top one. Of every bound, the most telling check
is shown. Differences of any two places are those of `guidance.json`, in pairs over test items and
trainings.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from hvae.config.task import titled
from hvae.reports.charts.theme import span, sub
from hvae.reports.sections.bounds import counted, evidence, slack_error
from hvae.reports.sections.plane import Interval
from hvae.results.quantities import METRICS, Measure, checked_unit, of_task
from hvae.results.rates import lowest_layer
from hvae.results.run import Run
from hvae.statistics.comparison import ONE_TRAINING
from hvae.statistics.estimate import Row


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
    first = list(run.params.tasks.entries)  # others follow
    place = {name: number for number, name in enumerate(first)}
    ordered = sorted(found, key=lambda key: (place.get(key.task, len(first)), -len(key.layers)))
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
    known = run.params.tasks.entries.get(of.task)
    measure = of_task(known, of.metric) if known else METRICS.get(of.metric, unknown)
    read = span(lowest_layer(of.layers), run.layers) if of.layers else ""
    task = titled(of.task)
    setting = known.told(of.setting) if known else of.setting
    told = ", ".join(_parts((measure.noun, of.method, setting)))
    title = f"{task}: {told}{f' on {read}' if read else ''}"
    name, unit = "-".join(_parts(of)), measure.unit
    return Column(name, title, unit, task, measure.better, values, read, told)


def _parts(names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if name)


DIGITS = 4
SIGNS = {"more": "+", "less": "-", "undecided": "?", ONE_TRAINING: "1", None: "x"}


def pairs(run: Run) -> dict[str, Any]:
    """places: the points of each, one a seed. applications: one record each, with every two places.

    at: the number of the place that has each value. half and degrees are by pair, in the order 01,
    02, …, 12, …, and so are the letters of `words`, each how the first place is to the second.
    """
    guidance = run.guidance or {}
    measured = guidance.get("places", [])
    number = {place["point"]: k for k, place in enumerate(measured)}
    return {
        "places": [place["points"] for place in measured],
        "applications": [
            _paired(run, name, one, [number[point] for point in one["points"]])
            for name, one in guidance.get("pairs", {}).items()
        ],
    }


def _paired(run: Run, name: str, pairs: Mapping[str, Any], at: list[int]) -> dict[str, Any]:
    known = run.params.tasks.entries.get(name)
    measure = of_task(known, pairs["metric"]) if known else METRICS[pairs["metric"]]
    shown = {"title": f"{titled(name)}: {measure.noun}", "unit": measure.unit, "at": at}
    return shown | {
        "values": [_short(value, 7) for value in pairs["values"]],
        "half": [_short(half, 3) for half in pairs["half"]],
        "degrees": [_short(count, 3) for count in pairs["degrees"]],
        "words": "".join(SIGNS[verdict] for verdict in pairs["verdicts"]),
    }


def _short(number: float | None, digits: int) -> float | None:
    return None if number is None else float(f"{number:.{digits}g}")


def described(run: Run) -> dict[str, str]:
    """What each bound of this run says, by name."""
    return {one.name: one.bound.meaning for one in counted(run.bounds) if one.verdicts}


def limits(run: Run) -> dict[str, dict[str, Any]]:
    """By point: how many of its checks have each verdict, and one check a bound."""
    by_point: dict[str, list[Row]] = {}
    for check in run.bounds:
        by_point.setdefault(check["point"], []).append(check)
    return {point: _summary(checks) for point, checks in by_point.items()}


def _summary(checks: list[Row]) -> dict[str, Any]:
    ordered = sorted(checks, key=_telling)
    first = {check["bound"]: check for check in reversed(ordered)}
    counts = Counter(check["verdict"] for check in checks)
    return {
        "counts": dict(counts),
        "checks": [_shown(check) for check in sorted(first.values(), key=_telling)],
    }


def _telling(check: Row) -> tuple[bool, float, float]:
    """Those that can bind first, with the most evidence against them."""
    return check["verdict"] == "vacuous", *evidence(check)


def _shown(check: Row) -> dict[str, Any]:
    """± of the slack is one standard error, as the verdict has it."""
    numbers = {name: check[name] for name in ("measured", "limit", "slack")}
    numbers["slack_se"] = slack_error(check)
    rounded = {name: float(f"{value:.{DIGITS}g}") for name, value in numbers.items()}
    names = {name: check[name] for name in ("bound", "method", "verdict")}
    names["layers"] = latents(check["layers"])
    return names | rounded | {"unit": checked_unit(check["metric"])}


def latents(layers: str) -> str:
    """`z1+z2` of the tables as z₁, z₂."""
    numbers = [int(part.removeprefix("z")) for part in layers.split("+") if part]
    return ", ".join(f"z{sub(number)}" for number in numbers)
