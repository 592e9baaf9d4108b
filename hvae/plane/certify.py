"""Hold amortized models and those at given rates against independent ones, on test items."""

import argparse
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any

import numpy as np
import torch
from pydantic import Field, PositiveFloat

from hvae.bounds.ratio import Ratio, verdict
from hvae.config.base import Section, Seed, parse
from hvae.config.grid import Point
from hvae.config.params import Extraction
from hvae.io import command, tables
from hvae.plane.amortized_model import AmortizedModel, HeldOut
from hvae.plane.compare import COMPARISONS, Anchor, PairedCosts, anchors, ratio_of
from hvae.plane.equal_rates import Compared, compared
from hvae.results.certificate import judgement

Row = dict[str, Any]


class CertificateJob(Section):
    """What the certificate depends on, beside data and models.

    tolerance: by how much D° and J° may exceed those of independent models, relatively; shared: the
    names of the amortized models; points: the independent models of every β and restart; rated: the
    points of `grid.rates`, and scratch: the models that were trained from scratch to some of these
    rates, of every restart. With those, D° is compared there alone.
    """

    seed: Seed
    evaluation: Extraction
    tolerance: PositiveFloat
    shared: Annotated[list[str], Field(min_length=1)]
    points: Annotated[list[Point], Field(min_length=1)]
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
