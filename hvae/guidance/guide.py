"""Write `guidance.json`: where to aim for which application, and the paper's claims."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import PositiveInt

from hvae.config.base import Section, parse
from hvae.config.guidance import Guidance
from hvae.guidance.claims import scorecard
from hvae.guidance.gains import Chosen, gains
from hvae.guidance.record import gain, record
from hvae.guidance.study import MeasuredTables, Study, measured, study
from hvae.io import command, provenance
from hvae.results.experiment import Experiment
from hvae.statistics.estimate import Row


class GuidanceJob(Section):
    """What the job depends on, beside the tables."""

    guidance: Guidance
    layers: PositiveInt


def main(arguments: argparse.Namespace) -> None:
    """Read the tables of an experiment, and those of its baseline where it has one."""
    job = parse(GuidanceJob, arguments.params)
    ours = Experiment(arguments.results, depth=job.layers)
    single = measured(Experiment(arguments.baseline, depth=1)) if arguments.baseline else None
    provenance.store(guidance(measured(ours), ours.bounds, job.guidance, single), arguments.out)


def guidance(
    tables: MeasuredTables,
    bounds: Sequence[Row],
    asked: Guidance,
    single: MeasuredTables | None = None,
) -> dict[str, Any]:
    """The whole of `guidance.json`."""
    ours = study(tables, asked)
    claims = scorecard(tables.points, tables.layers, bounds, ours.surfaces)
    return record(ours, asked) | {
        "scorecard": [claim._asdict() for claim in claims],
        "baseline": _compared(ours, study(single, asked)) if single is not None else [],
    }


def _compared(ours: Study, single: Study) -> list[dict[str, Any]]:
    found = gains(_chosen(ours), _chosen(single))
    return [gain(one, ours.surfaces[one.application], ours.layers) for one in found]


def _chosen(of: Study) -> Chosen:
    return {name: (of.surfaces[name], choice) for name, choice in of.choices.items()}


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "results", "out")
    parser.add_argument("--baseline", type=Path, help="the tables of models with one layer, if any")
    command.run(main, parser.parse_args())
