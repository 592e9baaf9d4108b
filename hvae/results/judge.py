"""Hold the measured values of an experiment against their limits."""

import argparse
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from hvae import command, tables
from hvae.bounds.accuracy import accuracy_limit
from hvae.bounds.verdicts import Check, accuracy_check, judge, normal_check
from hvae.data import prepared
from hvae.params import Evaluation, Section, parse
from hvae.results.rates import Rate, leading, lowest_layer, suffix_rates

Shares = np.ndarray
Named = tuple[Mapping[str, Any], Check]  # what was checked, as the tables name it, and its check


class Job(Section):
    """What the verdicts depend on, beside the tables."""

    evaluation: Evaluation


def main(arguments: argparse.Namespace) -> None:
    """Write `bounds.parquet`: every check of the experiment, judged together (Holm)."""
    job = parse(Job, arguments.params)
    test = prepared.read(arguments.data / "test.parquet").first(job.evaluation.max_items)
    shares = np.bincount(test.labels, minlength=len(test.classes)) / len(test.labels)
    tasks, items = tables.read(arguments.tasks), tables.read(arguments.items)
    ids = test.ids[: job.evaluation.information_items]
    compared = leading(items, ids)
    checks = [
        *accuracy_checks(tasks, suffix_rates(items), shares),
        *information_checks(
            tables.read(arguments.information), suffix_rates(compared), most=math.log(len(ids))
        ),
    ]
    verdicts = judge([check for _, check in checks])
    rows = [
        _row(task, check, verdict) for (task, check), verdict in zip(checks, verdicts, strict=True)
    ]
    tables.write(tables.from_rows(rows, tables.bounds()), arguments.out)


def accuracy_checks(
    tasks: pa.Table, rates: Mapping[str, list[Rate]], shares: Shares
) -> Iterator[Named]:
    """accuracy ≤ A(R_{≥l}), for probes and matched clusters of samples of layers whose lowest is l.

    Probes on means are outside the theorem and are not checked. Rates, labels, probes and class
    shares refer to the same test items.
    """
    for task in tasks.to_pylist():
        if task["metric"] == "accuracy" and task["features"] == "sample":
            rate = rates[task["point"]][lowest_layer(task["layers"]) - 1]
            limit, limit_se = accuracy_limit_of(rate, shares)
            correct = round(task["value"] * task["n"])
            yield task, accuracy_check(correct, task["n"], limit, limit_se)


def information_checks(
    information: pa.Table, rates: Mapping[str, list[Rate]], most: float
) -> Iterator[Named]:
    """I(x; z_{≥l}) ≤ R_{≥l}, judged with Î⁻ alone: its expectation is at most I, Î⁺ is not.

    The rates are those of the items that the estimate compares. Î⁻ of K items never exceeds
    `most` = log K: a rate beyond cannot bind, and the check is vacuous.
    """
    for row in information.to_pylist():
        if row["quantity"].startswith("I(x;") and row["kind"] == "lower":
            layers = row["quantity"].removeprefix("I(x;").removesuffix(")").replace(",", "+")
            rate = rates[row["point"]][lowest_layer(layers) - 1]
            named = {"point": row["point"], "layers": layers, "features": "sample"}
            numbers = (row["value"], row["std_error"], *rate)
            vacuous = rate.value >= most
            check = normal_check(*numbers, upper=True, bound="information", vacuous=vacuous)
            yield named | {"method": "pairwise", "metric": "information"}, check


def accuracy_limit_of(rate: Rate, shares: Shares) -> Rate:
    """A(R) and its standard error: the larger change of A over one standard error of R either way.

    A is steep at R = 0 and flat below, where half the sum of both would be too small.
    """
    low, middle, high = (
        accuracy_limit(rate.value + sign * rate.std_error, shares) for sign in (-1, 0, 1)
    )
    return Rate(middle, max(high - middle, middle - low))


def _row(task: Mapping[str, Any], check: Check, verdict: str) -> dict[str, Any]:
    named = {name: task[name] for name in ("point", "layers", "features", "method", "metric")}
    numbers = {
        name: getattr(check, name)
        for name in ("bound", "measured", "measured_se", "limit", "limit_se", "slack", "p_value")
    }
    return named | numbers | {"verdict": verdict}


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", "items", "tasks", "information", "out")
    command.run(main, parser.parse_args())
