"""Hold the measured values of an experiment against their limits.

Every family of checks is a function in `checks/`, and a name in `FAMILIES`.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hvae.bounds.verdicts import Check, judge
from hvae.config.base import Section, Seed, parse
from hvae.config.data import Data
from hvae.config.model import Model
from hvae.config.params import Evaluation
from hvae.data import prepared
from hvae.data.exact import exact
from hvae.io import command, tables
from hvae.results.checks.common import Named
from hvae.results.checks.generation import generation
from hvae.results.checks.guesses import accuracy, regression
from hvae.results.checks.information import classes, clusters, information
from hvae.results.checks.source import entropy, objective, squared_error
from hvae.results.evidence import Evidence
from hvae.results.experiment import Experiment
from hvae.results.refuse import refuse
from hvae.statistics.estimate import Floats

TABLES = ("points", "items", "tasks", "counts", "information")
FAMILIES: tuple[Callable[[Evidence], Iterator[Named]], ...] = (
    accuracy,
    information,
    classes,
    clusters,
    regression,
    entropy,
    objective,
    squared_error,
    generation,
)


class JudgementJob(Section):
    """What the verdicts depend on, beside the tables."""

    seed: Seed
    data: Data
    evaluation: Evaluation
    model: Model


def main(arguments: argparse.Namespace) -> None:
    """Write `bounds.parquet`: every check of the experiment, judged together (Holm)."""
    job = parse(JudgementJob, arguments.params)
    test = prepared.read(arguments.data / "test.parquet").first(job.evaluation.max_items)
    found = Experiment(
        arguments.points.parent,
        elsewhere={name: getattr(arguments, name) for name in TABLES},
        depth=len(job.model.latents),
    )
    evidence = Evidence(
        seed=job.seed,
        layers=found.layers,
        **sigma(job.model),
        **{name: found.table(name) for name in TABLES},
        shares=shares_of(test.labels, test.classes),
        exact=exact(job.data, job.seed),
        compared=test.ids[: job.evaluation.information_items],
    )
    tables.write(judged(evidence), arguments.out)


def judged(evidence: Evidence) -> pa.Table:
    """Every check that the evidence allows, with verdicts at 1 % over all of them (Holm, 1979).

    InputError where a number that would be judged is NaN, infinite or out of range.
    """
    refuse(evidence)
    found = list(checks(evidence))
    verdicts = judge([check for _, check in found])
    rows = [_row(named, check, v) for (named, check), v in zip(found, verdicts, strict=True)]
    return tables.from_rows(rows, tables.bounds())


def checks(evidence: Evidence) -> Iterator[Named]:
    """Every check that the evidence allows."""
    for family in FAMILIES:
        yield from family(evidence)


def sigma(model: Model) -> dict[str, Any]:
    """The fields `sigma` and `own_sigma` of the evidence."""
    options = model.likelihood
    return {
        "sigma": options.sigma if options.family == "gaussian" else None,
        "own_sigma": options.family == "gaussian-learned",
    }


def shares_of(labels: NDArray[np.int64], classes: Sequence[str]) -> Floats | None:
    """The classes' shares of the labels, (M,); None where there are no classes."""
    if len(classes) < 2:
        return None
    return np.bincount(labels, minlength=len(classes)) / len(labels)


def _row(named: Mapping[str, str], check: Check, verdict: str) -> dict[str, Any]:
    numbers = {
        name: getattr(check, name)
        for name in ("bound", "measured", "measured_se", "limit", "limit_se", "slack", "p_value")
    }
    return {**named, **numbers, "verdict": verdict}


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", *TABLES, "out")
    command.run(main, parser.parse_args())
