"""One model for the plane: the points that share it, its anchors, and what is refused."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hvae.config.base import parse
from hvae.config.grid import Lattice, thinned
from hvae.config.params import Params
from hvae.cost.disk import evaluated_part
from tests.changes import Config, assert_refused, put


def params(config: Config, beta: list[Any], **sections: dict[str, Any]) -> Params:
    config["grid"] |= {"beta": beta, "rates": []}
    for name, changes in sections.items():
        config[name] |= changes
    return parse(Params, config)


def test_points_of_a_seed_share_a_model_and_independent_ones_are_their_own(config: Config) -> None:
    config["grid"]["seeds"] = [0, 4]
    shared = params(config, [[0.5, 2], [1, 3]])
    assert {(p.seed, p.model) for row in shared.rows().values() for p in row} == {
        (0, "amortized_s0"),
        (4, "amortized_s4"),
    }
    alone = params(config, [[0.5, 2], [1, 3]], training={"strategy": "independent"})
    assert all(p.model == p.name for row in alone.rows().values() for p in row)
    assert list(shared.rows()) == ["s0", "s4"]
    assert list(alone.rows()) == ["1_s0", "3_s0", "1_s4", "3_s4"]
    assert alone.anchors() == {}


def test_every_second_value_of_every_axis_is_evaluated(config: Config) -> None:
    found = params(config, [[1, 2, 3, 4, 5], [5, 6, 7]], evaluation={"every": 2}).evaluated_rows()
    assert {row: [p.beta for p in points] for row, points in found.items()} == {
        "s0": [[a, b] for b in (5, 6, 7) for a in (1, 3, 5)]
    }


@pytest.mark.parametrize(
    ("axis", "every", "kept"),
    [
        ([1, 2, 3, 4, 5], 5, [1, 3, 5]),  # the overlay of the README, by the default's every
        ([0.3, 1, 3], 5, [0.3, 1, 3]),
        ([1, 2], 9, [1, 2]),
        ([7], 3, [7]),
        ([4, 1, 3, 2, 5], 4, [4, 1, 3, 5]),  # ends and middle by value, the rest by place
        (list(range(21)), 5, [0, 5, 10, 15, 20]),  # the default: nothing is added
        ([1, 2, 3, 4], 1, [1, 2, 3, 4]),
    ],
)
def test_ends_and_middle_of_an_axis_are_always_evaluated(
    axis: list[float], every: int, kept: list[float]
) -> None:
    assert thinned(axis, every) == kept


def test_a_plan_says_how_many_points_are_evaluated(config: Config) -> None:
    narrow = [{"from": 0.1, "to": 10, "points": 5}, [0.3, 1, 3]]
    (sentence,) = evaluated_part(params(config, narrow))
    assert "9 of the 15 points (evaluation.every: 5)" in sentence
    assert evaluated_part(params(config, narrow, evaluation={"every": 1})) == []


def test_the_box_is_between_the_least_and_the_greatest_value(config: Config) -> None:
    assert params(config, [[2, 0.5, 1], [3]]).grid.box() == [(0.5, 2), (3, 3)]


def test_anchors_are_the_first_middle_and_last_values_unless_told(config: Config) -> None:
    config["certification"]["seeds"] = [1]
    (points,) = params(config, [[1, 2, 3, 4, 5], [6, 7]]).anchors().values()
    assert [p.beta for p in points] == [[a, b] for a in (1, 3, 5) for b in (6, 7)]
    assert points[0] == (points[0].model_copy(update={"name": points[0].model}))
    told = params(config, [[1, 5], [6, 7]], certification={"beta": [[2, 3], [6.5]]}).anchors()
    assert [(p.name, p.beta, p.seed) for p in told["anchors_s1"]] == [
        ("b2_6.5_anchors_s1", [2, 6.5], 1),
        ("b3_6.5_anchors_s1", [3, 6.5], 1),
    ]


def test_models_at_given_rates_are_trained_once_a_seed_and_evaluated(config: Config) -> None:
    config["grid"] |= {"rates": [[10, 2.5]], "seeds": [0, 4]}
    found = parse(Params, config)
    for seed in (0, 4):
        (point,) = found.rate_rows()[f"rates_s{seed}"]
        assert point.name == point.model == f"r10_2.5_rates_s{seed}"
        assert (point.rates, point.beta, point.seed) == ([10, 2.5], [], seed)
    assert found.evaluated_rows() == found.rate_rows()


@pytest.mark.parametrize(
    ("layers", "shares", "splits"),
    [
        (1, [0, 0.5, 1], [[8]]),
        (2, [0, 0.25, 1, 0.75], [[8, 0], [6, 2], [2, 6], [0, 8]]),
        (3, [0.5, 0, 1], [[8, 0, 0], [4, 4, 0], [4, 0, 4], [0, 8, 0], [0, 4, 4], [0, 0, 8]]),
        (3, [0, 1 / 3], [[8 / 3] * 3]),
    ],
)
def test_a_lattice_splits_each_total_in_every_way(
    layers: int, shares: list[float], splits: list[list[float]]
) -> None:
    found = Lattice(totals=[8, 24], shares=shares).rates(layers)
    wanted = splits + [[3 * rate for rate in split] for split in splits]
    assert np.array(found) == pytest.approx(np.array(wanted), rel=1e-5)


def some(config: Config, rates: object, layers: int = 2) -> list[list[float]]:
    """The rates that are compared at, of those of the grid."""
    config["grid"] |= {"rates": rates, "beta": [[0.1, 10]] * layers}
    config["model"]["latents"] = [8] * layers
    return parse(Params, config).certification.targets(parse(Params, config).grid)


QUARTERS = [0, 0.25, 0.5, 0.75, 1]


@pytest.mark.parametrize(
    ("totals", "middle"), [([3, 6, 12, 20, 30], 12), ([3, 6, 12, 30], 12), ([3, 30], None)]
)
def test_nine_rates_of_a_lattice_are_compared_at_unless_told(
    config: Config, totals: list[float], middle: float | None
) -> None:
    chosen = [3.0, *([middle] if middle else []), 30.0]
    assert some(config, {"totals": totals, "shares": QUARTERS}) == [
        [total * share, total * (1 - share)] for total in chosen for share in (1, 0.5, 0)
    ]


def test_of_three_layers_the_middle_split_has_all_of_them_open(config: Config) -> None:
    found = some(config, {"totals": [4, 8], "shares": QUARTERS}, layers=3)
    assert found == [[4, 0, 0], [1, 2, 1], [0, 0, 4], [8, 0, 0], [2, 4, 2], [0, 0, 8]]
    assert some(config, {"totals": [4], "shares": [0, 1]}, layers=1) == [[4]]


def test_of_a_list_of_rates_nine_are_compared_at_evenly_in_its_order(config: Config) -> None:
    rates = [[float(rate), 1.0] for rate in range(17)]
    assert some(config, rates) == rates[::2]
    assert some(config, rates[:5]) == rates[:5]
    assert some(config, rates[:1]) == rates[:1]
    assert some(config, []) == []


def test_each_restart_from_scratch_is_a_job(config: Config) -> None:
    config["grid"]["rates"] = [[6, 2], [3, 3]]
    config["certification"] |= {"rates": [[3, 3.0]], "seeds": [0, 5]}
    found = parse(Params, config)
    assert list(found.scratch_rows()) == ["scratch_s0", "scratch_s5"]
    (point,) = found.scratch_rows()["scratch_s5"]
    assert (point.name, point.rates, point.seed) == ("r3_3_scratch_s5", [3, 3], 5)
    config["certification"]["rates"] = []
    assert parse(Params, config).scratch_rows() == {}
    config["certification"]["rates"] = None
    config["training"]["strategy"] = "independent"
    assert parse(Params, config).scratch_rows() == {}


def test_polished_models_are_at_ends_and_middle_unless_told(config: Config) -> None:
    config["grid"]["seeds"] = [0, 4]
    assert params(config, [[1, 2, 3, 4, 5], [6, 7]]).polished_rows() == {}
    found = params(config, [[1, 2, 3, 4, 5], [6, 7]], training={"polish": {}})
    assert list(found.polished_rows()) == ["polished_s0", "polished_s4"]
    points = found.polished_rows()["polished_s4"]
    assert [p.beta for p in points] == [[a, b] for a in (1, 3, 5) for b in (6, 7)]
    assert (points[0].name, points[0].model, points[0].seed) == (*["b1_6_polished_s4"] * 2, 4)
    told = params(config, [[1, 5], [6, 7]], training={"polish": {"beta": [[2, 3], [6.5]]}})
    assert [p.beta for p in told.polished_rows()["polished_s0"]] == [[2, 6.5], [3, 6.5]]
    assert told.training.polish is not None
    assert "beta" not in told.training.polish.at_beta()


def alone_but_polished(config: Config) -> None:
    config["training"] |= {"strategy": "independent", "polish": {}}


REFUSED = [
    (
        alone_but_polished,
        r"training\.polish trains on from an amortized model, so it needs training\.strategy: "
        r"amortized, got 'independent'$",
    ),
    (
        put("training", "polish", value={"beta": [[1], [0.05, 1]]}),
        r"training\.polish\.beta\[1\] must lie where .* from 0\.1 to 10, got \[0\.05, 1",
    ),
    (
        put("training", "polish", value={"beta": [[1]]}),
        r"model\.latents and training\.polish\.beta must name .* got 2 latents and 1 β axes",
    ),
    (
        put("training", "polish", value={"penalty": 10}),
        r"^training\.polish: has no key 'penalty'",
    ),
    (
        put("certification", "rates", value=[[1, 2]]),
        r"certification\.rates must be some of grid\.rates, got \[1",
    ),
    (
        put("certification", "training", "rates", "steps", value=0),
        r"^certification\.training\.rates\.steps: must be greater than 0, got 0$",
    ),
    (
        put("grid", "rates", value={"totals": [3], "shares": [0.3, 0.6]}),
        r"grid\.rates\.shares must hold 2 that add up to 1, got \[0\.3",
    ),
    (put("grid", "rates", value={"totals": [3, 3], "shares": [0, 1]}), r"totals must not repeat"),
    (put("grid", "rates", value=[[10, 5], [3]]), r"a rate for each of 2 layers, got \[3"),
    (put("grid", "rates", value=[[1, 2], [1, 2.0]]), r"rates must not repeat a value, got \[\(1"),
    (put("grid", "rates", value=[[-1, 2]]), r"grid\.rates\[0\]\[0\]: must be .* got -1"),
    (
        put("certification", "beta", value=[[1]]),
        r"model\.latents and certification\.beta must name .* got 2 latents and 1 β axes",
    ),
    (
        put("certification", "beta", value=[[1, 2], [0.05, 1]]),
        r"certification\.beta\[1\] must lie where .* from 0\.1 to 10, got \[0\.05, 1",
    ),
    (put("certification", "tolerance", value=0), r"certification\.tolerance: must be .* got 0"),
    (put("certification", "seeds", value=[]), r"certification\.seeds: must not be empty"),
    (
        put("certification", "training", "strategy", value="amortized"),
        r"^certification\.training: has no key 'strategy'",
    ),
    (
        put("training", "strategy", value="amortised"),
        r"^training\.strategy: must be 'independent' or 'amortized', got 'amortised'$",
    ),
    (put("evaluation", "every", value=0), r"^evaluation\.every: must be greater than 0, got 0$"),
]


@pytest.mark.parametrize(("change", "sentence"), REFUSED)
def test_refused_in_one_sentence(
    config: Config, change: Callable[[Config], None], sentence: str
) -> None:
    change(config)
    assert_refused(config, sentence)


def test_anchors_of_independent_models_are_not_looked_at(config: Config) -> None:
    config["training"]["strategy"] = "independent"
    config["certification"]["beta"] = [[100], [100]]
    assert parse(Params, config).anchors() == {}
