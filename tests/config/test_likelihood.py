"""Allowed values of `model.likelihood`, merged over the default experiment like an overlay."""

import json
from typing import Any, get_args

import pytest

from hvae.config.base import parse
from hvae.config.model import ListedLikelihood, Model
from hvae.config.params import Params
from hvae.errors import InputError
from hvae.models.build import LIKELIHOODS, likelihood

Config = dict[str, Any]
OVERLAYS: dict[str, Config] = {
    "gaussian": {"family": "gaussian"},
    "gaussian-learned": {"family": "gaussian-learned"},
    "bernoulli": {"family": "bernoulli", "sigma": None},
    "mixture-of-logistics": {"family": "mixture-of-logistics", "sigma": None},
}


def merged(config: Config, overlay: Config) -> Params:
    config["model"]["likelihood"] |= overlay
    return parse(Params, config)


def test_every_named_family_exists() -> None:
    options = get_args(get_args(ListedLikelihood)[0])
    names = {get_args(family.model_fields["family"].annotation)[0] for family in options}
    assert names == set(LIKELIHOODS) == set(OVERLAYS)


@pytest.mark.parametrize("family", OVERLAYS)
def test_an_overlay_names_a_family_and_is_read_back_from_a_job(config: Config, family: str) -> None:
    params = merged(config, OVERLAYS[family])
    assert params.model.likelihood.family == family
    again = json.loads(params.job("model"))
    assert parse(Params, config | again) == params
    assert parse(Model, again["model"]) == params.model


@pytest.mark.parametrize(
    ("overlay", "sentence"),
    [
        (
            {"family": "bernoulli"},
            r"^model\.likelihood\.sigma: must be null, since family 'bernoulli' has no σ: "
            r"write `sigma: null` beside it, got 0\.2$",
        ),
        (
            {"family": "mixture-of-logistics", "sigma": 0},
            r"^model\.likelihood\.sigma: must be null, .* got 0$",
        ),
        ({"sigma": None}, r"^model\.likelihood\.sigma: must be a valid number, got None$"),
        ({"sigma": 0}, r"^model\.likelihood\.sigma: must be greater than 0, got 0$"),
        (
            {"family": "gaussian-learned", "sigma": 0.001},
            r"^model\.likelihood\.sigma: must be greater than or equal to 0\.01, got 0\.001$",
        ),
        (
            {"components": 5},
            r"^model\.likelihood: family 'gaussian' has no key 'components' .* got 5$",
        ),
        (
            {"family": "mixture-of-logistics", "sigma": None, "components": 0},
            r"^model\.likelihood\.components: must be greater than or equal to 1, got 0$",
        ),
        (
            {"family": "laplace"},
            r"^model\.likelihood\.family: must be one of 'gaussian', .* got 'laplace'$",
        ),
    ],
)
def test_refused_in_one_sentence(config: Config, overlay: Config, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        merged(config, overlay)


def test_options_become_a_likelihood(config: Config) -> None:
    overlay = {"family": "mixture-of-logistics", "sigma": None, "components": 7}
    options = merged(config, overlay).model.likelihood
    assert likelihood(options, (8, 8)).outputs(1) == 3 * 7
    assert likelihood(options, (8, 8, 3)).channels == 3
    assert [likelihood(options, (8, 8), known).levels for known in (None, 17)] == [256, 17]
