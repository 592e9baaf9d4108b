"""The single-layer baseline of an experiment: a β-VAE that is as wide as all its layers together.

It has the backbone, the hidden width, the likelihood and the training strategy of the experiment.
Its β takes the values of β_1.
"""

from collections.abc import Sequence
from typing import Any

from hvae.config.grid import Point, thinned
from hvae.config.model import Model
from hvae.config.params import Params
from hvae.config.sizes import flat_latents
from hvae.config.training import Baseline


def wanted(params: Params) -> Baseline | None:
    """The options of the baseline; None where there is none, as for models of a single layer."""
    return params.baseline if len(params.model.latents) > 1 else None


def rows(params: Params, every: int = 1) -> dict[str, list[Point]]:
    """Its job units by name, one for each seed: the values of β_1 that `thinned` keeps."""
    if wanted(params) is None:
        return {}
    return {
        row: [
            Point(name=name, beta=[b], seed=seed, model=shared if params.amortized else name)
            for b in thinned(params.grid.axes()[0], every)
            for name in [f"b{b:g}_{row}"]
        ]
        for seed, shared in params.grid.shared().items()
        for row in [f"single_s{seed}"]
    }


def evaluated_rows(params: Params) -> dict[str, list[Point]]:
    """The part of `rows` that has latents and tasks: at the β_1 of the evaluated points."""
    return rows(params, params.evaluation.every)


def schedule(params: Params) -> dict[str, Any]:
    """The options of its training; empty where there is no baseline."""
    found = wanted(params)
    return found.schedule(params.training) if found else {}


def model(params: Params) -> Model:
    """One Gaussian layer in place of z_1, …, z_L, also where z_L is categorical.

    A single layer has no use for a ladder or a skip.
    """
    layer = {"latents": [width(params.model, params.data.extent.shape)], "top": "gaussian"}
    plain = {"inference": "top-down", "skip": False}
    return Model.model_validate(params.model.model_dump() | layer | plain)


def width(of: Model, shape: Sequence[int] | None) -> int:
    """Σ_l d_l; for maps, the least number of maps with as many values as all z_l together.

    Where the shape of an item is unknown before the data are read, it is Σ_l d_l maps, which hold
    at least as many values.
    """
    if shape is None:
        return sum(of.latents)
    (one,) = flat_latents(of.backbone, shape, [1])
    return -(-sum(flat_latents(of.backbone, shape, of.latents)) // one)
