"""The time that a run will take, against a count by hand and against runs that were timed."""

import re
from typing import Any

import pytest

from hvae.config import baseline
from hvae.config.base import parse
from hvae.config.params import Params
from hvae.cost import time as cost
from hvae.cost.time import Time, evaluation, files, sentence, spoken, training
from hvae.models.build import size
from tests.cost.test_disk import overlaid

Config = dict[str, Any]
SHAPE = (8, 8)


def test_training_is_counted_by_hand(config: Config) -> None:
    params = parse(Params, config)
    plane, plain = (size(params.model, SHAPE, shared).multiplications for shared in (True, False))
    single = size(baseline.model(params), SHAPE, True).multiplications
    expected = [
        6_000 * (cost.STEP + 3 * 256 * plane / cost.SPEED["mlp"]),
        6_000 * (cost.STEP + 3 * 128 * 9 * plain / cost.SPEED["mlp"]),
        6_000 * (cost.STEP + 3 * 256 * single / cost.SPEED["mlp"]),
    ]
    assert training(params, SHAPE) == pytest.approx(expected)


def test_models_at_given_rates_train_together(config: Config) -> None:
    config["grid"]["rates"] = {"totals": [3, 6], "shares": [0, 0.5, 1]}
    params = parse(Params, config)
    plain = size(params.model, SHAPE).multiplications
    own, rated, _, scratch, *single = training(params, SHAPE)
    assert rated == pytest.approx(1_500 * (cost.STEP + 3 * 128 * 6 * plain / cost.SPEED["mlp"]))
    assert own > rated
    assert scratch == pytest.approx(8_000 / 1_500 * rated)  # from scratch, at all six
    models = [baseline.model(params, width) for width in (40, 8)]
    planes, alone = (
        [size(one, SHAPE, shared).multiplications for one in models] for shared in (True, False)
    )
    assert single == pytest.approx(
        [6_000 * (cost.STEP + 3 * 256 * one / cost.SPEED["mlp"]) for one in planes]
        + [1_500 * (cost.STEP + 3 * 128 * 2 * one / cost.SPEED["mlp"]) for one in alone]
    )


def test_polished_models_of_a_seed_train_together(config: Config) -> None:
    before = training(parse(Params, config), SHAPE)
    config["training"]["polish"] = {"beta": [[0.1, 10], [1]]}
    params = parse(Params, config)
    plain = size(params.model, SHAPE).multiplications
    added = set(training(params, SHAPE)) - set(before)
    assert added == {1_500 * (cost.STEP + 3 * 128 * 2 * plain / cost.SPEED["mlp"])}


def test_independent_models_are_a_job_a_row(config: Config) -> None:
    found = training(overlaid(config, "cifar10-paper"), (32, 32, 3))
    assert len(found) == 21 + 1
    assert found[0] == pytest.approx(found[20])


@pytest.mark.parametrize(
    ("name", "seconds"),  # of all jobs one after the other, on the machine of benchmarks/scaling.md
    [("fashion-mnist-small", 3023), ("fashion-mnist", 8300), (None, 948)],
)
def test_runs_that_were_timed_are_within_a_factor_of_two(
    config: Config, name: str | None, seconds: float
) -> None:
    found = cost.time(overlaid(config, name) if name else parse(Params, config))
    assert found is not None
    assert found.longest < found.total
    assert seconds / 2 < found.total < 2 * seconds


def test_more_cores_take_less_until_one_job_is_all_that_is_left() -> None:
    found = Time(total=100.0, longest=20.0)
    assert [found.on(cores) for cores in (1, 2, 5, 50)] == [100, 50, 20, 20]


def test_a_source_without_pictures_and_classes_has_fewer_tasks(config: Config) -> None:
    known = overlaid(config, "gaussian")
    assert evaluation(known, SHAPE, 80) < evaluation(parse(Params, config), SHAPE, 80)


def test_files_are_counted_by_hand(config: Config) -> None:
    params = parse(Params, config)
    passed = size(params.model, SHAPE).multiplications / cost.SPEED["mlp"]
    found = files(params, SHAPE)
    assert found == pytest.approx((359 + 359 + 5 * 120) * (32 * 3 * passed + cost.LOOKED))
    config["model"]["likelihood"] = {"family": "bernoulli", "sigma": None}
    without_loss = (359 + 359) * 64 * cost.DECISION
    assert files(parse(Params, config), SHAPE) == pytest.approx(found + without_loss)
    config["tasks"]["compression"]["items"] = None
    assert files(parse(Params, config), SHAPE) == 0


def test_files_of_colour_have_means_that_take_long(config: Config) -> None:
    params = overlaid(config, "photo-patches-conv")  # z of 32 maps of 4×4, and of 32 numbers
    decisions, means = 60 * 2 * 3072 * 8, (cost.DRAWN + 3 * 60 * 2) * 3072 * 3
    passed = size(params.model, (32, 32, 3)).multiplications / cost.SPEED["conv"]
    searched = (60 * 2 + 5 * 120) * (32 * 3 * passed + cost.LOOKED)
    expected = searched + cost.DECISION * decisions + cost.MEAN * means
    assert files(params, (32, 32, 3)) == pytest.approx(expected)


def test_points_with_files_take_longer(config: Config) -> None:
    with_files, shape = parse(Params, config), SHAPE
    config["tasks"]["compression"] = None
    without = parse(Params, config)
    assert files(without, shape) == 0
    difference = evaluation(with_files, shape, 359) - evaluation(without, shape, 359)
    assert difference == pytest.approx(files(with_files, shape))


def test_it_is_said_in_the_unit_that_suits(config: Config) -> None:
    assert [spoken(s) for s in (3, 61, 7300, 200_000)] == [
        "1 minute", "2 minutes", "3 hours", "3 days"
    ]  # fmt: skip
    assert "on 2 cores" in sentence(parse(Params, config), 2)
    anywhere = sentence(parse(Params, config), None)
    assert re.search("one core's time, .* in the longest job", anywhere)
    own = {"source": "npz", "raw_dir": "mine"} | {"split": config["data"]["split"]}
    assert "not known" in sentence(parse(Params, config | {"data": own}), 2)
