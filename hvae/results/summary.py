"""Key figures of an experiment, for `dvc metrics` and `dvc plots`."""

import argparse
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hvae.io import command, named_tables, provenance, reading, tables
from hvae.results import plots


def main(arguments: argparse.Namespace) -> None:
    """Write `summary.json`, and as CSV the rate plane and the accuracies."""
    points, tasks, bounds = (_table(name, arguments.results) for name in NAMES)
    found = summary(points, tasks, bounds)
    if "amortized" in points["strategy"].to_pylist():
        found |= {"certificate": certified(_table("certificate", arguments.results).to_pylist())}
    found |= {"applications": applications(reading.json_object(arguments.guidance))}
    provenance.store(found, arguments.out)
    plots.write(plots.plane(points), arguments.plane)
    plots.write(plots.accuracies(points, tasks), arguments.accuracy)


NAMES = ("points", "tasks", "bounds")
VERDICTS = ("holds", "violated", "undecided", "unreachable")  # of a certificate


def _table(name: str, results: Path) -> pa.Table:
    return named_tables.read(name, results / f"{name}.parquet")


def summary(points: pa.Table, tasks: pa.Table, bounds: pa.Table) -> dict[str, Any]:
    """Counts, ranges over the points that trained, and the best value of each kind.

    Of an amortised plane, and of what was asked of it, without the independent models beside it.
    """
    plane = pc.equal(points["strategy"], "amortized")
    points = points.filter(plane) if pc.any(plane).as_py() else points
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


def certified(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of J° at equal β and of D° at equal rates: mean and worst ratio, and the verdicts."""
    return {
        comparison: _compared([row for row in rows if row["comparison"] == comparison])
        for comparison in ("objective", "distortion")
    }


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
        "worst_ratio": max(ratios, default=None),
        "verdicts": {name: verdicts[name] for name in VERDICTS},
    }


def _range(column: pa.ChunkedArray) -> dict[str, float]:
    return pc.min_max(_existing(column)).as_py()


def _existing(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Without nan, a value that does not exist, and infinities, which JSON does not have."""
    return column.filter(pc.is_finite(column))


def _best_accuracy(tasks: pa.Table, features: str) -> float | None:
    kept = pc.and_(pc.equal(tasks["task"], "classification"), pc.equal(tasks["features"], features))
    return pc.max(tasks.filter(kept)["value"]).as_py()


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "results", "guidance", "out", "plane", "accuracy")
    command.run(main, parser.parse_args())
