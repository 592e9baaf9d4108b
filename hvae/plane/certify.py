"""Hold amortized models against independent ones, on test items."""

import argparse
import math
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import numpy as np
import torch
from pydantic import Field, PositiveFloat

from hvae.bounds.ratio import verdict
from hvae.config.base import Section, Seed, parse
from hvae.config.grid import Point
from hvae.config.params import Extraction
from hvae.io import command, tables
from hvae.plane.amortized_model import AmortizedModel, HeldOut
from hvae.plane.compare import COMPARISONS, Anchor, anchors, ratio_of
from hvae.results.certificate import judgement

Row = dict[str, Any]


class CertificateJob(Section):
    """What the certificate depends on, beside data and models.

    tolerance: by how much the amortized models may exceed the independent ones, relatively; shared:
    the names of the amortized models; points: the independent models of every β and restart.
    """

    seed: Seed
    evaluation: Extraction
    tolerance: PositiveFloat
    shared: Annotated[list[str], Field(min_length=1)]
    points: Annotated[list[Point], Field(min_length=1)]


@torch.inference_mode()
def main(arguments: argparse.Namespace) -> None:
    """Write the certificate and say what it comes to."""
    job = parse(CertificateJob, arguments.params)
    held_out = HeldOut(arguments.data, job.evaluation, job.seed)
    amortized = [AmortizedModel(arguments.models, name, held_out) for name in job.shared]
    independent = anchors(job.points, arguments.models, held_out)
    rows = [row for one in amortized for row in certificate(one, independent, job.tolerance)]
    schema = tables.certificate(len(job.points[0].beta))
    tables.write(tables.from_rows(rows, schema), arguments.out)
    print(judgement(rows, job.tolerance, len(job.points[0].beta)).sentence, file=sys.stderr)


def certificate(
    amortized: AmortizedModel, independent: list[Anchor], tolerance: float
) -> Iterator[Row]:
    """One amortized model's rows; of one that diverged, without values and about J° alone."""
    kinds = COMPARISONS if amortized.trained else ["objective"]
    for anchor in command.progress(independent, f"comparing {amortized.card.name}"):
        for kind in kinds:
            yield _row(amortized, anchor, kind, tolerance)


def _row(amortized: AmortizedModel, anchor: Anchor, kind: str, tolerance: float) -> Row:
    pair = COMPARISONS[kind](amortized, anchor)
    if not amortized.trained:
        pair = pair._replace(amortized=np.full(len(pair.independent), math.nan))
    found = ratio_of(pair, anchor, amortized.dimensions)
    return tables.by_layer("beta", pair.beta) | {
        "point": anchor.point.name,
        "seed": amortized.card.seed,
        "comparison": kind,
        "amortized": float(pair.amortized.mean()) if pair.reached else math.nan,
        "independent": float(pair.independent.mean()),
        "ratio": found.value,
        "ratio_se": found.std_error,
        "low": found.low,
        "high": found.high,
        "verdict": verdict(found, tolerance) if pair.reached else "unreachable",
    }


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", "models", "out")
    command.run(main, parser.parse_args())
