"""What experiments are compared in: every metric of one of them, by place, with its errors."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hvae.io.tables import MEASURED
from hvae.reports.index.basis import Basis, data, density
from hvae.reports.index.finished import Experiment
from hvae.results.places import over_seeds
from hvae.results.rates import code_lengths, squared_errors, suffix_rates
from hvae.statistics.estimate import Estimate

Interval = tuple[float, float, float, float]  # a value, its standard error, and its 95 % interval
RATES, MODEL = "Rates", "Model"
NATS = Basis("nats", "nats per item")


class Metric(NamedTuple):
    """One metric of one experiment: a value a place, None where it was not measured there.

    Two experiments' metrics of one key compare where their bases are the same.
    """

    key: str
    group: str
    title: str
    basis: Basis
    values: Sequence[Estimate | Interval | None]


def measured(experiment: Experiment) -> Iterator[Metric]:
    """Rates, and what the model achieves there; those that the experiment has."""
    above = _above(experiment)
    yield _metric(experiment, "rate_1", RATES, "Rate of z₁ (nats per item)", NATS)
    yield Metric("rate_above", RATES, "Rate above z₁ (nats per item)", NATS, above)
    yield _metric(experiment, "rate_total", RATES, "Total rate (nats per item)", NATS)
    yield from _qualities(experiment)
    if not _own_sigma(experiment):
        title = "Objective J° (nats per item)"
        yield _metric(experiment, "objective", MODEL, title, density(experiment.params))
    # the constants of different σ differ, and D alone compares
    title = "Distortion D, constant included (nats per item)"
    yield _metric(experiment, "distortion", MODEL, title, density(experiment.params))


def _metric(experiment: Experiment, column: str, group: str, title: str, basis: Basis) -> Metric:
    """A column of `points.parquet` that has a column of standard errors."""
    found = {
        point["point"]: Estimate(point[column], point[f"{column}_se"])
        for point in experiment.points
    }
    return Metric(column, group, title, basis, by_place(experiment, found))


def _above(experiment: Experiment) -> Sequence[Estimate | None]:
    """R_{≥2}: the layers' rates vary together, so its error comes from the items' own sums."""
    if experiment.layers == 1:
        return [Estimate(0.0, 0.0) for _ in experiment.places]
    rates = suffix_rates(experiment.items)
    return by_place(experiment, {point: found[1] for point, found in rates.items()})


def _qualities(experiment: Experiment) -> Iterator[Metric]:
    """PSNR where data have a peak, the squared error, and bits where p(x | z) is a probability."""
    rows = {point["point"]: point for point in experiment.points if point["status"] in MEASURED}
    squared = squared_errors(experiment.items)
    errors = {name: _per_dimension(squared[name], row["mse"]) for name, row in rows.items()}
    bounded = any(math.isfinite(row["psnr_db"]) for row in rows.values())
    if bounded:
        decibels = {
            name: Estimate(row["psnr_db"], 10 / math.log(10) * _relative(errors[name]))
            for name, row in rows.items()
        }
        title, basis = "PSNR, z sampled (dB)", Basis("dB", "dB, of data in [0, 1]")
        yield Metric("psnr", MODEL, title, basis, by_place(experiment, decibels))
    title = "Mean squared error per dimension, z sampled (units²)"
    of = data(experiment.params)
    units = Basis("[0, 1]", "data in [0, 1]") if bounded else Basis(of.key, f"units of {of.words}")
    yield Metric("mse", MODEL, title, units, by_place(experiment, errors))
    if any(math.isfinite(row["bits_per_dim"]) for row in rows.values()):
        codes = code_lengths(experiment.items)
        bits = {n: _per_dimension(codes[n], row["bits_per_dim"]) for n, row in rows.items()}
        basis = Basis("bits", "bits per dimension")
        yield Metric("bits", MODEL, "Bits per dimension", basis, by_place(experiment, bits))


def _per_dimension(summed: Estimate, mean: float) -> Estimate:
    """The same as a mean over dimensions, in whatever unit that is."""
    return Estimate(mean, summed.std_error * mean / summed.value if summed.value else 0.0)


def _relative(error: Estimate) -> float:
    return error.std_error / error.value if error.value else 0.0


def by_place(experiment: Experiment, found: Mapping[str, Estimate]) -> Sequence[Estimate | None]:
    """Values of points as means over the seeds of each place; None where a seed has none."""
    return [
        over_seeds([found[point] for point in place.points])
        if all(point in found and math.isfinite(found[point].value) for point in place.points)
        else None
        for place in experiment.places
    ]


def _own_sigma(experiment: Experiment) -> bool:
    """Whether J° is in units of each model's own σ, and so compares with nothing."""
    return experiment.params.model.likelihood.family == "gaussian-learned"
