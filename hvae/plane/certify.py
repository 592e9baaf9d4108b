"""Hold a model for the whole plane against independent models, on test items."""

import argparse
import math
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import numpy as np
import torch
from pydantic import Field, PositiveFloat

from hvae.bounds.ratio import verdict
from hvae.config.params import Extraction, Point, Section, Seed, parse
from hvae.io import command, tables
from hvae.plane.amortized_model import Bench, Shared
from hvae.plane.anchors import Anchor, anchors
from hvae.plane.compare import COMPARISONS, ratio_of
from hvae.results.certificate import judgement

Row = dict[str, Any]


class Job(Section):
    """What the certificate depends on, beside data and models.

    tolerance: by how much the shared models may exceed the independent ones, relatively; points:
    the independent models of every β and restart.
    """

    seed: Seed
    evaluation: Extraction
    tolerance: PositiveFloat
    shared: Annotated[list[str], Field(min_length=1)]
    points: Annotated[list[Point], Field(min_length=1)]


@torch.inference_mode()
def main(arguments: argparse.Namespace) -> None:
    """Write the certificate and say what it comes to."""
    job = parse(Job, arguments.params)
    bench = Bench(arguments.data, job.evaluation, job.seed)
    shared = [Shared(arguments.models, name, bench) for name in job.shared]
    independent = anchors(job.points, arguments.models, bench)
    rows = [row for one in shared for row in certificate(one, independent, job.tolerance)]
    schema = tables.certificate(len(job.points[0].beta))
    tables.write(tables.from_rows(rows, schema), arguments.out)
    print(judgement(rows, job.tolerance).sentence, file=sys.stderr)


def certificate(shared: Shared, independent: list[Anchor], tolerance: float) -> Iterator[Row]:
    """One shared model's rows; of one that diverged, without values and about J° alone."""
    kinds = COMPARISONS if shared.trained else ["objective"]
    for anchor in command.progress(independent, f"comparing {shared.card.name}"):
        for kind in kinds:
            yield _row(shared, anchor, kind, tolerance)


def _row(shared: Shared, anchor: Anchor, kind: str, tolerance: float) -> Row:
    pair = COMPARISONS[kind](shared, anchor)
    if not shared.trained:
        pair = pair._replace(amortized=np.full(len(pair.independent), math.nan))
    found = ratio_of(pair, anchor, shared.dimensions)
    layered = {f"beta_{layer}": value for layer, value in enumerate(pair.beta, start=1)}
    return layered | {
        "point": anchor.point.name,
        "seed": shared.card.seed,
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
