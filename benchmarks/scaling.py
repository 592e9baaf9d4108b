"""How time, memory and disk grow with grid points, items, latent width and layers.

Each size is an experiment of its own: independent models of a labelled mixture of Gaussians, one
row of the grid, on one core, one size after the other. Time and memory are Snakemake's own records
of the jobs. A slope is that of log(seconds beyond the start of a process) over log(size).

    python -m benchmarks.scaling > benchmarks/scaling.md    # also draws benchmarks/scaling.svg
"""

import csv
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from benchmarks.growth import STAGES, Cost, drawing, table
from hvae.reports import export

PARTS = ("points", "gallery", "tasks/classification", "information")  # for which all of them run
BASE: dict[str, Any] = {
    "data": {
        "source": "gaussian-mixture", "items": 4000, "dimension": 16,
        "split": {"train": 0.5, "validation": 0.25, "test": 0.25},
    },
    "model": {"latents": [8, 8], "width": 128},
    "grid": {"beta": [[1], [1]], "seeds": [0]},
    "training": {"strategy": "independent", "steps": 2000, "batch_size": 128},
    "evaluation": {"every": 1, "max_items": 1000, "information_items": 1000},
    "tasks": {"classification": {"max_train": 1000}},
    "baseline": None,
}  # fmt: skip
Changes = Mapping[str, Any]


def points(size: int) -> Changes:
    """So many values of β_1: models that are trained together."""
    return {"grid": {"beta": [{"from": 0.1, "to": 10, "points": size}, [1]]}}


def items(size: int) -> Changes:
    """That many items of each split, which are evaluated."""
    return {
        "data": {"items": 4 * size},
        "evaluation": {"max_items": size, "information_items": size},
        "tasks": {"classification": {"max_train": size}},
    }


def width(size: int) -> Changes:
    """So many numbers in each of two layers."""
    return {"model": {"latents": [size, size]}}


def layers(size: int) -> Changes:
    """So many layers of eight numbers each."""
    return {"model": {"latents": [8] * size}, "grid": {"beta": [[1]] * size}}


AXES: Mapping[str, tuple[Callable[[int], Changes], tuple[int, ...]]] = {
    "grid points": (points, (2, 4, 8, 16, 32)),
    "items of a split": (items, (500, 1000, 2000, 4000, 8000)),
    "latent width": (width, (8, 32, 128, 512)),
    "layers": (layers, (1, 2, 4, 8)),
}


def main() -> None:
    """Print Markdown, and draw."""
    start = statistics.median(started() for _ in range(5))
    print(f"{' '.join(__doc__.splitlines()[2:5])}\n")
    print(f"A process takes {start:.1f} s to load its libraries.")
    found: dict[str, list[Cost]] = {}
    for axis, (changes, sizes) in AXES.items():
        found[axis] = [run(size, changes(size)) for size in sizes]
        print(f"\n## {axis.capitalize()}\n", *table(found[axis], start), sep="\n", flush=True)
    svg = export.screen(drawing(found).to_dict())
    Path("benchmarks/scaling.svg").write_text(svg, encoding="utf-8")


def started() -> float:
    """Seconds until a job has loaded its libraries."""
    before = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import hvae.training.train"], check=True)
    return time.perf_counter() - before


def run(size: int, changes: Changes) -> Cost:
    """One size, run and removed."""
    overlay = {"experiment": "scaling"} | BASE
    for section, values in changes.items():
        overlay[section] = BASE[section] | values
    row = "_".join(["1"] * (len(overlay["grid"]["beta"]) - 1) + ["s0"])
    results, logs, data = (Path(name) / "scaling" for name in ("results", "logs", "data/prepared"))
    try:
        snakemake(overlay, [results / f"parts/{part}/{row}.parquet" for part in PARTS])
        notes = {stage: note(logs / stage / f"{row}.tsv") for stage in STAGES}
        room = sum(path.stat().st_size for path in results.rglob("*") if path.is_file())
    finally:
        for folder in (results, logs, data):
            shutil.rmtree(folder, ignore_errors=True)
    seconds = {stage: float(one["s"]) for stage, one in notes.items()}
    return Cost(size, seconds, max(float(one["max_rss"]) for one in notes.values()), room / 1e6)


def snakemake(overlay: Changes, targets: list[Path]) -> None:
    """Make the targets on one core."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump(overlay, file)
        file.flush()
        command = ["snakemake", *map(str, targets), "--cores", "1", "--configfile", file.name]
        subprocess.run(command, check=True, stdout=sys.stderr)  # noqa: S603


def note(path: Path) -> dict[str, str]:
    """What Snakemake has noted of a job."""
    with path.open() as file:
        return next(csv.DictReader(file, delimiter="\t"))


if __name__ == "__main__":
    main()
