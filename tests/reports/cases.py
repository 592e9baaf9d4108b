"""Runs with the tables of a small grid, rates falling with β, without any training."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from altair.utils import schemapi
from altair.vegalite.v6.schema.core import VegaLiteSchema

from hvae.config import baseline
from hvae.config.base import parse
from hvae.config.grid import Point
from hvae.config.params import Params
from hvae.data.gaussian import exact
from hvae.data.prepared import Items
from hvae.data.source import UNLABELLED
from hvae.io import tables
from hvae.results.rates import Rate, suffix_name
from hvae.results.run import Run
from hvae.statistics.estimate import Row
from hvae.tasks.views import layer_sets
from tests.reports.amortized import certificate as _certificate

# For each channel that is given by its name, Altair makes the same table of its 568 classes again.
# That is a quarter of the time of a page. Here one table serves all pages.
CLASSES = schemapi._FromDict(VegaLiteSchema._default_wrapper_classes())
schemapi._FromDict = lambda classes: CLASSES
HOSTILE = "</script><script>alert(1)</script>"
RANDOM = np.random.default_rng(0)
OPTIONS: dict[str, dict[str, Any]] = {
    "digits": {},
    "gaussian": {"spectrum": [1.0, 0.25]},
    "gaussian-mixture": {"dimension": 8, "separation": 8.0},
}
CERTIFICATION: dict[str, Any] = {
    "seeds": [0, 1],
    "tolerance": 0.05,
    "training": {"steps": 9, "batch_size": 2, "learning_rate": 1e-3, "validate_every": 3},
}
BOUNDS = {  # a bound: how it is measured, and its verdict
    "accuracy": ("accuracy", "undecided"),
    "information": ("information", "holds"),
    HOSTILE: ("mse", "holds"),
    "idle": ("accuracy", "vacuous"),
}


def run(
    config: dict[str, Any],
    layers: int = 2,
    diverged: tuple[str, ...] = (),
    source: str = "digits",
    amortized: bool = False,
    beta: Sequence[float] = (0.1, 10),
    rates: Sequence[Sequence[float]] = (),
) -> Run:
    """A 2×…×2 grid, or one of other β, on pictures of two classes, or on a source that is known.

    amortized: of one model, evaluated at one β alone, beside independent models at all of them.
    rates: of models that are trained to them, and evaluated in place of the grid.
    """
    config["certification"] = CERTIFICATION
    config["training"]["strategy"] = "amortized" if amortized else "independent"
    config["evaluation"]["every"] = 2 if amortized else 1
    config["grid"]["rates"] = [list(one) for one in rates]
    config["model"]["latents"] = [4] * layers
    config["grid"]["beta"] = [list(beta)] * layers
    config["report"]["title"] = HOSTILE
    config["data"] = {"source": source, "split": config["data"]["split"]} | OPTIONS[source]
    params = parse(Params, config)
    known = exact(params.data, params.seed)
    test = _items(source, 12 if known is None else known.spectra.shape[1])
    points, anchors, rated, polished, part = (
        [point for row in rows.values() for point in row]
        for rows in (
            params.rows(),
            params.anchors(),
            params.rate_rows(),
            params.polished_rows(),
            params.evaluated_rows(),
        )
    )
    every = [p for p in [*points, *anchors, *rated, *polished] if p.name not in diverged]
    trained = [point for point in part if point.name not in diverged]
    suffixes = {p.name: [Rate(sum(_rates(p)[i:]), 0.1) for i in range(layers)] for p in every}
    histories = [p.name for p in ([*anchors, *polished] if amortized else points)]
    histories += ["amortized_s0"] if amortized else []
    histories += [p.name for p in rated]
    labelled = len(test.classes) > 1
    return Run(
        params,
        test,
        points=[_point(p, p in every, test.bounded) for p in points],
        anchors=[_point(p, p in every, test.bounded) for p in anchors],
        rated=[_point(p, p in every, test.bounded) for p in rated],
        polished=[_point(p, p in every, test.bounded) for p in polished],
        single=[
            _point(p, True, test.bounded) for row in baseline.rows(params).values() for p in row
        ],
        certificate=list(_certificate(params, every)),
        tasks=[
            task
            for p in trained
            if labelled
            for task in [*_tasks(p, layers, params), *_cuts(p, layers, test.bounded)]
        ],
        bounds=[check for p in trained for check in _checks(p, layers)],
        information=[row for p in trained for row in _information(p, layers, labelled)],
        gallery=[row for p in trained for row in _gallery(p, test, layers)],
        history=[
            {"point": name, "step": step, "objective": 9.0 / step}
            for name in histories
            for step in (1, 2)
        ],
        rates=suffixes,
        compared=suffixes,
        errors={p.name: Rate(0.5, 0.01) for p in every},
        codes={p.name: Rate(8.0, 0.2) for p in every},
        known=known,
        embeddings=_embeddings(trained, layers, test),
    )


def _items(source: str, dimensions: int) -> Items:
    if source == "digits":
        x, shape = RANDOM.random((20, dimensions)).astype(np.float32), (3, 4)
        return Items(x, np.arange(20) % 2, np.arange(20), shape, ("zero", HOSTILE))
    x = RANDOM.standard_normal((20, dimensions)).astype(np.float32)
    classes = UNLABELLED if source == "gaussian" else tuple("abcde")
    labels = np.arange(20) % len(classes)
    return Items(x, labels, np.arange(20), (dimensions,), classes, bounded=False)


def _point(point: Point, ok: bool, bounded: bool) -> Row:
    own = _rates(point)
    numbers = {f"rate_{i}": rate for i, rate in enumerate(own, 1)}
    numbers |= {f"rate_{i}_se": 0.1 for i in range(1, len(own) + 1)}
    numbers |= {"distortion": 5.0, "distortion_se": 0.2, "distortion_constant": -3.0}
    numbers |= {"rate_total": sum(own), "mse": 0.25, "objective": 60.0, "objective_se": 0.1}
    numbers |= {"psnr_db": 15.0 if bounded else math.nan, "bits_per_dim": math.nan}
    numbers = {name: value if ok else math.nan for name, value in numbers.items()}
    lacking = [math.nan] * len(own)
    prices = point.beta or [1.5] * len(own)
    for name, values in (("beta", point.beta), ("target", point.rates), ("price", prices)):
        numbers |= tables.by_layer(name, values or lacking)
    row = {"point": point.name, "seed": point.seed, "status": "ok" if ok else "diverged"}
    row |= {"parameters": 1234, "strategy": "rates" if point.rates else "independent"}
    return row | numbers


def _rates(point: Point) -> list[float]:
    return point.rates or [1 / beta for beta in point.beta]


def _tasks(point: Point, layers: int, params: Params) -> list[Row]:
    return [
        {"point": point.name, "task": "classification", "layers": s.name, "features": f,
         "method": m, "setting": "", "metric": "accuracy",
         "value": 0.6, "low": 0.55, "high": 0.65, "n": 20, "std_error": 0.025}
        for s in layer_sets(layers)
        for f in ("sample", "mean")
        for m in params.tasks.classification.probes
    ]  # fmt: skip


def _cuts(point: Point, layers: int, bounded: bool) -> list[Row]:
    """What cuts keep, the more the more layers there are."""
    values = {"accuracy": 0.1, "psnr_db" if bounded else "mse": 2.0}
    return [
        {"point": point.name, "task": "recognition", "layers": suffix_name(lowest, layers),
         "features": features, "method": "mlp", "setting": "", "metric": metric,
         "value": unit * kept, "low": unit * (kept - 0.1), "high": unit * (kept + 0.1), "n": 20,
         "std_error": 0.05 * unit}
        for lowest in range(1, layers + 1)
        for kept in [layers + 1 - lowest]
        for features in ("sample", "mean")
        for metric, unit in values.items()
    ]  # fmt: skip


def _checks(point: Point, layers: int) -> list[Row]:
    names = {"point": point.name, "layers": f"z{layers}", "features": "sample", "method": HOSTILE}
    numbers = {"measured": 0.4, "measured_se": 0.1, "limit": 0.5, "limit_se": 0.0, "slack": 0.1}
    return [
        names | numbers | {"bound": bound, "metric": metric, "verdict": verdict, "p_value": 0.5}
        for bound, (metric, verdict) in BOUNDS.items()
    ]


def _information(point: Point, layers: int, labelled: bool) -> list[Row]:
    kinds = [("x", "lower"), ("x", "upper"), *([("y", "lower")] if labelled else [])]
    return [
        {"point": point.name, "quantity": f"I({of};{','.join(names)})", "kind": kind}
        | {"value": 0.3, "std_error": 0.05, "saturated": of == "x" and _rates(point)[0] > 1}
        for lowest in range(1, layers + 1)
        for names in [[f"z{k}" for k in range(lowest, layers + 1)]]
        for of, kind in kinds
    ]


def _gallery(point: Point, test: Items, layers: int) -> list[Row]:
    cuts = [f"cut {suffix_name(lowest, layers)}" for lowest in range(2, layers + 1)]
    return [
        {"point": point.name, "kind": kind, "index": i, "image": test.x[i].tolist()}
        for kind in ("reconstruction", *cuts, "sample")
        for i in range(2)
    ]


def _embeddings(points: list[Point], layers: int, test: Items) -> pa.Table:
    rows = [
        {"point": point.name, "layers": f"z{layer}", "method": method, "index": int(index)}
        | {"label": int(label), "x": float(layer), "y": float(index)}
        for point in points
        for layer in range(1, layers + 1)
        for method in ("pca", "t-sne")
        for index, label in zip(test.ids, test.labels, strict=True)
    ]
    return tables.from_rows(rows, tables.embeddings())
