"""Key figures of an experiment, for `dvc metrics`, and what `dvc plots` draws, as CSV."""

import argparse
import math
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv
from pydantic import PositiveInt

from hvae.config.base import Section, parse
from hvae.io import command, provenance, storage, tables
from hvae.results.experiment import Experiment
from hvae.results.rates import suffix_name

COMPARISONS = ("objective", "polished", "distortion")
VERDICTS = ("holds", "violated", "undecided", "unreachable")  # of a certificate
ACCURACY = ("point", "layers", "method", "rate_total", "value", "low", "high")  # columns


class SummaryJob(Section):
    """What the figures depend on, beside the tables."""

    layers: PositiveInt


def main(arguments: argparse.Namespace) -> None:
    """Write `summary.json`, its `metrics.yaml`, and as CSV the rate plane and the accuracies."""
    layers = parse(SummaryJob, arguments.params).layers
    elsewhere = {"guidance": arguments.guidance}
    experiment = Experiment(arguments.results, elsewhere=elsewhere, depth=layers)
    points, tasks, bounds = (experiment.table(name) for name in ("points", "tasks", "bounds"))
    found = summary(points, tasks, bounds)
    if "amortized" in points["strategy"].to_pylist():
        found |= {"certificate": certified(experiment.certificate)}
    found |= {"applications": applications(experiment.record("guidance"))}
    write(plane(points), arguments.plane)
    write(accuracies(points, tasks, layers), arguments.accuracy)
    text = "".join(f"{name}: {value:.6g}\n" for name, value in metrics(found).items())
    storage.store(text, arguments.metrics)
    beside = arguments.plane, arguments.accuracy, arguments.metrics
    provenance.store(found, arguments.out, beside=beside)


def summary(points: pa.Table, tasks: pa.Table, bounds: pa.Table) -> dict[str, Any]:
    """Counts, ranges over the points that trained, and the best value of each kind.

    Of an amortised plane, and of the points at given rates, without the anchors.
    """
    own = pc.is_in(points["strategy"], pa.array(["amortized", "rates"]))
    amortized = pc.any(pc.equal(points["strategy"], "amortized")).as_py()
    points = points.filter(own) if amortized else points
    trained = points.filter(pc.is_in(points["status"], pa.array(tables.MEASURED)))
    verdicts = Counter(bounds["verdict"].to_pylist())
    names = ("holds", "violated", "undecided", "vacuous")
    return {
        "points": points.num_rows,
        "diverged": points["status"].to_pylist().count("diverged"),
        "unconverged": points["status"].to_pylist().count("unconverged"),
        "checks": {name: verdicts[name] for name in names},
        "rate_total_nats": _range(trained["rate_total"]),
        "distortion_nats": _range(trained["distortion"]),
        "best_psnr_db": pc.max(_existing(trained["psnr_db"])).as_py(),
        "best_accuracy": {kind: _best_accuracy(tasks, kind) for kind in ("sample", "mean")},
    }


def metrics(found: Mapping[str, Any]) -> dict[str, float]:
    """The numbers that people compare, a dozen: for `dvc metrics`, so without names or marks.

    Violated limits, points that are unconverged, how D° (else J°) compares with models from
    scratch, and each application's value at its best point.
    """
    numbers = {"violated": found["checks"]["violated"], "unconverged": found["unconverged"]}
    compared = found.get("certificate", {})
    ratios = (compared[kind]["mean_ratio"] for kind in ("distortion", "objective") if compared)
    ratio = next((one for one in ratios if one is not None), None)
    values = {name: one["value"] for name, one in found["applications"].items()}
    return numbers | ({"ratio_to_scratch": ratio} if ratio is not None else {}) | values


def certified(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of J° at equal β and of D° at equal rates: mean, median and worst ratio, and the verdicts.

    Of J° of polished models, too, where some were compared.
    """
    found = {kind: [row for row in rows if row["comparison"] == kind] for kind in COMPARISONS}
    return {kind: _compared(of) for kind, of in found.items() if of or kind != "polished"}


def applications(guidance: Mapping[str, Any]) -> dict[str, Any]:
    """Of each: the value on test items at the point that validation items chose, and its rate."""
    return {
        name: {
            "metric": found["metric"],
            "value": found["best"]["value"],
            "std_error": found["best"]["std_error"],
            "point": found["best"]["point"],
            "rate_total_nats": found["best"]["rate_total"],
        }
        for name, found in guidance["applications"].items()
    }


def _compared(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    ratios = [row["ratio"] for row in rows if math.isfinite(row["ratio"])]
    verdicts = Counter(row["verdict"] for row in rows)
    return {
        "mean_ratio": math.fsum(ratios) / len(ratios) if ratios else None,
        "median_ratio": statistics.median(ratios) if ratios else None,
        "worst_ratio": max(ratios, default=None),
        "verdicts": {name: verdicts[name] for name in VERDICTS},
    }


def _range(column: pa.ChunkedArray) -> dict[str, float]:
    return pc.min_max(_existing(column)).as_py()


def _existing(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Without nan, a value that does not exist, and infinities, which JSON does not have."""
    return column.filter(pc.is_finite(column))


def _best_accuracy(tasks: pa.Table, features: str) -> float | None:
    for column, wanted in (("task", "classification"), ("features", features), ("setting", "")):
        tasks = tasks.filter(pc.equal(tasks[column], wanted))
    return pc.max(tasks["value"]).as_py()


def plane(points: pa.Table) -> pa.Table:
    """The points, with R(z_2, …, z_L) in nats: the rate above z_1, 0 where there is one layer."""
    return points.append_column("rate_above", pc.subtract(points["rate_total"], points["rate_1"]))


def accuracies(points: pa.Table, tasks: pa.Table, layers: int) -> pa.Table:
    """Accuracies of probes on samples of all layers, with the total rate of their point."""
    wanted = {
        "task": "classification",
        "features": "sample",
        "layers": suffix_name(1, layers),
    }
    for column, value in wanted.items():
        tasks = tasks.filter(pc.equal(tasks[column], value))
    rates = dict(zip(points["point"].to_pylist(), points["rate_total"].to_pylist(), strict=True))
    total = [rates.get(point, math.nan) for point in tasks["point"].to_pylist()]
    return tasks.append_column("rate_total", pa.array(total, pa.float64())).select(ACCURACY)


def write(table: pa.Table, path: Path) -> None:
    """As CSV."""
    storage.fill(path, lambda beside: csv.write_csv(table, beside))


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "results", "guidance", "out", "plane", "accuracy", "metrics")
    command.run(main, parser.parse_args())
