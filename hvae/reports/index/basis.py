"""In which units an experiment measures: metrics compare where their bases are the same."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from hvae.config.params import Params

# How items are divided, how many are kept and where files lie leave the units as they are.
BESIDE = {"split", "max_items", "raw_dir", "held_out", "outliers"}
FAMILIES = {
    "gaussian": "Gaussian likelihood with σ = {sigma:g}",
    "gaussian-learned": "Gaussian likelihood with a learned σ",
    "bernoulli": "Bernoulli likelihood",
    "mixture-of-logistics": "mixture of {components} discretised logistics",
}


class Basis(NamedTuple):
    """key: equal where units are; words: the same for people."""

    key: str
    words: str


def data(params: Params) -> Basis:
    """Whose items they are: a source and its options, but for size and division."""
    options = params.data.model_dump(mode="json", exclude=BESIDE)
    return Basis(_key(options), params.data.source)


def likelihood(params: Params) -> str:
    """The family of p(x | z) and its options, in words."""
    options = params.model.likelihood.model_dump(mode="json")
    return FAMILIES[options["family"]].format(**options)


def density(params: Params) -> Basis:
    """What D and J° are measured by: p(x | z) of these data."""
    options = params.model.likelihood.model_dump(mode="json")
    if options["family"] == "gaussian-learned":
        options.pop("sigma")  # where it starts
    of = data(params)
    return Basis(_key({"likelihood": options, "data": of.key}), f"{likelihood(params)}, {of.words}")


def _key(options: Mapping[str, Any]) -> str:
    return json.dumps(options, sort_keys=True)
