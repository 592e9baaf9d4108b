"""Allowed values of `model.top`, merged over the default experiment like an overlay."""

import json
import re
from typing import Any

import pytest

from hvae.config.base import parse
from hvae.config.model import Model
from hvae.config.params import Params
from hvae.errors import InputError
from tests.workflow.conftest import merged

Config = dict[str, Any]
ONE_OF_TEN = {"family": "categorical", "variables": 1, "categories": 10}


def with_top(config: Config, top: Any, **model: Any) -> Config:
    return merged(config, {"model": {"latents": [8, 10], "top": top} | model})


def test_the_top_layer_is_gaussian_unless_it_is_named(config: Config) -> None:
    assert parse(Params, config).model.top == "gaussian"
    spelled_out = parse(Params, config)
    del config["model"]["top"]
    assert parse(Params, config) == spelled_out


def test_an_overlay_makes_it_categorical_and_is_read_back_from_a_job(config: Config) -> None:
    params = parse(Params, with_top(config, ONE_OF_TEN))
    assert params.model.top.temperature == 1
    again = json.loads(params.job("model"))
    assert parse(Params, config | again) == params
    assert parse(Model, again["model"]) == params.model


@pytest.mark.parametrize(
    "model",
    [
        {"backbone": "conv"},
        {"latents": [8, 6, 12], "top": ONE_OF_TEN | {"variables": 4, "categories": 3}},
        {"latents": [10]},
    ],
)
def test_a_vector_on_top_may_be_categorical(config: Config, model: Config) -> None:
    config = with_top(config, **({"top": ONE_OF_TEN} | model))
    config["grid"]["beta"] = [[1.0]] * len(config["model"]["latents"])
    assert parse(Params, config).model.top.family == "categorical"


REFUSED = [
    (ONE_OF_TEN | {"categories": 9}, {}, r"^model: latents must end in .*, 1 · 9 = 9, got 10$"),
    (ONE_OF_TEN | {"variables": 2}, {}, r"^model: latents must end in .*, 2 · 10 = 20, got 10$"),
    (ONE_OF_TEN, {"latents": [10, 8]}, r"^model: latents must end in .*, 1 · 10 = 10, got 8$"),
    (ONE_OF_TEN, {"backbone": "conv-spatial"}, r"^model: top must be gaussian .*'conv-spatial' of"),
    (ONE_OF_TEN | {"categories": 1}, {}, r"^model\.top\.categories: must be .* to 2, got 1$"),
    (ONE_OF_TEN | {"variables": 0}, {}, r"^model\.top\.variables: must be greater than 0, got 0$"),
    (ONE_OF_TEN | {"temperature": 0}, {}, r"^model\.top\.temperature: must be .* than 0, got 0$"),
    (ONE_OF_TEN | {"tau": 1.0}, {}, r"^model\.top: .*has no key 'tau' .* got 1\.0$"),
    ({"family": "categorical"}, {}, r"^model\.top\.variables: is missing$"),
    ("bernoulli", {}, r"^model\.top: must be 'gaussian', got 'bernoulli'$"),
]


@pytest.mark.parametrize(("top", "model", "sentence"), REFUSED)
def test_what_does_not_fit_is_refused_by_name(
    config: Config, top: Any, model: Config, sentence: str
) -> None:
    with pytest.raises(InputError) as refused:
        parse(Params, with_top(config, top, **model))
    lines = str(refused.value).splitlines()
    assert any(re.search(sentence, line) for line in lines), lines


def test_one_convolutional_layer_is_spatial_and_so_gaussian(config: Config) -> None:
    config = with_top(config, ONE_OF_TEN, latents=[10], backbone="conv")
    config["grid"]["beta"] = [[1.0]]
    with pytest.raises(InputError, match=r"^model: top must be gaussian .*'conv' of 1 layers$"):
        parse(Params, config)
