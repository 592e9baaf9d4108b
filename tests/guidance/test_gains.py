"""What more than one layer buys, on planted values at given rates: who is compared with whom."""

from collections.abc import Sequence

import numpy as np
import pytest

from hvae.config.tasks import Name
from hvae.guidance.choose import Choice, choose
from hvae.guidance.gains import Chosen, Gain, gains
from hvae.guidance.record import gain as recorded
from hvae.guidance.surface import Spot, Surface
from tests.guidance.planes import at_rates, surface

NAME: Name = "reconstruction"
WIDE, NARROW = 40, 8
SPLITS = (0.0, 0.25, 0.5, 0.75, 1.0)
Values = dict[float, float]  # by total


def side(spots: Sequence[Spot]) -> tuple[Surface, Choice]:
    known = surface(NAME, [1.0])._replace(spots=tuple(spots))
    choice = choose(known)
    assert choice is not None
    return known, choice


def lattice(values: dict[float, Sequence[float]], se: float = 0.1) -> Chosen:
    spots = [
        at_rates(total * (1 - share), total * share, value=value, se=se)
        for total, of in values.items()
        for share, value in zip(SPLITS, of, strict=True)
    ]
    return {NAME: side(spots)}


def single(values: Values, se: float = 0.1) -> Chosen:
    return {NAME: side([at_rates(total, value=v, se=se) for total, v in values.items()])}


def gained(ours: Chosen, wide: Values, narrow: Values) -> Gain:
    (found,) = gains(ours, {WIDE: single(wide), NARROW: single(narrow)})
    return found


OURS = lattice({6: [5, 5, 6, 5, 5], 12: [7, 8, 9, 8, 7]})


def test_what_beats_both_widths_is_a_gain_and_the_narrower_margin_is_told() -> None:
    found = gained(OURS, {6: 4, 12: 6}, {6: 5, 12: 7})
    assert found.significant
    assert [one.width for one in found.against] == [WIDE, NARROW]
    assert [one.gain for one in found.against] == [3, 2]
    assert {one.ours.place.target for one in found.against} == {(6.0, 6.0)}
    assert found.weakest.width == NARROW
    written = recorded(found, OURS[NAME][0], 2)
    assert (written["gain"], written["best"]["target"]) == (2, [12])
    assert [one["single"]["target"] for one in written["against"]] == [[12], [12]]
    assert written["text"] == (
        "The second layer buys at least 2.00 ± 0.14 dB for reconstruction: 9.00 dB at R = (6, 6) "
        "nats, against 6.00 dB at R = 12 nats, with one layer of width 40; 9.00 dB at R = (6, 6) "
        "nats, against 7.00 dB at R = 12 nats, with one layer of width 8, on test items."
    )


@pytest.mark.parametrize("narrow", [9.0, 8.8, 12.0])
def test_what_beats_the_wide_one_alone_is_no_gain(narrow: float) -> None:
    found = gained(OURS, {6: 4, 12: 6}, {6: 5, 12: narrow})
    assert found.comparable
    assert not found.significant
    assert "nothing that is significant" in recorded(found, OURS[NAME][0], 2)["text"]


def test_what_both_widths_beat_is_a_loss() -> None:
    found = gained(OURS, {12: 11}, {12: 12})
    assert found.significant
    assert found.weakest.gain == -2
    assert "costs at least 2.00 ± 0.14 dB" in recorded(found, OURS[NAME][0], 2)["text"]


def test_the_total_is_that_at_which_the_single_layer_is_best() -> None:
    found = gained(OURS, {6: 8, 12: 7}, {6: 1, 12: 7})
    assert [one.ours.place.target for one in found.against] == [(3.0, 3.0), (6.0, 6.0)]
    assert [one.gain for one in found.against] == [6 - 8, 9 - 7]
    assert not found.significant


def test_unequal_totals_are_not_compared() -> None:
    for totals in ({20: 1.0}, {12.5: 1.0}):
        found = gained(OURS, totals, {12: 1})
        assert not found.comparable
        assert not found.significant
        assert "cannot be judged" in recorded(found, OURS[NAME][0], 2)["text"]


def test_a_split_that_missed_its_total_is_no_candidate() -> None:
    met = at_rates(12, 0, value=5.0)
    missed = at_rates(6, 6, value=9.0)
    more = missed.place._replace(total=missed.place.total._replace(value=13.0))
    ours = {NAME: side([met, missed._replace(place=more)])}
    found = gained(ours, {12: 6}, {12: 6})
    assert {one.ours.place.target for one in found.against} == {(12.0, 0.0)}
    assert found.weakest.candidates == 1


def test_the_split_is_chosen_on_validation_and_luck_among_splits_is_paid_for() -> None:
    lucky = at_rates(0, 12, value=9.0, validation=1.0)
    chosen = [at_rates(12, 0, value=5.0, validation=2.0), lucky]
    found = gained({NAME: side(chosen)}, {12: 4.6}, {12: 4.7})
    assert {one.ours.place.target for one in found.against} == {(12.0, 0.0)}
    (alone,) = gains({NAME: side(chosen[:1])}, {WIDE: single({12: 4.6}), NARROW: single({12: 4.7})})
    assert found.p_value == pytest.approx(2 * alone.p_value)


def test_an_application_that_a_baseline_lacks_is_left_out() -> None:
    assert gains(OURS, {WIDE: single({12: 1}), NARROW: {}}) == []
    assert gains(OURS, {}) == []


@pytest.mark.parametrize("slope", [0.0, 10.0])  # whether all totals are as good, or one is best
def test_where_nothing_differs_hardly_anything_is_significant(slope: float) -> None:
    """All models are as good as each other, but for what a training gives by luck, on both sides.

    Luck is the same on validation and on test, which is the worst case for a choice.
    """
    random, trials = np.random.default_rng(0), 2000
    totals = (3.0, 6.0, 12.0)
    wrong = 0
    for _ in range(trials):
        luck = random.standard_normal((len(totals), len(SPLITS) + 2))
        of = {total: slope * k + luck[k] for k, total in enumerate(totals)}
        ours = lattice({total: values[:-2].tolist() for total, values in of.items()}, se=1.0)
        sides = {
            width: single({total: values[place] for total, values in of.items()}, se=1.0)
            for width, place in ((WIDE, -1), (NARROW, -2))
        }
        wrong += gains(ours, sides)[0].significant
    assert wrong / trials <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / trials)
