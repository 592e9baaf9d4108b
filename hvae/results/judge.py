"""Compare the measured values of an experiment with their limits.

Every family of checks is a function in `checks/`, and a name in `FAMILIES`. Tables with numbers
that cannot be judged are refused, with a sentence that names table, point and column.
"""

import argparse
import math
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
from hvae.data.gaussian import exact
from hvae.errors import InputError
from hvae.io import command, tables
from hvae.results.checks.catalogue import Named
from hvae.results.checks.information import (
    accuracy,
    classes,
    clusters,
    generation,
    guesses_class,
    guesses_target,
    information,
    regression,
)
from hvae.results.checks.source import entropy, objective, squared_error
from hvae.results.evidence import Evidence
from hvae.results.experiment import Experiment
from hvae.results.rates import by_point
from hvae.statistics import arguments
from hvae.statistics.estimate import Floats, Row

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


Cell = tuple[str, Row, str]  # a table, one of its rows, and the column that is judged


def refuse(evidence: Evidence) -> None:
    """InputError for the first number that is NaN, infinite or out of range.

    In `items` a column that is nan throughout a point is a quantity that the point lacks.
    """
    _shares(evidence)
    _items(evidence)
    for table, row, column in _cells(evidence):
        if not math.isfinite(row[column]):
            raise _bad(table, row["point"], column, "finite", row[column])
    for row in evidence.rows("tasks"):
        if guesses_class(row) and not (0 <= row["value"] <= 1 <= row["n"]):
            raise _bad("tasks", row["point"], "value", "a share of n items", row["value"])
    for row in evidence.rows("counts"):
        if row["count"] < 0:
            raise _bad("counts", row["point"], "count", "a number of items", row["count"])


def _cells(evidence: Evidence) -> Iterator[Cell]:
    for row in evidence.rows("information"):
        yield from (("information", row, column) for column in ("value", "std_error"))
    for row in evidence.rows("tasks"):
        if guesses_class(row):
            yield "tasks", row, "value"
        if guesses_target(row):
            yield from (("tasks", row, column) for column in ("value", "std_error"))


def _items(evidence: Evidence) -> None:
    if evidence.items is None:
        return
    measured = by_point(evidence.items)
    trained = {row["point"] for row in evidence.rows("points")}
    if lost := sorted(trained - measured.keys()):
        raise InputError(f"items: point {lost[0]} has no rows, but points says that it trained")
    for point, table in measured.items():
        if table.num_rows < 2:
            raise _bad("items", point, "index", "that of two items at least", table.num_rows)
        for column in (name for name in _measured(evidence.layers) if name in table.column_names):
            values = table[column].to_numpy()
            bad = values[~np.isfinite(values)]
            if len(bad) and not np.isnan(values).all():
                raise _bad("items", point, column, "finite", bad[0])


def _measured(layers: int) -> list[str]:
    rates = [f"rate_{layer}" for layer in range(1, layers + 1)]
    return [*rates, "distortion", "squared_error"]


def _shares(evidence: Evidence) -> None:
    if evidence.shares is not None:
        try:
            arguments.shares("the class shares", evidence.shares, least=2)
        except ValueError as error:
            raise InputError(str(error)) from None


def _bad(table: str, point: str, column: str, what: str, value: float) -> InputError:
    return InputError(f"{table}: column {column} of point {point} must be {what}, got {value}")


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", *TABLES, "out")
    command.run(main, parser.parse_args())
