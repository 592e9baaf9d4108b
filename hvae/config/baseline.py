"""The single-layer baselines of an experiment, with its backbone, hidden width and likelihood.

Of a plane of β: a β-VAE that is as wide as all layers together, trained as the plane is, at the
values of β_1. Of models at given rates: models of one layer that are trained to the same total
rates, each total once, and as those are: from an amortized model of their own, where they start
from one. They have two widths, of all layers together and of z_L alone, since a wide layer leaves
most of its dimensions closed, and what reads them all reads much noise.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from hvae.config.grid import Point, thinned
from hvae.config.model import Model
from hvae.config.params import Params
from hvae.config.sizes import flat_latents
from hvae.config.training import Baseline

Rows = dict[str, list[Point]]


def wanted(params: Params) -> Baseline | None:
    """The options of the baseline; None where there is none, as for models of a single layer."""
    return params.baseline if len(params.model.latents) > 1 else None


def widths(params: Params) -> list[int]:
    """Of the one layer, the widest first, each once: Σ_l d_l, and at given rates d_L too."""
    if wanted(params) is None:
        return []
    of, shape = params.model, params.data.extent.shape
    narrow = [width(of, shape, lowest=len(of.latents))] if params.grid.totals() else []
    return list(dict.fromkeys([width(of, shape), *narrow]))


def rows(params: Params, every: int = 1) -> Rows:
    """The points of each seed, all widths together, by a name that ends the names of its points.

    every: values of β_1 are reduced to those that `thinned` keeps; of totals all are kept.
    """
    return {
        row: [point for one in widths(params) for point in _points(params, one, seed, row, every)]
        for seed in (params.grid.seeds if wanted(params) else [])
        for row in [f"single_s{seed}"]
    }


def evaluated_rows(params: Params) -> Rows:
    """The part of `rows` that has latents and tasks: at all totals, or at the evaluated β_1."""
    return rows(params, params.evaluation.every)


class ToTotals(NamedTuple):
    """Models of one architecture and seed that are trained together, each to a total rate.

    start: the name of the amortized model that they go on from; None from scratch.
    """

    model: Model
    points: list[Point]
    start: str | None


def rate_rows(params: Params) -> dict[str, ToTotals]:
    """What is trained to totals, a width and seed in each job; nothing without target rates."""
    return {
        name: ToTotals(
            model(params, one),
            _points(params, one, seed, row),
            f"amortized_{name}" if params.amortized else None,
        )
        for seed in (params.grid.seeds if params.grid.totals() else [])
        for row in [f"single_s{seed}"]
        for one in widths(params)
        for name in [f"w{one}_{row}"]
    }


def names(params: Params) -> dict[int, list[str]]:
    """The names of all points by the width of their layer, the widest first."""
    return {
        one: [
            point.name
            for seed in params.grid.seeds
            for point in _points(params, one, seed, f"single_s{seed}")
        ]
        for one in widths(params)
    }


def _points(params: Params, one: int, seed: int, row: str, every: int = 1) -> list[Point]:
    """Those of one width and seed."""
    if totals := params.grid.totals():
        return [
            Point(name=name, rates=[total], seed=seed, model=name)
            for total in totals
            for name in [f"r{total:g}_w{one}_{row}"]
        ]
    shared = params.grid.shared()[seed]
    return [
        Point(name=name, beta=[b], seed=seed, model=shared if params.amortized else name)
        for b in thinned(params.grid.axes()[0], every)
        for name in [f"b{b:g}_{row}"]
    ]


def schedule(params: Params) -> dict[str, Any]:
    """The options of its training at β; empty where there is no baseline."""
    found = wanted(params)
    return found.schedule(params.training) if found else {}


def rate_schedule(params: Params) -> dict[str, Any]:
    """The options of its training to totals."""
    found = wanted(params)
    return found.rate_schedule(params.training) if found else {}


def model(params: Params, one: int | None = None) -> Model:
    """One Gaussian layer in place of z_1, …, z_L, of width `one`, or as wide as they are together.

    Also where z_L is categorical. A single layer has no use for a ladder or a skip.
    """
    layer = {"latents": [one or width(params.model, params.data.extent.shape)], "top": "gaussian"}
    plain = {"inference": "top-down", "skip": False}
    return Model.model_validate(params.model.model_dump() | layer | plain)


def width(of: Model, shape: Sequence[int] | None, lowest: int = 1) -> int:
    """Σ d_l from z_`lowest` on; for maps, the least number of them with as many values.

    Where the shape of an item is unknown before the data are read, it is Σ d_l maps, which hold at
    least as many values.
    """
    if shape is None:
        return sum(of.latents[lowest - 1 :])
    (each,) = flat_latents(of.backbone, shape, [1])
    return -(-sum(flat_latents(of.backbone, shape, of.latents)[lowest - 1 :]) // each)
