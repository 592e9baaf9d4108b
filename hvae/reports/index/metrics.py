"""The metrics in which experiments are compared, with their errors: a value for each place.

Metrics of two experiments can be compared where their bases, the units, are the same. Applications
are measured on samples of all layers together.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from hvae.config.params import Params
from hvae.config.task import CLASSIFIER, titled
from hvae.guidance.applications import Application, applications, each
from hvae.guidance.paired import Variant
from hvae.guidance.surface import Value, chosen_metric, series
from hvae.io.tables import MEASURED
from hvae.results.experiment import Experiment
from hvae.results.quantities import NATS, OF_POINTS, PER_DIMENSION, Measure
from hvae.results.rates import (
    Place,
    code_lengths,
    degrees,
    over_seeds,
    squared_errors,
    suffix_name,
    suffix_rates,
)
from hvae.statistics.comparison import Difference
from hvae.statistics.estimate import Estimate

# Options that do not change the units: how items are divided, how many are kept, where files lie.
BESIDE = {"split", "max_items", "raw_dir", "held_out", "outliers"}
Interval = tuple[float, float, float, float]  # a value, its standard error, and its 95 % interval
RATES, MODEL = "Rates", "Model"
APPLIED = "Applications"
UNADVISED = ("classification",)  # applications that are shown for a run without guidance


class Basis(NamedTuple):
    """A unit. key: equal for equal units; words: the unit in words."""

    key: str
    words: str


def data(params: Params) -> Basis:
    """The data: a source and its options, without size and division."""
    options = params.data.model_dump(mode="json", exclude=BESIDE)
    return Basis(_key(options), params.data.source)


def density(params: Params) -> Basis:
    """What D and J° are measured by: p(x | z) of these data."""
    options = params.model.likelihood.model_dump(mode="json")
    if options["family"] == "gaussian-learned":
        options.pop("sigma")  # only its start
    of = data(params)
    return Basis(
        _key({"likelihood": options, "data": of.key}), f"{params.model.likelihood.told}, {of.words}"
    )


def _key(options: Mapping[str, Any]) -> str:
    return json.dumps(options, sort_keys=True)


IN_NATS = Basis("nats", NATS)


class Applied(NamedTuple):
    """Which rows of `tasks` are an application: how z is read, and the settings of a mean."""

    application: Application
    metric: Measure
    variant: Variant
    settings: Sequence[str]


class ComparedMetric(NamedTuple):
    """A metric of an experiment, with a value for each place; None where it was not measured.

    Metrics of two experiments with one key can be compared where their bases are the same. applied:
    what it is of, of an application.
    """

    key: str
    group: str
    title: str
    basis: Basis
    values: Sequence[Estimate | Interval | None]
    applied: Applied | None = None


def measured(experiment: Experiment) -> Iterator[ComparedMetric]:
    """The rates and the model's own metrics that the experiment has."""
    above = _above(experiment)
    yield _metric(experiment, "rate_1", RATES, IN_NATS)
    yield ComparedMetric("rate_above", RATES, OF_POINTS["rate_above"].axis, IN_NATS, above)
    yield _metric(experiment, "rate_total", RATES, IN_NATS)
    yield from _qualities(experiment)
    if not _own_sigma(experiment):
        yield _metric(experiment, "objective", MODEL, density(experiment.params))
    # each σ has its own constant, so D and not D° is compared
    yield _metric(experiment, "distortion", MODEL, density(experiment.params))


def _metric(experiment: Experiment, column: str, group: str, basis: Basis) -> ComparedMetric:
    """A column of `points.parquet` that has a column of standard errors."""
    found = {
        point["point"]: Estimate(point[column], point[f"{column}_se"])
        for point in experiment.points
    }
    title, values = OF_POINTS[column].axis, by_place(experiment, found)
    return ComparedMetric(column, group, title, basis, values)


def _above(experiment: Experiment) -> Sequence[Estimate | Interval | None]:
    """R_{≥2}; its error comes from the items' own sums, since the layers' rates are correlated."""
    if experiment.layers == 1:
        return [Estimate(0.0, 0.0) for _ in experiment.places]
    rates = suffix_rates(experiment.items, experiment.layers)
    return by_place(experiment, {point: found[1] for point, found in rates.items()})


def _qualities(experiment: Experiment) -> Iterator[ComparedMetric]:
    """PSNR for data in [0, 1], the squared error, and bits where p(x | z) is a probability."""
    rows = {point["point"]: point for point in experiment.points if point["status"] in MEASURED}
    squared = squared_errors(experiment.items)
    errors = {name: _per_dimension(squared[name], row["mse"]) for name, row in rows.items()}
    bounded = any(math.isfinite(row["psnr_db"]) for row in rows.values())
    if bounded:
        decibels = {
            name: Estimate(row["psnr_db"], 10 / math.log(10) * _relative(errors[name]))
            for name, row in rows.items()
        }
        yield _model("psnr", Basis("dB", "dB, of data in [0, 1]"), by_place(experiment, decibels))
    of = data(experiment.params)
    units = Basis("[0, 1]", "data in [0, 1]") if bounded else Basis(of.key, f"units of {of.words}")
    yield _model("mse", units, by_place(experiment, errors))
    if any(math.isfinite(row["bits_per_dim"]) for row in rows.values()):
        codes = code_lengths(experiment.items, experiment.layers)
        bits = {n: _per_dimension(codes[n], row["bits_per_dim"]) for n, row in rows.items()}
        values = by_place(experiment, bits)
        basis = Basis("bits", PER_DIMENSION)
        yield ComparedMetric("bits", MODEL, OF_POINTS["bits"].brief, basis, values)


def _model(name: str, basis: Basis, values: Sequence[Estimate | Interval | None]) -> ComparedMetric:
    return ComparedMetric(name, MODEL, OF_POINTS[name].axis, basis, values)


def _per_dimension(summed: Estimate, mean: float) -> Estimate:
    """An estimate of a sum over dimensions, scaled to the mean over dimensions `mean`."""
    return Estimate(mean, summed.std_error * mean / summed.value if summed.value else 0.0)


def _relative(error: Estimate) -> float:
    return error.std_error / error.value if error.value else 0.0


def by_place(
    experiment: Experiment, found: Mapping[str, Estimate]
) -> Sequence[Estimate | Interval | None]:
    """The means of points' values over the seeds of each place; None where a seed has none."""
    return [
        over_trainings([found[point] for point in place.points])
        if all(point in found and math.isfinite(found[point].value) for point in place.points)
        else None
        for place in experiment.places
    ]


def over_trainings(found: Sequence[Estimate]) -> Estimate | Interval:
    """The mean over trainings, with its interval where there are several.

    The spread over two or three is hardly known, so that the interval is Student's. One training
    has its own error alone, over items, whose interval is ±1.96 of it.
    """
    mean = over_seeds(found)
    if len(found) == 1:
        return mean
    low, high = Difference(*np.array([*mean, degrees(found)])).interval()
    return (*mean, float(low), float(high))


def _own_sigma(experiment: Experiment) -> bool:
    """Whether each model has its own σ, so that J° cannot be compared."""
    return experiment.params.model.likelihood.family == "gaussian-learned"


def achieved(experiment: Experiment) -> Iterator[ComparedMetric]:
    """The metric of each application, for each method and setting, since runs may choose others."""
    guidance = experiment.guidance
    names = UNADVISED if guidance is None else guidance["applications"]
    of = applications(experiment.params.tasks.entries)
    for application in (one for name, one in of.items() if name in names):
        measure = chosen_metric(application, experiment.tasks)
        if measure is not None:
            for one in each(application, experiment.tasks):
                yield from _metrics(experiment, one, measure)


def _metrics(
    experiment: Experiment, application: Application, measure: Measure
) -> Iterator[ComparedMetric]:
    found = series(application, measure, experiment.tasks)
    whole = ("", suffix_name(1, experiment.layers))
    for variant, values in found.values.items():
        if variant.layers in whole:
            yield ComparedMetric(
                "/".join((application.name, measure.name, *filter(None, variant[1:]))),
                APPLIED,
                _title(application, measure, variant),
                _basis(experiment, application, found.settings),
                [_interval(place, values) for place in experiment.places],
                Applied(application, measure, variant, found.settings),
            )


def _title(application: Application, measure: Measure, variant: Variant) -> str:
    unit = f" ({measure.ending.strip()})" if measure.ending else ""
    ways = f" by {variant.method}" if application.task.ways else ""
    told = application.task.told(variant.setting)
    setting = f", {told}" if told else ""
    return f"{titled(application.name)}: {measure.noun}{unit}{ways}{setting}"


def _basis(experiment: Experiment, application: Application, settings: tuple[str, ...]) -> Basis:
    """The unit of an application; generated items are judged by a classifier of the data."""
    if CLASSIFIER not in application.task.reads:
        several = [one for one in settings if one] if len(settings) > 1 else []
        words = " and ".join(map(application.task.told, several))
        return Basis(" ".join(several), words or "the same units")
    of = data(experiment.params)
    return Basis(of.key, f"judged by a classifier of {of.words}")


def _interval(place: Place, values: Mapping[str, Value]) -> Interval | Estimate | None:
    """The interval as measured for one seed, that of the mean over trainings for several."""
    if not all(point in values for point in place.points):
        return None
    if len(place.points) == 1:
        one = values[place.points[0]]
        return one.value, one.std_error, one.low, one.high
    each = [Estimate(v.value, v.std_error) for v in map(values.get, place.points) if v]
    return over_trainings(each)
