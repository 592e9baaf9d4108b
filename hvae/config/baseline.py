"""The single-layer baseline of an experiment: a β-VAE that is as wide as all its layers together.

It has the backbone, the hidden width, the likelihood and the training strategy of the experiment,
and the values of β_1 for its β.
"""

from collections.abc import Sequence
from typing import Any

from hvae.config.grid import Point, thinned
from hvae.config.model import Model
from hvae.config.params import Params
from hvae.config.sizes import flat_latents
from hvae.config.training import Baseline


def wanted(params: Params) -> Baseline | None:
    """Its options; None where there is none, as beside models that have one layer anyway."""
    return params.baseline if len(params.model.latents) > 1 else None


def rows(params: Params, every: int = 1) -> dict[str, list[Point]]:
    """Its job units by name, one a seed: the values of β_1 that `thinned` keeps."""
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
    """The part of `rows` that has latents and tasks: at the β_1 of the experiment's own."""
    return rows(params, params.evaluation.every)


def schedule(params: Params) -> dict[str, Any]:
    """What training it depends on, beside model and data; nothing where there is none."""
    found = wanted(params)
    return found.schedule(params.training) if found else {}


def model(params: Params) -> Model:
    """One Gaussian layer in place of z_1, …, z_L, also where z_L is categorical.

    With no layer above, the ladder has nothing to combine and a skip nothing to skip.
    """
    layer = {"latents": [width(params.model, params.data.extent.shape)], "top": "gaussian"}
    plain = {"inference": "top-down", "skip": False}
    return Model.model_validate(params.model.model_dump() | layer | plain)


def width(of: Model, shape: Sequence[int] | None) -> int:
    """Σ_l d_l; of maps, the least number that holds as many values as all z_l of an item do.

    Where the shape of an item is not known before the data are read, Σ_l d_l maps hold no fewer.
    """
    if shape is None:
        return sum(of.latents)
    (one,) = flat_latents(of.backbone, shape, [1])
    return -(-sum(flat_latents(of.backbone, shape, of.latents)) // one)
