"""Evaluate and extract one row of the grid: points, items, latents and pictures."""

import argparse
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch

from hvae import command, tables
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.data.splits import SPLITS
from hvae.latents import gallery, store
from hvae.latents.evaluate import Measured, bits_per_dim, encode, measure, summary
from hvae.latents.store import Latents
from hvae.models.hierarchical import HierarchicalVAE
from hvae.params import Extraction, Point, Section, Seed, parse
from hvae.training import checkpoint
from hvae.training.checkpoint import Card

TEST = SPLITS.index("test")
Row = dict[str, Any]


class Job(Section):
    """What the evaluation of a row depends on, beside data and models."""

    seed: Seed
    evaluation: Extraction
    points: list[Point]


class Evaluated(NamedTuple):
    """One point's rows of each table, and its latents by split; a diverged one has next to none."""

    points: list[Row]
    items: list[Row]
    gallery: list[Row]
    latents: dict[str, Latents]


@torch.inference_mode()
def main(arguments: argparse.Namespace) -> None:
    """Write the row's part of `points`, `items` and `gallery`, and the latents of its points."""
    job = parse(Job, arguments.params)
    splits = {
        name: prepared.read(arguments.data / f"{name}.parquet").first(job.evaluation.max_items)
        for name in SPLITS
    }
    done = []
    for point in command.progress(job.points, "evaluating points"):
        card = checkpoint.card(arguments.models, point.name)
        model = checkpoint.load(arguments.models, point.name)
        done.append(evaluate(job, card, model, splits))
        for split, latents in done[-1].latents.items():
            store.write(latents, store.file(arguments.latents, point.name, split))
    layers, pixels = len(job.points[0].beta), splits["test"].x.shape[1]
    schemas = (tables.points(layers), tables.items(layers), tables.gallery(pixels))
    for name, schema in zip(Evaluated._fields, schemas, strict=False):
        rows = [row for one in done for row in getattr(one, name)]
        path = arguments.parts / name / f"{arguments.row}.parquet"
        tables.write(tables.from_rows(rows, schema), path)


def evaluate(job: Job, card: Card, model: HierarchicalVAE, splits: dict[str, Items]) -> Evaluated:
    """Measure one trained point on test items and extract its latents on every split."""
    test = splits["test"]
    measured = measure(model, torch.tensor(test.x), job.evaluation.samples, job.seed, TEST)
    latents = {
        name: extract(model, items, job.seed, number)
        for number, (name, items) in enumerate(splits.items())
    }
    ok = card.status == "ok" and bool(np.isfinite(measured.rates.sum() + measured.distortion.sum()))
    likelihood, dimensions = model.likelihood, test.x.shape[1]
    constant = likelihood.constant(dimensions)
    values = summary(measured, card.point.beta, constant, test.bounded)
    values["bits_per_dim"] = bits_per_dim(values, dimensions, likelihood.continuous)
    if not ok:
        values = dict.fromkeys(values, math.nan)
        return Evaluated([point_row(card, values, ok)], [], [], _emptied(latents))
    pictures = gallery.pictures(model, test, job.seed)
    named = [{"point": card.point.name, **picture} for picture in pictures]
    return Evaluated(
        [point_row(card, values, ok)], list(item_rows(card, test, measured)), named, latents
    )


def extract(model: HierarchicalVAE, items: Items, seed: int, split: int) -> Latents:
    """Posterior means, standard deviations and one sample of every layer."""
    terms = encode(model, torch.tensor(items.x), seed, split, sample=0)
    means = [posterior.mean.numpy() for posterior in terms.posteriors]
    stds = [posterior.std.numpy() for posterior in terms.posteriors]
    return Latents(items.ids, items.labels, means, stds, [z.numpy() for z in terms.z])


def point_row(card: Card, values: dict[str, float], ok: bool) -> Row:
    """A row of `points.parquet`."""
    beta = {f"beta_{layer}": value for layer, value in enumerate(card.point.beta, start=1)}
    return {
        "point": card.point.name,
        "strategy": card.strategy,
        "seed": card.point.seed,
        **beta,
        **values,
        "status": "ok" if ok else "diverged",
        "train_seconds": card.train_seconds,
        "parameters": card.parameters,
    }


def item_rows(card: Card, items: Items, measured: Measured) -> Iterator[Row]:
    """Rows of `items.parquet`."""
    squared = measured.error * items.x.shape[1]
    for index, rates, distortion, error in zip(
        items.ids, measured.rates, measured.distortion, squared, strict=True
    ):
        layers = {f"rate_{layer}": float(rate) for layer, rate in enumerate(rates, start=1)}
        numbers = {"distortion": distortion, "squared_error": error}
        yield {"point": card.point.name, "index": int(index), **layers, **numbers}


def _emptied(latents: dict[str, Latents]) -> dict[str, Latents]:
    """No item's latents, in the same columns: what a diverged point has."""
    return {
        split: Latents(
            some.ids[:0], some.label[:0], *([part[:0] for part in parts] for parts in some[2:])
        )
        for split, some in latents.items()
    }


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", "models", "latents", "parts")
    parser.add_argument("--row", required=True, help="the name of the row")
    command.run(main, parser.parse_args())
