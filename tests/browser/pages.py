"""The pages that are looked at: reports of planted runs, small and whole, and one of 441 points."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from hvae.audit.latents import read
from hvae.audit.study import Settings, study
from hvae.reports import exactness
from hvae.reports.exactness import GaussianExperiment
from hvae.reports.index.__main__ import page as listed
from hvae.reports.page import page
from hvae.results.exactness import shortfalls
from hvae.results.run import Run
from tests.audit.test_study import channel
from tests.reports.cases import HOSTILE, run
from tests.reports.index.cases import plant
from tests.reports.planted import advised, drawing

ROOT = Path(__file__).parents[2]
SIDE = 21  # values of β_1 and of β_2 on the large plane
FINE = tuple(0.1 * 100 ** (i / (SIDE - 1)) for i in range(SIDE))


def config() -> dict[str, Any]:
    """The default parameters with one training of the plane alone, free to change."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "params.yaml").read_text())
    found["grid"] |= {"rates": [], "seeds": [0]}
    return found


def two_layers() -> Run:
    """As the default experiment: digits, one model for the plane, points at given rates, advice."""
    rates = [(4, 0), (2, 2), (0, 4), (12, 0), (6, 6), (0, 12)]
    return advised(drawing(run(config(), amortized=True, rates=rates)))


def gaussian() -> Run:
    """A source of which everything is known, with neither classes nor pictures."""
    return run(config(), source="gaussian")


def diverged() -> Run:
    """One model without any number."""
    return run(config(), diverged=(run(config()).points[0]["point"],))


def large() -> Run:
    """An amortised plane of 441 points."""
    return run(config(), amortized=True, beta=FINE)


RUNS: Mapping[str, Callable[[], Run]] = {
    "two-layers": two_layers,
    "one-layer": lambda: run(config(), layers=1),
    "three-layers": lambda: run(config(), layers=3),
    "gaussian": gaussian,
    "diverged": diverged,
    "large": large,
}


def own() -> str:
    """Of a model trained elsewhere."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pq.write_table(pa.table(channel(layers=2)).slice(0, 300), folder / "z.parquet")
        settings = Settings(title=HOSTILE, seed=0, items=100)
        study(read(folder / "z.parquet"), settings, folder)
        return (folder / "index.html").read_text()


def compared() -> str:
    """Two Gaussian experiments against the least objective."""
    return exactness.page([_with_skips(skip) for skip in (True, False)])


def _with_skips(skip: bool) -> GaussianExperiment:
    options = config()
    options["model"]["skip"] = skip
    one = run(options, source="gaussian")
    return GaussianExperiment(one.params, shortfalls(one.points, 2, [1.0, 0.25], 0.2), diverged=0)


def index() -> str:
    """Three experiments: two of the same units, and one of a single layer."""
    with tempfile.TemporaryDirectory() as name:
        results = Path(name) / "results"
        plant(results, config(), "one")
        plant(results, config(), "two", higher=3.0)
        plant(results, config(), "flat", layers=1)
        return listed(results, Path(name))


OTHERS: Mapping[str, Callable[[], str]] = {"own": own, "exactness": compared, "index": index}
NAMES = (*RUNS, *OTHERS)


def html(name: str) -> str:
    """A page by name."""
    return page(RUNS[name]()) if name in RUNS else OTHERS[name]()
