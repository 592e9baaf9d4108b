"""Write `guidance.json`: the best rates for each application, the paper's claims, and prices."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import Field, PositiveInt

from hvae.config.base import Section, parse
from hvae.config.params import Guidance
from hvae.config.plugins import Reference
from hvae.config.task import Name
from hvae.config.tasks import entries
from hvae.guidance import prices
from hvae.guidance.applications import APPLICATIONS, Application, applications
from hvae.guidance.claims import Claim, limits, setting
from hvae.guidance.gains import Chosen, gains
from hvae.guidance.record import gain, record
from hvae.guidance.split_claims import deciding, differing
from hvae.guidance.study import MeasuredTables, Study, measured, study
from hvae.guidance.surface import Surface
from hvae.io import command, provenance
from hvae.results.experiment import Experiment
from hvae.results.prices import HeldOutPrices, held_out_prices
from hvae.statistics.estimate import Row


class GuidanceJob(Section):
    """What the job depends on, beside the tables.

    single: the points of the single-layer baselines, by the width of their layer. own: the tasks of
    the user's own.
    """

    guidance: Guidance
    layers: PositiveInt
    single: dict[str, list[str]] = Field(default={})
    own: dict[Reference, dict[str, Any]] = Field(default={})


def main(arguments: argparse.Namespace) -> None:
    """Read the tables of an experiment, and those of its baseline where it has one."""
    job = parse(GuidanceJob, arguments.params)
    ours = Experiment(arguments.results, depth=job.layers)
    of = applications(entries(job.own))
    singles: dict[int, MeasuredTables] = {}
    if arguments.baseline:
        all_of_them = measured(Experiment(arguments.baseline, depth=1), of)
        singles = {int(width): all_of_them.only(names) for width, names in job.single.items()}
    rated = any(row["strategy"] == "rates" for row in ours.points)
    held_out = held_out_prices(ours.points, ours.items, job.layers) if rated else []
    found = guidance(measured(ours, of), ours.bounds, job.guidance, singles, held_out, of)
    provenance.store(found, arguments.out)


def guidance(
    tables: MeasuredTables,
    bounds: Sequence[Row],
    asked: Guidance,
    singles: Mapping[int, MeasuredTables] = MappingProxyType({}),
    held_out: Sequence[HeldOutPrices] = (),
    of: Mapping[Name, Application] = APPLICATIONS,
) -> dict[str, Any]:
    """The whole of `guidance.json`; singles: the single-layer baselines by width."""
    ours = study(tables, asked, of)
    claims = scorecard(tables.points, tables.layers, bounds, ours.surfaces)
    return record(ours, asked) | {
        "scorecard": [claim._asdict() for claim in claims],
        "baseline": _compared(ours, singles, asked, of),
        "prices": prices.record(held_out),
    }


def scorecard(
    points: Sequence[Row], layers: int, bounds: Sequence[Row], surfaces: Mapping[Name, Surface]
) -> list[Claim]:
    """All claims of the paper, in its order, of models with so many layers."""
    return [
        setting(points, layers),
        limits(points, layers, bounds),
        differing(surfaces),
        deciding(surfaces),
    ]


def _compared(
    ours: Study,
    singles: Mapping[int, MeasuredTables],
    asked: Guidance,
    of: Mapping[Name, Application],
) -> list[dict[str, Any]]:
    widest_first = sorted(singles, reverse=True)
    found = gains(
        _chosen(ours), {width: _chosen(study(singles[width], asked, of)) for width in widest_first}
    )
    return [gain(one, ours.surfaces[one.application], ours.layers) for one in found]


def _chosen(of: Study) -> Chosen:
    return {name: (of.surfaces[name], choice) for name, choice in of.choices.items()}


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "results", "out")
    parser.add_argument("--baseline", type=Path, help="the tables of models with one layer, if any")
    command.run(main, parser.parse_args())
