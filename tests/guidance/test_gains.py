"""What more than one layer adds, on planted values at given rates: who is compared with whom."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from hvae.config.task import Name
from hvae.guidance.choose import Choice, choose
from hvae.guidance.gains import Chosen, Gain, gains
from hvae.guidance.guide import gain as recorded
from hvae.guidance.surface import Surface
from hvae.results.rates import Place
from tests.guidance.planes import of_scores, place, split, surface
from tests.statistics.simulated import Spread, means

NAME: Name = "reconstruction"
WIDE, NARROW = 40, 8
SPLITS = (0.0, 0.25, 0.5, 0.75, 1.0)
Values = dict[float, float]  # by total


def side(of: Surface) -> tuple[Surface, Choice]:
    choice = choose(of)
    assert choice is not None
    return of, choice


def places(totals: Sequence[float]) -> list[Place]:
    return [split(total * (1 - share), total * share) for total in totals for share in SPLITS]


def lattice(values: dict[float, Sequence[float]], trainings: int = 3) -> Chosen:
    flat = [value for of in values.values() for value in of]
    return {NAME: side(surface(NAME, flat, places=places([*values]), trainings=trainings))}


def single(values: Values, trainings: int = 3) -> Chosen:
    where = [split(total) for total in values]
    return {NAME: side(surface(NAME, [*values.values()], places=where, trainings=trainings))}


def gained(ours: Chosen, wide: Values, narrow: Values) -> Gain:
    (found,) = gains(ours, {WIDE: single(wide), NARROW: single(narrow)})
    return found


OURS = lattice({6: [5, 5, 6, 5, 5], 12: [7, 8, 9, 8, 7]})


def test_what_beats_both_widths_is_a_gain_and_the_narrower_margin_is_reported() -> None:
    found = gained(OURS, {6: 4, 12: 6}, {6: 5, 12: 7})
    assert found.verdict == "more"
    assert [one.width for one in found.against] == [WIDE, NARROW]
    assert {one.ours.place.target for one in found.against} == {(6.0, 6.0)}
    written = recorded(found, OURS[NAME][0], 2)
    values = [one["gain"] for one in written["against"]]
    assert values == pytest.approx([3, 2])
    assert written["gain"] == values[[WIDE, NARROW].index(found.weakest.width)]
    assert [one["single"]["target"] for one in written["against"]] == [[12], [12]]
    assert written["text"].startswith("The second layer adds at least ")
    assert "9.00 dB at R = (6, 6) nats, against 6.00 dB at R = 12 nats with one" in written["text"]
    assert "layer of width 40 and 7.00 dB at R = 12 nats with one" in written["text"]


def test_where_one_layer_alone_is_open_it_is_said() -> None:
    """Then the second layer cannot be what makes the difference."""
    for values, lone in ([7, 8, 9, 8, 7], False), ([9, 8, 7, 8, 7], True):
        found = gained(lattice({12: values}), {12: 6}, {12: 7})
        text = recorded(found, OURS[NAME][0], 2)["text"]
        assert ("Only one layer is open there" in text) is lone


@pytest.mark.parametrize("narrow", [9.0, 12.0])
def test_what_beats_the_wide_one_alone_is_no_gain(narrow: float) -> None:
    found = gained(OURS, {6: 4, 12: 6}, {6: 5, 12: narrow})
    assert found.comparable
    assert found.verdict == "undecided"
    assert "nothing that is significant" in recorded(found, OURS[NAME][0], 2)["text"]


def test_what_both_widths_beat_is_a_loss() -> None:
    found = gained(OURS, {12: 11}, {12: 12})
    assert found.verdict == "less"
    assert "The second layer costs at least" in recorded(found, OURS[NAME][0], 2)["text"]


def test_with_one_training_no_gain_is_decided() -> None:
    ours = lattice({12: [7, 8, 9, 8, 7]}, trainings=1)
    (found,) = gains(ours, {WIDE: single({12: 1}, 1), NARROW: single({12: 1}, 1)})
    assert found.verdict == "undecided: one training"
    text = recorded(found, ours[NAME][0], 2)["text"]
    assert "cannot be judged for reconstruction from one training" in text


def test_the_total_is_that_at_which_the_single_layer_is_best() -> None:
    found = gained(OURS, {6: 8, 12: 7}, {6: 1, 12: 7})
    assert [one.ours.place.target for one in found.against] == [(3.0, 3.0), (6.0, 6.0)]
    assert found.verdict == "undecided"  # they disagree


def test_unequal_totals_trainings_or_items_are_not_compared() -> None:
    for totals in ({20: 1.0}, {12.5: 1.0}):
        found = gained(OURS, totals, {12: 1})
        assert found.verdict is None
        assert "cannot be judged" in recorded(found, OURS[NAME][0], 2)["text"]
    (fewer,) = gains(OURS, {WIDE: single({12: 1}, trainings=2)})
    assert not fewer.comparable
    other, choice = single({12: 1})[NAME]
    moved = other._replace(test=other.test._replace(items=other.test.items + 1))
    (elsewhere,) = gains(OURS, {WIDE: {NAME: (moved, choice)}})
    assert not elsewhere.comparable


def test_a_split_that_missed_its_total_is_no_candidate() -> None:
    where = [split(12, 0), split(6, 6, missed_by=1.0)]
    ours = {NAME: side(surface(NAME, [5.0, 9.0], places=where))}
    found = gained(ours, {12: 6}, {12: 6})
    assert {one.ours.place.target for one in found.against} == {(12, 0)}
    assert found.weakest.candidates == 1


def test_the_split_is_chosen_on_validation_and_luck_among_splits_is_paid_for() -> None:
    where = [split(12, 0), split(0, 12)]
    both = {NAME: side(surface(NAME, [2.0, 1.0], [5.0, 9.0], places=where))}
    (found,) = gains(both, {WIDE: single({12: 4.7})})
    assert found.weakest.ours.place.target == (12, 0)
    (one,) = found.against
    assert one.difference is not None
    assert one.p_value == pytest.approx(min(1.0, 2 * float(one.difference.p_value)))


def test_an_application_that_a_baseline_lacks_is_left_out() -> None:
    assert gains(OURS, {WIDE: single({12: 1}), NARROW: {}}) == []
    assert gains(OURS, {}) == []


def test_where_nothing_differs_hardly_anything_is_significant() -> None:
    """All models are as good, but for what trainings give by luck, the same on both splits."""
    trials, wrong = 150, 0
    for seed in range(trials):
        random = np.random.default_rng(seed)
        ours, *singles = (
            of_scores(NAME, where, (scores, scores))
            for where in (places([6.0]), [split(6.0)], [split(6.0)])
            for scores in [means(random, np.zeros(len(where)), Spread(of_place=0.3), 60).scores]
        )
        by_width = {WIDE: singles[0], NARROW: singles[1]}
        (found,) = gains(
            {NAME: side(ours)}, {width: {NAME: side(one)} for width, one in by_width.items()}
        )
        wrong += found.verdict in ("more", "less")
    assert wrong / trials <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / trials)


def test_on_a_plane_of_beta_the_best_of_both_sides_are_compared() -> None:
    plane = surface("clustering", [0.9, 0.1], se=0.01, places=[place(0, 5.0), place(1, 9.0)])
    other = surface("clustering", [0.2, 0.1], se=0.01, places=[place(0, 20.0), place(1, 9.0)])
    (found,) = gains({"clustering": side(plane)}, {8: {"clustering": side(other)}})
    assert found.verdict == "more"
    assert found.weakest.candidates == 2
    priced = {name: side(one) for name, one in {"compression": plane._replace(
        application=surface("compression", [1.0]).application)}.items()}  # fmt: skip
    (budget,) = gains(priced, {8: {"compression": side(other)}})
    assert not budget.comparable  # 5 nats against 20
