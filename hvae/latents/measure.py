"""Rates and distortion of trained models on held-out items, each with its standard error.

The command measures one row of the grid on test items.
"""

import argparse
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from hvae.config.base import Section, Seed, parse
from hvae.config.grid import Point
from hvae.config.params import Extraction
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.data.seeded import Stream
from hvae.data.source import SPLITS
from hvae.io import command, tables
from hvae.models.distributions import draw, generator
from hvae.models.hierarchical import HierarchicalVAE, Terms, chunks, in_chunks
from hvae.statistics.estimate import Floats, error_of_mean
from hvae.training import checkpoint
from hvae.training.checkpoint import Read


class Measured(NamedTuple):
    """Per item, averaged over z samples: rates and distortion in nats, and squared errors.

    rates: (items, L); distortion, error, error_of_means: (items,). Squared errors are per data
    dimension. `error_of_means` decodes the posterior mean of every layer instead of a sample, or
    the mode of a categorical layer.
    """

    rates: Floats
    distortion: Floats
    error: Floats
    error_of_means: Floats


def encode(model: HierarchicalVAE, x: Tensor, seed: int, split: int, sample: int) -> Terms:
    """One pass with the noise of (seed, split, sample): the same for every point of a grid.

    `decoded` is left empty, (items, 0).
    """
    return in_chunks(model, x, _noise(model, x, seed, split, sample))


@torch.no_grad()
def measure(model: HierarchicalVAE, x: Tensor, samples: int, seed: int, split: int) -> Measured:
    """Measure the items x (items, n) with `samples` draws of z for each."""
    passes = [_pass(model, x, _noise(model, x, seed, split, s)) for s in range(samples)]
    rates, distortion, error = (
        torch.stack(part).mean(0).cpu().numpy() for part in zip(*passes, strict=True)
    )
    _, _, error_of_means = _pass(model, x, [x.new_zeros(len(x), width) for width in model.latents])
    return Measured(rates, distortion, error, error_of_means.cpu().numpy())


def _noise(model: HierarchicalVAE, x: Tensor, seed: int, split: int, sample: int) -> list[Tensor]:
    source = generator(Stream.EVALUATION, seed, split, sample)
    return draw(model.latents, len(x), source, x.device)


def _pass(model: HierarchicalVAE, x: Tensor, noise: Sequence[Tensor]) -> list[Tensor]:
    """Rates, distortion and squared error per dimension of each item, in chunks of items."""
    parts = [_values(model, *part) for part in chunks(x, noise)]
    return [torch.cat(part).double() for part in zip(*parts, strict=True)]


def _values(
    model: HierarchicalVAE, x: Tensor, noise: list[Tensor]
) -> tuple[Tensor, Tensor, Tensor]:
    terms = model(x, noise)
    error = (x - model.likelihood.mean(terms.decoded)).double().square().mean(-1)
    return terms.rates, terms.distortion, error


def summary(
    measured: Measured, beta: Sequence[float], constant: float, bounded: bool = True
) -> dict[str, float]:
    """The measured columns of a row of `points.parquet`, with standard errors over items.

    An item's value is an average over z samples, so the spread over items includes the Monte-Carlo
    error. The objective is J°, without the likelihood's constant. `bounded` says whether the data
    lie in [0, 1], so that there is a PSNR.
    """
    total = measured.rates.sum(1)
    objective = measured.distortion - constant + measured.rates @ np.asarray(beta)
    columns = {f"rate_{i}": rate for i, rate in enumerate(measured.rates.T, start=1)} | {
        "rate_total": total,
        "distortion": measured.distortion,
        "objective": objective,
    }
    row = {}
    for name, values in columns.items():
        row[name] = float(values.mean())
        row[f"{name}_se"] = error_of_mean(values)
    mse = float(measured.error.mean())
    return row | {
        "distortion_constant": constant,
        "mse": mse,
        "psnr_db": psnr(mse, bounded),
        "psnr_mean_db": psnr(float(measured.error_of_means.mean()), bounded),
    }


def bits_per_dim(row: Mapping[str, float], dimensions: int, continuous: bool) -> float:
    """(D + R_total) / (n ln 2): the code length for x that the model allows, in bits per dimension.

    nan for a density, which gives a code only with a precision.
    """
    if continuous:
        return math.nan
    return (row["distortion"] + row["rate_total"]) / (dimensions * math.log(2))


def psnr(mse: float, bounded: bool = True) -> float:
    """Peak signal-to-noise ratio in dB of data in [0, 1]; infinite where the error is 0.

    nan for unbounded data, which have no peak.
    """
    if not bounded:
        return math.nan
    return -10 * math.log10(mse) if mse > 0 else math.inf


TEST = SPLITS.index("test")
Row = dict[str, Any]


class MeasurementJob(Section):
    """The parameters that the measurements of a row depend on, beside data and models."""

    seed: Seed
    evaluation: Extraction
    points: list[Point]


class TrainedCard(Protocol):
    """What is known of a model's training: a card, or what is said of a model of anybody's."""

    @property
    def strategy(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def prices(self) -> Sequence[float] | None: ...
    @property
    def train_seconds(self) -> float: ...
    @property
    def parameters(self) -> int: ...


class Rows(NamedTuple):
    """The rows of one point in each table; a point that diverged has no items."""

    points: list[Row]
    items: list[Row]


@torch.inference_mode()
def main(arguments: argparse.Namespace) -> None:
    """Write the row's part of `points` and `items`."""
    job = parse(MeasurementJob, arguments.params)
    test = prepared.read(arguments.data / "test.parquet").first(job.evaluation.max_items)
    read = lru_cache(maxsize=1)(checkpoint.opened)  # all β of an amortized model are one file
    done = [
        measure_point(job, point, test, arguments.models, read)
        for point in command.progress(job.points, "measuring points")
    ]
    write(done, job.points[0].layers, arguments.points, arguments.items)


def measure_point(job: MeasurementJob, point: Point, test: Items, models: Path, read: Read) -> Rows:
    """Measure one trained point on test items."""
    card, _ = read(models, point.model)
    model = checkpoint.load(models, point.model, point.beta, read)
    return rows(job, point, card, model, test)


def rows(
    job: MeasurementJob, point: Point, card: TrainedCard, model: HierarchicalVAE, test: Items
) -> Rows:
    """Measure a loaded model on test items."""
    measured = measure(model, torch.tensor(test.x), job.evaluation.samples, job.seed, TEST)
    finite = bool(np.isfinite(measured.rates.sum() + measured.distortion.sum()))
    status = card.status if finite or card.status not in tables.MEASURED else "diverged"
    likelihood, dimensions = model.likelihood, test.x.shape[1]
    prices = card.prices or point.beta or [math.nan] * point.layers
    values = summary(measured, prices, likelihood.constant(dimensions), test.bounded)
    values["bits_per_dim"] = bits_per_dim(values, dimensions, likelihood.continuous)
    if status not in tables.MEASURED:
        values = dict.fromkeys(values, math.nan)
        return Rows([_point_row(point, card, prices, values, status)], [])
    return Rows(
        [_point_row(point, card, prices, values, status)], list(_item_rows(point, test, measured))
    )


def write(done: Sequence[Rows], layers: int, points: Path, items: Path) -> None:
    """Write both tables of these points, for models of `layers` layers."""
    tables.write(
        tables.from_rows(chain(*(one.points for one in done)), tables.points(layers)), points
    )
    tables.write(tables.from_rows(chain(*(one.items for one in done)), tables.items(layers)), items)


def _point_row(
    point: Point, card: TrainedCard, prices: Sequence[float], values: dict[str, float], status: str
) -> Row:
    nothing = [math.nan] * len(prices)
    by_layer = {"beta": point.beta or nothing, "target": point.rates or nothing, "price": prices}
    return {
        "point": point.name,
        "strategy": card.strategy,
        "seed": point.seed,
        **{k: v for name, of in by_layer.items() for k, v in tables.by_layer(name, of).items()},
        **values,
        "status": status,
        "train_seconds": card.train_seconds,
        "parameters": card.parameters,
    }


def _item_rows(point: Point, items: Items, measured: Measured) -> Iterator[Row]:
    squared = measured.error * items.x.shape[1]
    for index, rates, distortion, error in zip(
        items.ids, measured.rates, measured.distortion, squared, strict=True
    ):
        layers = tables.by_layer("rate", map(float, rates))
        numbers = {"distortion": distortion, "squared_error": error}
        yield {"point": point.name, "index": int(index), **layers, **numbers}


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", "models", "points", "items")
    command.run(main, parser.parse_args())
