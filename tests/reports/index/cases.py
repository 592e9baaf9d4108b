"""Folders of results with tiny tables in the real columns, whose means and errors are known."""

import copy
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hvae.config.base import parse
from hvae.config.params import Params
from hvae.io import tables
from hvae.results.parameters import record
from hvae.statistics.estimate import Row

Config = dict[str, Any]
ITEMS = 4
SPREAD = math.sqrt(3)  # of items at ±1 about their mean: a standard error of 1/√3 for 4 of them
ERROR = 1 / SPREAD


def plant(
    results: Path,
    base: Config,
    name: str,
    layers: int = 2,
    higher: float = 0.0,
    seeds: int = 1,
    **sections: Config,
) -> Path:
    """An experiment of independent models at β_l ∈ {0.1, 1}, D and J° up by `higher`.

    R_l is 1/β_l, D is 5; both vary by ±1 over items, and so have a standard error of 1/√3.
    """
    config = copy.deepcopy(base)
    config |= {"experiment": name, "baseline": None}
    config["model"]["latents"] = [4] * layers
    config["training"]["strategy"] = "independent"
    config["grid"] = {"beta": [[0.1, 1.0]] * layers, "rates": [], "seeds": list(range(seeds))}
    for section, changes in sections.items():
        config[section] |= changes
    params = parse(Params, config)
    folder = results / name
    folder.mkdir(parents=True)
    points = [_point(p.name, p.seed, p.beta, higher) for row in params.rows().values() for p in row]
    found = {
        "points": (points, tables.points(layers)),
        "items": ([item for p in points for item in _items(p)], tables.items(layers)),
        "tasks": ([_task(p["point"], layers) for p in points], tables.tasks()),
        "certificate": ([], tables.certificate(layers)),
    }
    for table, (rows, schema) in found.items():
        tables.write(tables.from_rows(rows, schema), folder / f"{table}.parquet")
    (folder / "params.json").write_text(record(params))
    (folder / "summary.json").write_text(json.dumps(_summary(points)))
    return folder


def _point(name: str, seed: int, beta: list[float], higher: float) -> Row:
    rates = [1 / b for b in beta]
    row: Row = {"point": name, "strategy": "independent", "seed": seed, "status": "ok"}
    for column, values in (("beta", beta), ("target", [math.nan] * len(beta)), ("price", beta)):
        row |= tables.by_layer(column, values)
    for k, rate in enumerate(rates, 1):
        row |= {f"rate_{k}": rate, f"rate_{k}_se": ERROR}
    row |= {"rate_total": sum(rates), "rate_total_se": ERROR * len(rates)}
    row |= {"distortion": 5 + higher, "distortion_se": ERROR, "distortion_constant": 0.0}
    row |= {"objective": 7 + higher, "objective_se": ERROR, "mse": 0.04, "psnr_db": 13.98}
    row |= {"psnr_mean_db": 14.0, "bits_per_dim": math.nan, "train_seconds": 1.0}
    return row | {"parameters": 123}


def _items(point: Row) -> Iterator[Row]:
    layers = [name for name in point if name.startswith("rate_") and name[5:].isdigit()]
    for index in range(ITEMS):
        sign = 1 if index % 2 else -1
        rates = {name: point[name] + sign for name in layers}
        own = {"distortion": point["distortion"] + sign, "squared_error": 64 * (0.04 + sign * 0.01)}
        yield {"point": point["point"], "index": index} | rates | own


def _task(point: str, layers: int) -> Row:
    whole = "+".join(f"z{k}" for k in range(1, layers + 1))
    names = {"point": point, "task": "classification", "layers": whole, "features": "sample"}
    numbers = {"value": 0.6, "low": 0.5, "high": 0.68, "n": 100, "std_error": 0.05}
    return names | {"method": "logistic", "setting": "", "metric": "accuracy"} | numbers


def _summary(points: list[Row]) -> dict[str, Any]:
    checks = {"holds": 3, "violated": 1, "undecided": 2, "vacuous": 4}
    return {"points": len(points), "diverged": 0, "checks": checks}
