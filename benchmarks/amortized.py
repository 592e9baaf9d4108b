"""One model for the plane against independent models: quality, cost, and rates on request.

Of experiments that have run, from their tables alone:

    snakemake --cores all --configfile experiments/digits-certified.yaml
    python -m benchmarks.amortized results/digits-certified > benchmarks/amortized.md
"""

import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from hvae.config.params import Params
from hvae.config.training import miss
from hvae.data.gaussian import exact
from hvae.io.tables import betas, over_layers
from hvae.reports.sections.exact_source import least
from hvae.reports.sections.least_objective import shortfalls
from hvae.results.experiment import Experiment

Row = dict[str, Any]


def main() -> None:
    """Print a Markdown section for each folder of results."""
    for folder in map(Path, sys.argv[1:]):
        found = Experiment(folder)
        params, points = found.params, found.points
        print(f"## {params.experiment}\n\n{described(params)}\n")
        print("| seed | comparison | pairs | mean ratio | worst ratio | there |")
        print("| ---: | --- | ---: | ---: | ---: | --- |")
        print("\n".join(compared(found.certificate, found.layers)))
        print(f"\n{cost(points)}\n")
        print("\n".join([*asked(found), *known(found)]))


def described(params: Params) -> str:
    """How both sides were trained."""
    ours, theirs = params.training, params.certification.training
    restarts = len(params.certification.seeds)
    return (
        f"One model: {ours.steps} steps of {ours.batch_size}. Independent models: {theirs.steps} "
        f"steps of {theirs.batch_size}, the best of {restarts} on validation data. Values on test."
    )


def compared(certificate: Sequence[Row], layers: int) -> Iterator[str]:
    """Ratios amortised to independent, a row a seed and comparison."""
    for seed in sorted({row["seed"] for row in certificate}):
        for kind in ("objective", "distortion"):
            rows = [r for r in certificate if (r["seed"], r["comparison"]) == (seed, kind)]
            found = [row for row in rows if math.isfinite(row["ratio"])]
            if not found:
                continue
            worst = max(found, key=lambda row: row["ratio"])
            targets = over_layers(worst, "target", layers)
            given = math.isfinite(targets[0])
            values = targets if given else betas(worst, layers)
            where = f"{'R' if given else 'β'} = ({', '.join(f'{value:g}' for value in values)})"
            yield (
                f"| {seed} | {NAMES[kind]} | {len(found)} of {len(rows)} "
                f"| {fmean(row['ratio'] for row in found):.3f} | {worst['ratio']:.3f} | {where} |"
            )


NAMES = {"objective": "J° at equal β", "distortion": "D° at equal rates"}


def cost(points: Sequence[Row]) -> str:
    """Wall-clock time of one training, against that of an independent model of those together."""
    ours, theirs = (
        {(point["seed"], point["train_seconds"]) for point in points if point["strategy"] == name}
        for name in ("amortized", "independent")
    )
    shared, alone = (fmean(seconds for _, seconds in part) for part in (ours, theirs))
    return (
        f"Training one model took {shared:.0f} s, an independent one {alone:.0f} s (its share of "
        f"those that train together): a ratio of {shared / alone:.1f}."
    )


def asked(of: Experiment) -> Iterator[str]:
    """How many of the given rates are met on test data."""
    rated = [point for point in of.points if point["strategy"] == "rates"]
    if rated:
        met = sum(_met(point, of.layers) for point in rated)
        yield f"{met} of {len(rated)} given rates are met within 2 % or 0.05 nats on test data.\n"


def _met(point: Row, layers: int) -> bool:
    target, rates = (over_layers(point, name, layers) for name in ("target", "rate"))
    return miss(np.array(rates), np.array(target)) <= 1


def known(of: Experiment) -> Iterator[str]:
    """J° against the least that any model of the source can have, at the β of the anchors."""
    params, points, layers = of.params, of.points, of.layers
    asked = least(params, exact(params.data, params.seed))
    if asked is None:
        return
    anchors = {betas(point, layers) for point in points if point["strategy"] == "independent"}
    for name in ("amortized", "independent"):
        ours = [p for p in points if p["strategy"] == name and betas(p, layers) in anchors]
        ratios = [one.ratio for one in shortfalls(ours, layers, *asked)]
        yield (
            f"J° / J°*, {name}: mean {fmean(ratios):.3f}, worst {max(ratios):.3f} "
            f"of {len(ratios)} points.\n"
        )


if __name__ == "__main__":
    main()
