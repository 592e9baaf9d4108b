"""The single-layer baseline: its model, its β, its training, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from hvae.config import baseline
from hvae.config.base import parse
from hvae.config.params import Params
from hvae.config.sizes import flat_latents
from tests.changes import Config, assert_refused, data, put

TOP = {"family": "categorical", "variables": 2, "categories": 4}


def params(config: Config, **sections: Any) -> Params:
    for name, changes in sections.items():
        config[name] = config[name] | changes if isinstance(changes, dict) else changes
    return parse(Params, config)


def test_it_is_as_wide_as_all_layers_together_and_else_the_same(config: Config) -> None:
    found = params(config, model={"latents": [32, 8, 3]}, grid={"beta": [[1], [1], [1]]})
    single = baseline.model(found)
    assert single.latents == [43]
    assert single == found.model.model_copy(update={"latents": [43]})


def test_a_categorical_top_and_ladder_and_skip_become_one_plain_layer(config: Config) -> None:
    found = params(config, model={"inference": "ladder", "skip": True, "top": TOP})
    single = baseline.model(found)
    assert (single.top, single.inference, single.skip) == ("gaussian", "top-down", False)
    assert single.latents == [32 + 2 * 4]


@pytest.mark.parametrize(
    ("backbone", "latents", "maps"),
    [
        ("conv", [16, 10], 17),  # 16 maps of 4×4 and 10 numbers: 266 = 16.6 · 16
        ("conv-spatial", [16, 10], 20),  # 16 maps of 7×7 and 10 of 4×4: 944 = 19.3 · 49
        ("mlp", [16, 10], 26),
    ],
)
def test_maps_hold_as_many_numbers_as_all_layers(
    config: Config, backbone: str, latents: list[int], maps: int
) -> None:
    data("fashion-mnist")(config)
    found = params(config, model={"backbone": backbone, "latents": latents})
    assert baseline.model(found).latents == [maps]
    (flat,) = flat_latents(backbone, (28, 28), [maps])
    (less,) = flat_latents(backbone, (28, 28), [maps - 1])
    assert less < sum(flat_latents(backbone, (28, 28), latents)) <= flat


def test_of_items_whose_shape_is_not_known_it_has_at_least_as_many(config: Config) -> None:
    found = params(config, model={"backbone": "conv", "latents": [16, 10]})
    assert baseline.width(found.model, None) == 26
    assert baseline.width(found.model, None, lowest=2) == 10


LATTICE = {"totals": [6, 3], "shares": [0, 0.5, 1]}


def test_at_given_rates_it_is_of_two_widths_and_trained_to_each_total(config: Config) -> None:
    found = params(config, grid={"rates": LATTICE, "seeds": [0, 4]})
    assert baseline.widths(found) == [40, 8]
    names = [f"r{total}_w{width}_single_s4" for width in (40, 8) for total in (3, 6)]
    rows = baseline.rows(found)
    assert list(rows) == ["single_s0", "single_s4"]
    assert [(p.name, p.model, p.rates) for p in rows["single_s4"]] == [
        (name, name, [total]) for name, total in zip(names, [3, 6, 3, 6], strict=True)
    ]
    assert baseline.evaluated_rows(found) == rows
    jobs = baseline.rate_rows(found)
    assert list(jobs) == [f"w{width}_single_s{seed}" for seed in (0, 4) for width in (40, 8)]
    assert jobs["w8_single_s4"].points == rows["single_s4"][2:]
    assert [job.model.latents for job in jobs.values()] == [[40], [8]] * 2
    assert baseline.names(found)[40] == [
        f"r{total}_w40_single_s{seed}" for seed in (0, 4) for total in (3, 6)
    ]
    assert jobs["w8_single_s4"].start == "amortized_w8_single_s4"
    assert baseline.rate_schedule(found) == found.training.rates.model_dump()
    alone = params(
        config,
        grid={"rates": LATTICE},
        training={"strategy": "independent"},
        baseline={"rates": {"steps": 7}},
    )
    assert {job.start for job in baseline.rate_rows(alone).values()} == {None}
    assert baseline.rate_schedule(alone) == alone.training.rates.model_dump() | {"steps": 7}


def test_totals_of_a_list_of_rates_are_taken_once_and_as_numbers_are_told(config: Config) -> None:
    rates = [[0.1, 0.2], [0.3, 0], [2.5, 0.5], [0, 0], [1, 2]]
    found = params(config, grid={"rates": rates})
    assert found.grid.totals() == [0.3, 3]
    (row,) = baseline.rows(found).values()
    assert [p.name for p in row[:2]] == ["r0.3_w40_single_s0", "r3_w40_single_s0"]


def test_of_maps_the_narrow_one_has_as_many_numbers_as_the_top(config: Config) -> None:
    data("fashion-mnist")(config)
    of = {"backbone": "conv-spatial", "latents": [16, 10]}  # z_2: 10 maps of 4×4 in maps of 7×7
    found = params(config, model=of, grid={"rates": LATTICE})
    assert baseline.widths(found) == [20, 4]


def test_beside_one_layer_there_is_none_at_given_rates(config: Config) -> None:
    config["certification"]["beta"] = None
    one = {"beta": [[1, 2]], "rates": {"totals": [3], "shares": [1]}}
    assert baseline.widths(params(config, model={"latents": [40]}, grid=one)) == []


def test_its_points_are_at_the_values_of_beta_1_and_share_a_model(config: Config) -> None:
    grid = {"beta": [[1, 2, 3, 4], [5, 6, 7]], "rates": [], "seeds": [0, 4]}
    found = params(config, grid=grid, evaluation={"every": 2})
    rows = baseline.rows(found)
    assert list(rows) == ["single_s0", "single_s4"]
    assert [(p.name, p.beta, p.seed, p.model) for p in rows["single_s4"][:2]] == [
        ("b1_single_s4", [1], 4, "amortized_s4"),
        ("b2_single_s4", [2], 4, "amortized_s4"),
    ]
    evaluated = {
        row: [p.beta[0] for p in points] for row, points in baseline.evaluated_rows(found).items()
    }
    assert evaluated == {"single_s0": [1, 3, 4], "single_s4": [1, 3, 4]}
    assert {
        b for points in found.evaluated_rows().values() for p in points for b in p.beta[:1]
    } == {*evaluated["single_s0"]}


def test_independent_ones_are_their_own(config: Config) -> None:
    rows = baseline.rows(params(config, training={"strategy": "independent"}))
    assert all(point.model == point.name for point in rows["single_s0"])


def test_beside_one_layer_or_where_none_is_wanted_there_is_none(config: Config) -> None:
    assert baseline.rows(params(dict(config), baseline=None)) == {}
    config["certification"]["beta"] = None
    one = params(config, model={"latents": [40]}, grid={"beta": [[1, 2]]})
    assert (baseline.rows(one), baseline.schedule(one)) == ({}, {})


def test_what_its_schedule_does_not_say_is_that_of_training(config: Config) -> None:
    changes = {"steps": 7, "weight_decay": 0.0, "warm_up": None}
    found = params(config, baseline={"training": changes})
    expected = found.training.at_beta() | {"steps": 7, "weight_decay": 0}
    assert baseline.schedule(found) == expected
    assert baseline.schedule(params(config, baseline={})) == expected


REFUSED = [
    (
        put("baseline", "training", "steps", value=0),
        r"^baseline\.training\.steps: must be .* got 0",
    ),
    (
        put("baseline", "training", "strategy", value="independent"),
        r"^baseline\.training: has no key 'strategy'",
    ),
    (put("baseline", "latents", value=[40]), r"^baseline: has no key 'latents'"),
    (put("baseline", "training", "warm_up", value=1), r"^baseline\.training\.warm_up: .* got 1"),
]


@pytest.mark.parametrize(("change", "sentence"), REFUSED)
def test_refused_in_one_sentence(
    config: Config, change: Callable[[Config], None], sentence: str
) -> None:
    change(config)
    assert_refused(config, sentence)
