"""Key figures of an experiment, for `dvc metrics` and `dvc plots`."""

import argparse
import json
from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from hvae import command, tables


def main(arguments: argparse.Namespace) -> None:
    """Write `summary.json`, and the rate plane as CSV."""
    points, tasks, bounds = (tables.read(arguments.results / f"{name}.parquet") for name in NAMES)
    text = json.dumps(summary(points, tasks, bounds), indent=2) + "\n"
    tables.write_whole(arguments.out, lambda beside: beside.write_text(text))
    tables.write_whole(arguments.plane, lambda beside: csv.write_csv(points, beside))


NAMES = ("points", "tasks", "bounds")


def summary(points: pa.Table, tasks: pa.Table, bounds: pa.Table) -> dict[str, Any]:
    """Counts, ranges over the points that trained, and the best value of each kind."""
    trained = points.filter(pc.equal(points["status"], "ok"))
    verdicts = Counter(bounds["verdict"].to_pylist())
    names = ("holds", "violated", "undecided", "vacuous")
    return {
        "points": points.num_rows,
        "diverged": points.num_rows - trained.num_rows,
        "checks": {name: verdicts[name] for name in names},
        "rate_total_nats": _range(trained["rate_total"]),
        "distortion_nats": _range(trained["distortion"]),
        "best_psnr_db": pc.max(_existing(trained["psnr_db"])).as_py(),
        "best_accuracy": {kind: _best_accuracy(tasks, kind) for kind in ("sample", "mean")},
    }


def _range(column: pa.ChunkedArray) -> dict[str, float]:
    return pc.min_max(column).as_py()


def _existing(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Without nan: values that do not exist."""
    return column.filter(pc.invert(pc.is_nan(column)))


def _best_accuracy(tasks: pa.Table, features: str) -> float | None:
    kept = pc.and_(pc.equal(tasks["task"], "classification"), pc.equal(tasks["features"], features))
    return pc.max(tasks.filter(kept)["value"]).as_py()


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "results", "out", "plane")
    command.run(main, parser.parse_args())
