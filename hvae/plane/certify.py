"""Compare amortized models and those at given rates with independent ones, on test items.

A model that was trained to rates r comes close to them. Its prices λ say what the rest is worth: to
first order its distortion would be D + Σ_l λ_l (R_l − r_l) at r itself. So there is nothing to
solve, and no target is out of reach for one of the two alone.
"""

import argparse
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import torch
from pydantic import Field, PositiveFloat

from hvae.config.base import Section, Seed, parse
from hvae.config.grid import Point
from hvae.config.params import Extraction
from hvae.config.training import Floats
from hvae.io import command, tables
from hvae.io.command import progress
from hvae.models.hierarchical import HierarchicalVAE
from hvae.plane.amortized_model import AmortizedModel, HeldOut
from hvae.plane.compare import (
    COMPARISONS,
    Anchor,
    PairedCosts,
    Ratio,
    anchors,
    moved,
    polished,
    ratio_of,
    ratio_scale,
    verdict,
)
from hvae.results.certificate import judgement
from hvae.training import checkpoint
from hvae.training.checkpoint import Card

LOST = ("diverged", "unreachable")  # statuses of models that are not where they should be


class AtTarget(NamedTuple):
    """A model that was trained to rates, and each item's D° at these, in nats."""

    point: Point
    card: Card
    model: HierarchicalVAE
    distortion: Floats

    @property
    def lost(self) -> bool:
        """Whether it has no D° at its target."""
        return not np.isfinite(self.distortion).all()


class Compared(NamedTuple):
    """A model of the grid and the best one from scratch, at the same target on test items."""

    ours: AtTarget
    theirs: AtTarget

    @property
    def pair(self) -> PairedCosts:
        """What both cost; reached: whether both are at the target."""
        ours, theirs = self.ours, self.theirs
        prices = ours.card.prices or [math.nan] * ours.point.layers
        reached = not (ours.lost or theirs.lost)
        return PairedCosts(prices, ours.distortion, theirs.distortion, reached)

    @property
    def missed(self) -> bool:
        """Whether one of the two could not be trained to the target."""
        return "unreachable" in (self.ours.card.status, self.theirs.card.status)


def compared(
    rated: Iterable[Point], scratch: Iterable[Point], models: Path, held_out: HeldOut
) -> Iterator[Compared]:
    """Each model of `rated` to whose target others were trained from scratch, and their best."""
    restarts: dict[tuple[float, ...], list[Point]] = {}
    for point in scratch:
        restarts.setdefault(tuple(point.rates), []).append(point)
    best = {
        rates: at_target(_best(group, models, held_out), models, held_out, "test")
        for rates, group in progress(list(restarts.items()), "measuring models from scratch")
    }
    for point in rated:
        if theirs := best.get(tuple(point.rates)):
            yield Compared(at_target(point, models, held_out, "test"), theirs)


def _best(restarts: Sequence[Point], models: Path, held_out: HeldOut) -> Point:
    """The one with the least D° at the target on validation items; of lost ones the first."""

    def rank(point: Point) -> float:
        found = at_target(point, models, held_out, "validation")
        return math.inf if found.lost else float(found.distortion.mean())

    return min(restarts, key=rank)


def at_target(point: Point, models: Path, held_out: HeldOut, split: str) -> AtTarget:
    """The model of a point, measured on a split; nan where it diverged or missed its target."""
    card, model = checkpoint.card(models, point.model), checkpoint.load(models, point.model)
    if card.prices is None or card.status in LOST:
        return AtTarget(point, card, model, np.full(len(held_out.items(split).x), math.nan))
    measured = ratio_scale(model, held_out.measure(model, split), math.prod(card.shape))
    return AtTarget(point, card, model, moved(measured, np.array(point.rates), card.prices))


Row = dict[str, Any]


class CertificateJob(Section):
    """What the certificate depends on, beside data and models.

    tolerance: by how much D° and J° may exceed those of independent models, relatively; shared: the
    names of the amortized models; points: the independent models of every β and restart; polished:
    models that went on from the amortized ones, some of them at these β; rated: the points of
    `grid.rates`, and scratch: the models that were trained from scratch to some of these
    rates, of every restart. With those, D° is compared there alone.
    """

    seed: Seed
    evaluation: Extraction
    tolerance: PositiveFloat
    shared: Annotated[list[str], Field(min_length=1)]
    points: Annotated[list[Point], Field(min_length=1)]
    polished: list[Point] = Field(default=[])
    rated: list[Point] = Field(default=[])
    scratch: list[Point] = Field(default=[])


@torch.inference_mode()
def main(arguments: argparse.Namespace) -> None:
    """Write the certificate and say what it comes to."""
    job = parse(CertificateJob, arguments.params)
    held_out = HeldOut(arguments.data, job.evaluation, job.seed)
    amortized = [AmortizedModel(arguments.models, name, held_out) for name in job.shared]
    independent = anchors(job.points, arguments.models, held_out)
    kinds = ["objective"] if job.scratch else list(COMPARISONS)
    rows = [row for one in amortized for row in certificate(one, independent, job.tolerance, kinds)]
    rows += at_beta(job.polished, independent, arguments.models, held_out, job.tolerance)
    rows += at_rates(compared(job.rated, job.scratch, arguments.models, held_out), job.tolerance)
    layers = len(job.points[0].beta)
    tables.write(tables.from_rows(rows, tables.certificate(layers)), arguments.out)
    print(judgement(rows, job.tolerance, layers).sentence, file=sys.stderr)


def certificate(
    amortized: AmortizedModel, independent: list[Anchor], tolerance: float, kinds: Sequence[str]
) -> Iterator[Row]:
    """One amortized model's rows; of one that diverged, without values and about J° alone."""
    for anchor in command.progress(independent, f"comparing {amortized.card.name}"):
        for kind in kinds if amortized.trained else ["objective"]:
            pair = COMPARISONS[kind](amortized, anchor)
            if not amortized.trained:
                pair = pair._replace(amortized=np.full(len(pair.independent), math.nan))
            found = ratio_of(pair, anchor.model, amortized.dimensions)
            names = anchor.point.name, amortized.card.seed, kind
            yield _row(names, [math.nan] * len(pair.beta), pair, found, tolerance)


def at_beta(
    points: Sequence[Point],
    independent: Sequence[Anchor],
    models: Path,
    held_out: HeldOut,
    tolerance: float,
) -> Iterator[Row]:
    """A row for each model that was polished for the β of an independent one."""
    known = {tuple(anchor.point.beta): anchor for anchor in independent}
    shared = [(point, known[b]) for point in points for b in [tuple(point.beta)] if b in known]
    for point, anchor in progress(shared, "comparing polished models"):
        pair = polished(point, models, held_out, anchor)
        found = ratio_of(pair, anchor.model, held_out.items("test").x.shape[1])
        names = anchor.point.name, point.seed, "polished"
        yield _row(names, [math.nan] * len(pair.beta), pair, found, tolerance)


def at_rates(found: Iterable[Compared], tolerance: float) -> Iterator[Row]:
    """A row a model of `grid.rates` that others from scratch are compared with."""
    for one in found:
        pair, dimensions = one.pair, math.prod(one.ours.card.shape)
        ratio = ratio_of(pair, one.theirs.model, dimensions)
        names = one.theirs.point.name, one.ours.point.seed, "distortion"
        row = _row(names, one.ours.point.rates, pair, ratio, tolerance)
        yield row if pair.reached or one.missed else row | {"verdict": "undecided"}


def _row(
    names: tuple[str, int, str],
    target: Sequence[float],
    pair: PairedCosts,
    found: Ratio,
    tolerance: float,
) -> Row:
    point, seed, comparison = names
    return (
        tables.by_layer("beta", pair.beta)
        | tables.by_layer("target", target)
        | {
            "point": point,
            "seed": seed,
            "comparison": comparison,
            "amortized": float(pair.amortized.mean()) if pair.reached else math.nan,
            "independent": float(pair.independent.mean()),
            "ratio": found.value,
            "ratio_se": found.std_error,
            "low": found.low,
            "high": found.high,
            "verdict": verdict(found, tolerance) if pair.reached else "unreachable",
        }
    )


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", "models", "out")
    command.run(main, parser.parse_args())
