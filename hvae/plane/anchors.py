"""Independent models to hold the plane against: at each β, the best of its restarts."""

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from hvae.config.params import Point
from hvae.io import tables
from hvae.io.command import progress
from hvae.latents.evaluate import Measured
from hvae.models.hierarchical import HierarchicalVAE
from hvae.plane.amortized_model import Bench
from hvae.plane.survey import Floats
from hvae.training import checkpoint


class Anchor(NamedTuple):
    """An independent model, and what it was measured to have on held-out items."""

    point: Point
    model: HierarchicalVAE
    validation: Measured
    test: Measured


def anchors(points: Iterable[Point], models: Path, bench: Bench) -> list[Anchor]:
    """For each β, in the order given, the model with the least J_β on validation items.

    Models that diverged take no part: a β that has no other is left out.
    """
    restarts: dict[tuple[float, ...], list[Point]] = {}
    for point in points:
        restarts.setdefault(tuple(point.beta), []).append(point)
    steps = progress(restarts.values(), "measuring independent models")
    return list(itertools.chain.from_iterable(_best(group, models, bench) for group in steps))


def _best(restarts: list[Point], models: Path, bench: Bench) -> Iterator[Anchor]:
    found = []
    for point in restarts:
        if checkpoint.card(models, point.model).status in tables.MEASURED:
            model = checkpoint.load(models, point.model, point.beta)
            validation = bench.measure(model, "validation")
            found.append((float(cost(validation, point.beta).mean()), point, model, validation))
    finite = [one for one in found if np.isfinite(one[0])]
    if finite:
        _, point, model, validation = min(finite, key=lambda one: one[0])
        yield Anchor(point, model, validation, bench.measure(model, "test"))


def cost(measured: Measured, beta: Iterable[float]) -> Floats:
    """J_β = D + Σ_l β_l R_l of each item, in nats, with the likelihood's constant."""
    return measured.distortion + measured.rates @ np.array(list(beta))
