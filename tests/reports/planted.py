"""What guidance says of a run whose applications are planted, and draws with planted scores."""

from collections.abc import Iterator
from typing import Any

from hvae.config.params import Guidance
from hvae.guidance.guide import guidance
from hvae.results.run import Run
from hvae.statistics.estimate import Row
from tests.guidance.experiments import BOUND, tables_of
from tests.guidance.experiments import measured as baseline
from tests.guidance.planes import task

SCORES = {
    "inception_score": 7.0,
    "diversity": 9.0,
    "sharpness": 0.7,
    "frechet": 40.0,
    "class_consistency": 0.9,
}


def advised(run: Run, single: bool = False, seeds: int = 3) -> Run:
    """The same with guidance; single: with a baseline of one layer, too."""
    return run._replace(guidance=planted(run, single, seeds))


def planted(run: Run, single: bool = False, seeds: int = 3) -> dict[str, Any]:
    """PSNR grows with the total rate, NMI falls with it; accuracy is best where β_1 is highest.

    Compression has a budget of 11 nats. Of the four points of two layers PSNR is best at
    β = (0.1, 0.1), accuracy at (10, 0.1), NMI at (10, 10). Each point has a training for each seed.
    """
    points = [
        {"strategy": "amortized", "rate_total_se": 0.1} | again
        for point in run.points
        for again in _trainings(point, seeds)
    ]
    rows = [
        row for point in run.trained for again in _trainings(point, seeds) for row in _tasks(again)
    ]
    measured = tables_of(points, rows, run.layers)
    return guidance(measured, [BOUND], Guidance(), {8: baseline(layers=1)} if single else {})


def _trainings(point: Row, seeds: int) -> list[Row]:
    name = point["point"].removesuffix("_s0")
    return [point | {"point": f"{name}_s{seed}", "seed": seed} for seed in range(seeds)]


def drawing(run: Run) -> Run:
    """The same with scores of draws at every point, and references of real items."""
    own = {"layers": "", "features": "", "method": "mlp", "setting": ""}
    rows = [
        task(point["point"], "generation", name, value, **own)
        for point in run.trained
        for name, value in SCORES.items()
        if name != "class_consistency"
    ]
    rows += [
        task(point["point"], "generation", "class_consistency", 0.9, layers=f"z{run.layers}")
        for point in run.trained
    ]
    accuracy = task("", "generation", "accuracy", 0.97, **own)
    real = task("", "generation", "inception_score", 9.5, **own)
    return run._replace(tasks=[*run.tasks, *rows, accuracy, real])


def _tasks(point: Row) -> Iterator[Row]:
    at, total = point["point"], point["rate_total"]
    yield task(at, "reconstruction", "psnr_db", 10 + total, se=0.1, method="decoder")
    yield task(at, "compression", "psnr_db", 10 + total, se=0.1, method="rate")
    yield task(at, "compression", "bits_per_dim", total / 22, method="rate")
    accuracy = 0.6 + 0.01 * (total - 1.5 * point["rate_1"])
    yield task(at, "classification", "accuracy", accuracy, layers="z1", method="knn")
    yield task(at, "clustering", "nmi", 0.9 - total / 40, layers="z1", method="k-means")
