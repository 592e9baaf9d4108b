"""Measure one row of the grid on test items: the rates and distortions of its points."""

import argparse
import math
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from hvae.config.base import Section, Seed, parse
from hvae.config.grid import Point
from hvae.config.params import Extraction
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.data.source import SPLITS
from hvae.io import command, tables
from hvae.latents.evaluate import Measured, bits_per_dim, measure, summary
from hvae.models.hierarchical import HierarchicalVAE
from hvae.training import checkpoint
from hvae.training.checkpoint import Card

TEST = SPLITS.index("test")
Row = dict[str, Any]


class MeasurementJob(Section):
    """The parameters that the measurements of a row depend on, beside data and models."""

    seed: Seed
    evaluation: Extraction
    points: list[Point]


class Rows(NamedTuple):
    """The rows of one point in each table; a point that diverged has no items."""

    points: list[Row]
    items: list[Row]


@torch.inference_mode()
def main(arguments: argparse.Namespace) -> None:
    """Write the row's part of `points` and `items`."""
    job = parse(MeasurementJob, arguments.params)
    test = prepared.read(arguments.data / "test.parquet").first(job.evaluation.max_items)
    done = [
        measure_point(job, point, test, arguments.models)
        for point in command.progress(job.points, "measuring points")
    ]
    write(done, job.points[0].layers, arguments.points, arguments.items)


def measure_point(job: MeasurementJob, point: Point, test: Items, models: Path) -> Rows:
    """Measure one trained point on test items."""
    card = checkpoint.card(models, point.model)
    model = checkpoint.load(models, point.model, point.beta)
    return rows(job, point, card, model, test)


def rows(
    job: MeasurementJob, point: Point, card: Card, model: HierarchicalVAE, test: Items
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
    point: Point, card: Card, prices: Sequence[float], values: dict[str, float], status: str
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
