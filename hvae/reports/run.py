"""What a report is about: the tables of one experiment, and what made them."""

import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from hvae import tables
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.params import Params
from hvae.results.rates import Rate, lowest_layer, suffix_rates

Row = dict[str, Any]
PACKAGES = ("torch", "numpy", "scikit-learn", "pyarrow", "altair", "snakemake", "dvc")


class Run(NamedTuple):
    """One experiment's tables, its test items, and its parameters.

    `trained` are the points that did not diverge; rows are dictionaries, as `tables` names them.
    """

    params: Params
    test: Items
    points: list[Row]
    tasks: list[Row]
    bounds: list[Row]
    gallery: list[Row]
    history: list[Row]
    rates: dict[str, list[Rate]]  # R_{≥1}, …, R_{≥L} of each point

    @property
    def trained(self) -> list[Row]:
        return [point for point in self.points if point["status"] == "ok"]

    @property
    def layers(self) -> int:
        return len(self.params.model.latents)

    @property
    def suffix(self) -> str:
        """The name of all layers together in the tables."""
        return "+".join(f"z{layer}" for layer in range(1, self.layers + 1))

    def shares(self) -> np.ndarray:
        """Class shares of the test items."""
        return np.bincount(self.test.labels, minlength=len(self.test.classes)) / len(
            self.test.labels
        )

    def accuracies(self, features: str) -> list[Row]:
        """Probe accuracies on samples or on means, each with the rate that its layers have."""
        probed = [task for task in self.tasks if task["task"] == "classification"]
        return [task | {"rate": self.rate(task)} for task in probed if task["features"] == features]

    def rate(self, task: Row) -> Rate:
        """R_{≥l} of the task's point, l the lowest of the layers that the task reads."""
        return self.rates[task["point"]][lowest_layer(task["layers"]) - 1]


def load(params: Params, results: Path, data: Path) -> Run:
    """Read what a report needs."""
    table = {
        name: tables.read(results / f"{name}.parquet")
        for name in ("points", "items", "tasks", "bounds", "gallery", "history")
    }
    return Run(
        params,
        prepared.read(data / "test.parquet").first(params.evaluation.max_items),
        table["points"].to_pylist(),
        table["tasks"].to_pylist(),
        table["bounds"].to_pylist(),
        table["gallery"].to_pylist(),
        table["history"].to_pylist(),
        suffix_rates(table["items"]),
    )


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that results depend on."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def revision() -> str:
    """The git revision of the working folder, marked where files have changed since."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
        return done.stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown (not a git checkout)"
