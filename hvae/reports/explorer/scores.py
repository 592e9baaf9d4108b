"""The tasks' numbers on samples, from all layers and from the top one, as columns of the plane."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hvae.reports.charts.theme import span
from hvae.reports.sections.plane import Interval
from hvae.results.experiment import Run
from hvae.results.kinds import Row
from hvae.results.rates import lowest_layer


class Measure(NamedTuple):
    """How a metric of `tasks.parquet` is told: its words, its unit, which way is better."""

    words: str
    unit: str = ""
    better: str = "higher"


MEASURES = {
    "accuracy": Measure("accuracy"),
    "ari": Measure("adjusted Rand index"),
    "nmi": Measure("normalised mutual information"),
    "r2": Measure("R²"),
    "mse": Measure("mean squared error", "units²", "lower"),
    "psnr_db": Measure("PSNR", "dB"),
    "ssim": Measure("SSIM"),
    "auroc": Measure("AUROC"),
    "bits_per_dim": Measure("rate", "bits per dimension", "none"),
    "inception_score": Measure("Inception Score"),
    "diversity": Measure("diversity of draws", "classes"),
    "sharpness": Measure("sharpness of draws"),
    "frechet": Measure("Fréchet distance", better="lower"),
    "class_tv": Measure("class histogram, total variation", better="lower"),
    "class_consistency": Measure("class consistency"),
}
FIRST = ["classification", "clustering", "regression", "anomaly", "generation"]
FIRST += ["reconstruction", "denoising", "inpainting", "upscaling", "compression"]  # others follow


class Score(NamedTuple):
    """A metric of one method on one set of layers, by point, with the ends of its interval."""

    name: str
    title: str
    unit: str
    group: str
    better: str
    values: dict[str, Interval]
    layers: str


def scores(run: Run) -> list[Score]:
    """Of samples of all layers, of the top layer, and of what reads no layer in particular."""
    found: dict[tuple[str, str, str, str], dict[str, Interval]] = {}
    for row in _counted(run):
        key = (row["task"], row["layers"], row["method"], row["metric"])
        found.setdefault(key, {})[row["point"]] = (row["value"], row["low"], row["high"])
    ordered = sorted(found, key=lambda key: (_place(key[0]), -len(key[1])))
    return [_score(run, *key, found[key]) for key in ordered]


def _counted(run: Run) -> Iterator[Row]:
    """Means obey no limit and are not what the rate pays for: samples alone colour the plane."""
    layers = {"", run.suffix, f"z{run.layers}"}
    points = {point["point"] for point in run.measured}
    for row in run.tasks:
        samples = row["features"] in ("sample", "")
        if samples and row["layers"] in layers and row["point"] in points:
            yield row


def _score(
    run: Run, task: str, layers: str, method: str, metric: str, values: dict[str, Interval]
) -> Score:
    measure = MEASURES.get(metric, Measure(metric, better="none"))
    read = span(lowest_layer(layers), run.layers) if layers else ""
    of = f" on {read}" if read else ""
    name = "-".join(_parts((task, layers, method, metric)))
    title = f"{task.capitalize()}: {measure.words}, {method}{of}"
    return Score(name, title, measure.unit, task.capitalize(), measure.better, values, read)


def _parts(names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if name)


def _place(task: str) -> int:
    return FIRST.index(task) if task in FIRST else len(FIRST)
