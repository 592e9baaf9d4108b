"""Trainings that stopped too early are found, named, and told how many steps to try."""

import math
from typing import Any

import pytest

from hvae.config.base import parse
from hvae.config.params import Params
from hvae.results.convergence import Trainings, outdone, shortfalls
from hvae.training.history import fall, late, looks, status, steps_to_try

Config = dict[str, Any]


def curve(steps: int, excess: float) -> dict[int, float]:
    """J°(t) = 50 (1 + excess · steps / t): what is left to win shrinks as 1/t."""
    times = [steps // 4, steps // 2, late(steps), steps]
    return {t: 50 * (1 + excess * steps / t) for t in times}


@pytest.mark.parametrize(("excess", "found"), [(0.0, "ok"), (0.05, "ok"), (0.2, "unconverged")])
def test_a_training_is_unconverged_where_its_last_tenth_won_more_than_a_hundredth(
    excess: float, found: str
) -> None:
    looked = curve(1000, excess)
    won = (excess / 0.9 - excess) / (1 + excess / 0.9)
    assert fall(looked) == pytest.approx(won, abs=1e-12)
    assert status(looked, diverged=False) == found
    assert status(looked, diverged=True) == "diverged"


def test_what_rises_or_shakes_at_the_end_is_converged() -> None:
    assert fall({10: 90.0, 50: 60.0, 90: 70.0, 100: 65.0}) == 0.0
    assert fall({50: 60.0, 90: math.nan, 100: math.inf}) == 0.0
    assert fall({100: 60.0}) == 0.0
    assert fall({50: math.inf, 90: math.nan, 100: 3.0}) == 0.0


def test_a_training_always_looks_where_its_last_tenth_begins(config: Config) -> None:
    settings = parse(Params, config | {"training": config["training"] | {"steps": 300}}).training
    assert looks(settings.model_copy(update={"validate_every": 100})) == [100, 200, 270, 300]
    assert looks(settings.model_copy(update={"validate_every": 30}))[-2:] == [270, 300]
    one = settings.model_copy(update={"steps": 1, "validate_every": 5})
    assert looks(one) == [1]


def test_so_many_steps_suffice_where_what_is_left_shrinks_as_one_over_steps() -> None:
    for excess in (0.2, 0.5, 1.9):
        won = fall(curve(1000, excess))
        wanted = steps_to_try(1000, won)
        assert status(curve(wanted, excess * 1000 / wanted), diverged=False) == "ok"
    assert steps_to_try(300, 0.011) == 600
    assert steps_to_try(12345, 0.0) == 25000
    assert steps_to_try(300, 0.09) == steps_to_try(300, 0.4) == 6000


def row(point: str, found: str, seed: int = 0) -> Config:
    return {"point": point, "status": found, "seed": seed}


def history(name: str, excess: float, steps: int) -> list[Config]:
    looked = curve(steps, excess).items()
    return [{"point": name, "step": step, "objective": value} for step, value in looked]


def test_the_one_model_speaks_for_its_points_and_each_kind_for_itself(config: Config) -> None:
    params = parse(Params, config)
    anchor = next(iter(params.anchors().values()))[0].name
    points = [row("p", "unconverged"), row("q", "unconverged"), row(anchor, "unconverged")]
    looked = [*history("amortized_s0", 0.3, 6_000), *history(anchor, 0.2, 6_000)]
    alone = Trainings([row("s", "unconverged")], history("amortized_s0", 0.25, 6_000))
    own, beside, single = shortfalls(params, Trainings(points, looked), alone)
    assert (own.key, own.points, own.total) == ("training.steps", ["p", "q"], 2)
    assert own.fallen == pytest.approx(fall(curve(6_000, 0.3)))
    assert "2 of 2 points are unconverged" in own.sentence
    assert "fell by up to 2.5 % over the last tenth of 6,000 steps. Try" in own.sentence
    assert own.sentence.endswith("Try training.steps: 18000")
    assert beside.key == "certification.training.steps"
    assert beside.points == [anchor]
    assert single.fallen == pytest.approx(fall(curve(6_000, 0.25)))
    assert single.sentence.endswith("Try baseline.training.steps: 15000")


def test_models_at_given_rates_have_steps_of_their_own(config: Config) -> None:
    config["grid"]["rates"] = [[3, 4], [5, 6]]
    points = [row("p", "ok"), row("r3_4_rates_s0", "unconverged"), row("r5_6_rates_s0", "ok")]
    looked = history("r3_4_rates_s0", 0.2, 1500)
    (found,) = shortfalls(parse(Params, config), Trainings(points, looked))
    assert (found.points, found.total) == (["r3_4_rates_s0"], 2)
    steps = steps_to_try(1500, fall(curve(1500, 0.2)))
    assert found.sentence.endswith(f"Try training.rates.steps: {steps}")


def test_without_a_curve_twice_the_steps_are_worth_a_trial(config: Config) -> None:
    (found,) = shortfalls(parse(Params, config), Trainings([row("p", "unconverged")], []))
    assert "by more than 1 % over" in found.sentence
    assert found.sentence.endswith("Try training.steps: 12000")


def test_nothing_is_said_where_all_converged_or_diverged(config: Config) -> None:
    params = parse(Params, config)
    own = Trainings([row("p", "ok"), row("q", "diverged")], [])
    assert shortfalls(params, own, Trainings([row("s", "ok")], [])) == []


def test_independent_points_each_have_their_own_curve(config: Config) -> None:
    config["training"]["strategy"] = "independent"
    params = parse(Params, config)
    points = [row("p", "ok"), row("q", "unconverged"), row("r", "unconverged")]
    looked = [*history("p", 2.0, 100), *history("q", 0.15, 100), *history("r", 0.3, 100)]
    (found,) = shortfalls(params, Trainings(points, looked))
    assert (found.points, found.total) == (["q", "r"], 3)
    assert "2 of 3 models are unconverged" in found.sentence
    assert "steps (q, r). Try" in found.sentence
    assert found.fallen == pytest.approx(fall(curve(100, 0.3)))


def rated(target: tuple[float, float], distortion: float, seed: int = 0) -> Config:
    values = {"target_1": target[0], "target_2": target[1], "rate_total": sum(target)}
    errors = {"distortion_se": 1.0, "distortion_constant": 500.0}
    point = {"point": f"r{target[0]:g}_{target[1]:g}_s{seed}", "seed": seed, "status": "ok"}
    return point | values | errors | {"distortion": 500 + distortion}


def test_a_model_is_outdone_by_one_that_has_less_distortion_with_no_more_rate_anywhere() -> None:
    """By the best of them; not by chance, not by other splits, and not by another training."""
    rows = [rated((40, 0), 158), rated((20, 0), 240), rated((30, 30), 80), rated((0, 40), 96)]
    assert outdone(rows) == []
    (found,) = outdone([*rows, rated((60, 0), 250)])
    assert found == ("r60_0_s0", 750, "r40_0_s0", 658)
    assert outdone([*rows, rated((60, 0), 158 + 4)]) == []
    assert outdone([*rows, rated((60, 0), 158 + 5)]) != []
    assert outdone([*rows, rated((60, 0), 250, seed=1)]) == []
    assert outdone([*rows, rated((39, 0), 230)]) == []  # (20, 0) has more, (40, 0) may spend more
    overspent = rated((50, 0), 100) | {"rate_total": 61.0}
    assert outdone([overspent, rated((60, 0), 250)]) == []  # it spent more than it was to
    assert outdone([*rows, rated((60, 0), math.nan)]) == []
    missed = {"status": "unreachable"}  # its rates are others than those that it is named after
    assert outdone([*rows, rated((60, 0), 250) | missed]) == []
    assert outdone([rated((40, 0), 158) | missed, rated((60, 0), 250)]) == []


def test_looks_of_the_first_half_do_not_count() -> None:
    """A Lagrangian of a price that still rises may lie below all that come later."""
    assert fall({10: 30.0, 50: 70.0, 90: 66.0, 100: 60.0}) == pytest.approx(6 / 66)
