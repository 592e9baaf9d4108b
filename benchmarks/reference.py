"""The tables of a finished experiment, small enough for git, and what holds to them.

`python -m benchmarks.reference results/digits` keeps them in `benchmarks/reference/digits/`;
with `--check`, it says instead where a fresh run of the experiment departs from what is kept.
Latents, models, pictures, pages and what is said of each item are not kept: a run makes them again.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from hvae.io import storage, tables

KEPT = Path(__file__).parent / "reference"
TABLES = ("points", "tasks", "selection", "counts", "information", "bounds", "certificate")
FILES = (*(f"{name}.parquet" for name in TABLES), "guidance.json", "summary.json", "params.json")
ALIKE = 0.95  # part of a table's rows that must agree; probes on chance level may differ more
ROOM = 0.05  # beyond the 95 % interval that a score has in the reference

Row = dict[str, Any]


class Tolerance(NamedTuple):
    """How far a column of `points.parquet` may be from the reference: as told, and as a measure."""

    told: str
    limit: float
    distance: Callable[[float, float], float]


TOLERANCES: Mapping[str, Tolerance] = {  # what three seeds of the digits differ by, at most
    "objective": Tolerance("5 %", 0.05, lambda new, old: abs(new / old - 1)),
    "psnr_db": Tolerance("0.6 dB", 0.6, lambda new, old: abs(new - old)),
    "rate_total": Tolerance("2 nats", 2.0, lambda new, old: abs(new - old)),
}


def keep(results: Path, kept: Path) -> None:
    """Copy what is kept of an experiment, but not the name of a machine's folder of raw files."""
    made = {name: (results / name).read_bytes() for name in FILES}
    raw = json.loads(made["params.json"])["data"]["raw_dir"] or "RAW_DIR"
    made["params.json"] = made["params.json"].replace(raw.encode(), b"RAW_DIR")
    for name, content in made.items():
        storage.store(content, kept / name)


def departures(fresh: Path, kept: Path) -> list[str]:
    """Sentences about what a fresh run has otherwise than within the tolerances; none is good."""
    return [*_points(fresh, kept), *_scores(fresh, kept), *_verdicts(fresh, kept)]


def _points(fresh: Path, kept: Path) -> Iterator[str]:
    new, old = (_by(folder / "points.parquet", "point") for folder in (fresh, kept))
    if new.keys() != old.keys():
        yield f"points: {len(new.keys() ^ old.keys())} are in one of both runs alone"
    for column, tolerance in TOLERANCES.items():
        far = {
            name: tolerance.distance(new[name][column], old[name][column])
            for name in new.keys() & old.keys()
        }
        worst = max(far, key=far.__getitem__)
        if not far[worst] <= tolerance.limit:
            yield (
                f"points: {column} of {worst} is {new[worst][column]:.4g}, more than "
                f"{tolerance.told} from {old[worst][column]:.4g}"
            )


def _scores(fresh: Path, kept: Path) -> Iterator[str]:
    key = ("point", "task", "layers", "features", "method", "setting", "metric")
    new, old = (_by(folder / "tasks.parquet", *key) for folder in (fresh, kept))
    if new.keys() != old.keys():
        yield f"tasks: {len(new.keys() ^ old.keys())} rows are in one of both runs alone"
    for task in sorted({row["task"] for row in old.values()}):
        rows = [name for name in new.keys() & old.keys() if old[name]["task"] == task]
        alike = [name for name in rows if _near(new[name]["value"], old[name])]
        if len(alike) < ALIKE * len(rows):
            yield f"tasks: {len(rows) - len(alike)} of {len(rows)} scores of {task} are elsewhere"


def _near(value: float, old: Row) -> bool:
    room = ROOM * max(1.0, abs(old["value"]))
    return bool(old["low"] - room <= value <= old["high"] + room)


def _verdicts(fresh: Path, kept: Path) -> Iterator[str]:
    violated = [r for r in _rows(fresh / "bounds.parquet") if r["verdict"] == "violated"]
    if violated:
        yield f"bounds: {len(violated)} are violated"
    new, old = (json.loads((folder / "guidance.json").read_text()) for folder in (fresh, kept))
    for mine, theirs in zip(new["scorecard"], old["scorecard"], strict=True):
        if mine["verdict"] != theirs["verdict"]:
            yield f"scorecard: {mine['claim']!r} is {mine['verdict']}, not {theirs['verdict']}"


def _by(path: Path, *key: str) -> dict[tuple[str, ...], Row]:
    return {tuple(row[name] for name in key): row for row in _rows(path)}


def _rows(path: Path) -> list[Row]:
    return tables.read(path).to_pylist()


def main(arguments: argparse.Namespace) -> None:
    """Keep, or check."""
    experiment = arguments.results.name
    kept = arguments.kept / experiment
    if not arguments.check:
        keep(arguments.results, kept)
        return
    found = departures(arguments.results, kept)
    print(*found or [f"{experiment} agrees with its reference"], sep="\n")
    sys.exit(bool(found))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--kept", type=Path, default=KEPT)
    parser.add_argument("--check", action="store_true")
    main(parser.parse_args())
