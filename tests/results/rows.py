"""Rows of the tables, from the numbers of items."""

from typing import Any

import numpy as np

from hvae.information.pairwise import information
from hvae.statistics.estimate import error_of_mean
from hvae.statistics.intervals import mean

Row = dict[str, Any]


def item_rows(point, rates, distortion, error):
    return [
        {"point": point, "index": i, "rate_1": r, "distortion": d, "squared_error": e}
        for i, (r, d, e) in enumerate(zip(rates, distortion, error, strict=True))
    ]


def estimate(point, quantity, kind, values):
    numbers = {"value": values.mean(), "std_error": error_of_mean(values)}
    return {"point": point, "quantity": quantity, "kind": kind, "saturated": False} | numbers


def compared(point, log_density):
    return [
        {"point": point, "quantity": "I(x;z1)"} | side._asdict()
        for side in information(log_density)
    ]


def named(point: str, task: str, **changes: Any) -> Row:
    row = {"point": point, "task": task, "layers": "z1", "features": "sample", "method": "best"}
    return row | {"setting": ""} | changes


def hits(point, task, right, **changes):
    numbers = {"value": right.mean(), "low": 0.0, "high": 1.0, "n": len(right), "std_error": 0.0}
    return named(point, task, metric="accuracy", **changes) | numbers


def squared(point, errors, **changes):
    return named(point, "regression", metric="mse", **changes) | mean(errors).row


def histogram(point, task, split, groups, outputs, **changes):
    pairs, counts = np.unique(np.array([groups, outputs]).astype(str), axis=1, return_counts=True)
    return [
        named(point, task, **changes)
        | {"split": split, "group": group, "output": output, "count": int(count)}
        for (group, output), count in zip(pairs.T, counts, strict=True)
    ]
