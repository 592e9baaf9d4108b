"""The room that a run will take, against a run that was made and against a count by hand."""

import math
from typing import Any

import pytest
import yaml

from hvae.config.base import parse
from hvae.config.params import Params
from hvae.cost.disk import baseline_counts, counts, disk, evaluated, scored, sentence
from hvae.errors import InputError
from hvae.models.build import size
from tests.conftest import ROOT
from tests.workflow.conftest import merged

Config = dict[str, Any]
OWN = {"source": "npz", "raw_dir": "mine", "split": {"train": 0.6, "validation": 0.2, "test": 0.2}}


def overlaid(config: Config, name: str) -> Params:
    overlay = yaml.safe_load((ROOT / f"experiments/{name}.yaml").read_text())
    return parse(Params, merged(config, overlay))


def test_latents_are_counted_by_hand(config: Config) -> None:
    found = disk(parse(Params, config))
    assert found is not None
    items = 1078 + 359 + 359  # 0.6, 0.2 and 0.2 of the 1,797 digits, all fewer than 2,000
    assert counts(parse(Params, config)) == (1, 441, 9, 0, 25, 0, 0)
    assert baseline_counts(parse(Params, config)) == {40: (1, 21, 0, 0, 5, 0, 0)}
    assert found.latents == (25 + 5) * items * (16 + 3 * 4 * (32 + 8))
    assert not found.bound
    config["data"]["held_out"] = "9"
    assert sentence(parse(Params, config)).startswith("1 model for 441 points, 9 independent")
    assert "at most about" in sentence(parse(Params, config))


def test_one_model_serves_all_points_but_those_at_given_rates(config: Config) -> None:
    config["grid"] |= {"rates": [[5, 2], [9, 1]], "seeds": [0, 3]}
    config["training"]["polish"] = {}
    config["baseline"] = None
    params = parse(Params, config)
    assert counts(params) == (2, 882, 4, 4, 4, 2, 18)
    assert baseline_counts(params) == {}
    assert sentence(params).startswith(
        "2 models for 882 points, 4 independent anchors, 18 models polished at their β, 4 models "
        "trained to given rates and 2 "
        "models from scratch to compare them with, about"
    )
    plain, conditioned = (size(params.model, (8, 8), shared).weights for shared in (False, True))
    found = disk(params)
    assert found is not None
    assert found.weights == 4 * (2 * conditioned + (4 + 4 + 2 + 18) * plain)
    rows = (882 + 4 + 4 + 18) * 359 * 8 * (2 + 3)  # rates, distortion, squared error, index
    pictures = 10 * 4 * 4 * 64  # reconstructions, one cut, draws and files of 8×8 pixels
    embedded = 300 * 2 * 2 * 2 * 8  # items in two coordinates, for two layers and two methods
    # of each held-out item: decoded, probes, regression, clusters, draws, cuts, recognition
    scored = (6 + 6 + 4 + 2 + 4 + 6) + 6 * 4 + 6 * 2 * 2 * 3 + 6 * 3 * 2 + (3 * 2 + 3) + (4 + 16)
    scores = 3 * 2 * 359 * scored
    assert found.tables == 2 * (rows + 4 * (pictures + scores) + 2 * embedded)


def test_a_single_layer_baseline_is_counted_beside_the_rest(config: Config) -> None:
    config["grid"]["seeds"] = [0, 3]
    single = parse(Params, config)
    assert baseline_counts(single) == {40: (2, 42, 0, 0, 10, 0, 0)}
    assert sentence(single).startswith(
        "2 models for 882 points, 9 independent anchors and 2 single-layer models, about"
    )
    found, without = disk(single), disk(parse(Params, config | {"baseline": None}))
    assert found is not None
    assert without is not None
    one = single.model.model_copy(update={"latents": [40]})
    assert found.weights - without.weights == 4 * 2 * size(one, (8, 8), conditioned=True).weights
    rows = 42 * 359 * 8 * (1 + 3)
    scored = (6 + 6 + 4 + 2 + 3 + 5) + 2 * 4 + 2 * 2 * 2 * 3 + 2 * 3 * 2 + (3 + 3) + (2 + 8)
    scores = 3 * 2 * 359 * scored
    assert found.tables - without.tables == 2 * (rows + 10 * (30 * 4 * 64 + scores))
    config["training"]["strategy"] = "independent"
    alone = parse(Params, config)
    assert baseline_counts(alone) == {40: (42, 42, 0, 0, 10, 0, 0)}
    assert sentence(alone).startswith("882 models and 42 single-layer models, about")


def test_scores_of_files_without_loss_are_those_of_discrete_likelihoods(config: Config) -> None:
    density = parse(Params, config)
    config["model"]["likelihood"] = {"family": "bernoulli", "sigma": None}
    assert scored(parse(Params, config), 2) == scored(density, 2) + 3
    config["tasks"]["compression"]["items"] = None
    assert scored(parse(Params, config), 2) == scored(density, 2) - (2 + 4)


def test_single_layers_at_given_rates_are_counted_by_width(config: Config) -> None:
    config["grid"] |= {"rates": {"totals": [3, 6], "shares": [0, 0.5, 1]}, "seeds": [0, 3]}
    params = parse(Params, config)
    assert baseline_counts(params) == {40: (2, 0, 0, 4, 4, 0, 0), 8: (2, 0, 0, 4, 4, 0, 0)}
    found = sentence(params)
    assert "12 models trained to given rates, 6 models from scratch to compare them with" in found
    assert "and 12 single-layer models, about" in found
    found, without = disk(params), disk(parse(Params, config | {"baseline": None}))
    assert found is not None
    assert without is not None
    models = [params.model.model_copy(update={"latents": [width]}) for width in (40, 8)]
    weights = sum(size(one, (8, 8)).weights for one in models)
    shared = sum(size(one, (8, 8), conditioned=True).weights for one in models)
    assert found.weights - without.weights == 4 * (4 * weights + 2 * shared)
    items = 1078 + 359 + 359
    assert found.latents - without.latents == 4 * items * (2 * 16 + 3 * 4 * (40 + 8))


PAPER = ["mnist-paper", "svhn-paper", "svhn-ladder-paper", "cifar10-paper", "fashion-mnist-paper"]


@pytest.mark.parametrize("name", PAPER)
def test_the_grids_of_the_paper_fit_on_a_disk(config: Config, name: str) -> None:
    params = overlaid(config, name)
    found = disk(params)
    assert found is not None
    assert counts(params) == (441, 441, 0, 0, 441, 0, 0)
    assert list(baseline_counts(params).values()) == [(21, 21, 0, 0, 21, 0, 0)]
    assert sentence(params).startswith("441 models and 21 single-layer models, about ")
    assert 1e9 < found.total < 25e9


def test_the_published_runs_train_on_all_training_items_for_500_epochs(config: Config) -> None:
    for name in PAPER:
        params = overlaid(config, name)
        items, training = params.data.extent.items, params.training
        assert items is not None
        assert training.steps == 500 * math.ceil(items / training.batch_size)
        assert evaluated(params.data, 10**9)["train"] == items


def test_a_published_test_set_is_not_divided_unless_validation_is_taken_from_it(
    config: Config,
) -> None:
    data = overlaid(config, "cifar10").data
    assert evaluated(data, 10**9) == {"train": 47_500, "validation": 2_500, "test": 10_000}
    assert evaluated(data, 3_000) == {"train": 3_000, "validation": 2_500, "test": 3_000}
    fewer = data.model_copy(update={"max_items": 6_000})
    assert evaluated(fewer, 10**9) == {"train": 4_750, "validation": 250, "test": 1_000}
    all_train = overlaid(config, "cifar10-paper").data
    assert evaluated(all_train, 10**9) == {"train": 50_000, "validation": 2_000, "test": 8_000}


def test_of_own_files_the_least_that_is_known_is_a_bound(config: Config) -> None:
    config["data"] = OWN | {"shape": [4, 4]}
    found = disk(parse(Params, config))
    assert found is not None
    assert found.bound
    assert evaluated(parse(Params, config).data, 50) == dict.fromkeys(
        ("train", "validation", "test"), 50
    )
    assert "at most about" in sentence(parse(Params, config))
    config["data"] |= {"max_items": 100}
    assert evaluated(parse(Params, config).data, 50) == {"train": 50, "validation": 20, "test": 20}


def test_without_an_item_s_shape_there_is_no_estimate(config: Config) -> None:
    config["data"] = OWN
    assert disk(parse(Params, config)) is None
    assert sentence(parse(Params, config)).startswith(
        "1 model for 441 points, 9 independent anchors and 1 single-layer model in results/digits; "
        "how much room"
    )


def test_items_that_a_backbone_cannot_take_are_refused_before_any_job(config: Config) -> None:
    config["data"] = OWN | {"shape": [16]}
    config["model"]["backbone"] = "conv"
    with pytest.raises(InputError, match=r"model\.backbone: .* got items of shape \(16,\)"):
        sentence(parse(Params, config))
