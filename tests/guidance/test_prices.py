"""What prices say: where the next nat belongs, and which layers overfit."""

import json
import math

import numpy as np
import pytest

from hvae.guidance.prices import judged, record, sentence
from hvae.results.prices import HeldOutPrices
from hvae.results.rates import Place
from hvae.statistics.estimate import Estimate

PLACES = 25
MANY = 1e6  # degrees of freedom
RANDOM = np.random.default_rng(0)


def at(
    held_out: list[float],
    se: float = 0.01,
    training: list[float] | None = None,
    target: tuple[float, ...] = (9.0, 3.0),
    degrees: float = MANY,
) -> HeldOutPrices:
    rates = tuple(Estimate(rate, 0.1) for rate in target)
    place = Place((), ("r9_3_s0",), rates, Estimate(sum(target), 0.1), target)
    trained = np.array(held_out if training is None else training)
    return HeldOutPrices(place, trained, np.array(held_out), se**2 * np.eye(len(target)), degrees)


def test_equal_prices_are_undecided_however_small_their_errors_and_however_often_asked() -> None:
    assert all(one.next_nat is None for one in judged([at([0.5, 0.5], se=0.0)] * PLACES))
    drawn = 0.5 + 0.05 * RANDOM.standard_normal((200, PLACES, 2))
    wrong = [
        any(
            one.next_nat or one.overfits
            for one in judged([at([*p], 0.05, [0.5, 0.5]) for p in every])
        )
        for every in drawn
    ]
    # 5 % at most over all places: 10 of 200, whose standard deviation is 3.1
    assert sum(wrong) <= 10 + 3 * 3.1


def test_differences_within_a_tenth_are_those_of_the_method() -> None:
    near, apart = judged([at([0.5, 0.46], se=1e-6), at([0.5, 0.44], se=1e-6)])
    assert near.next_nat is None
    assert apart.next_nat == 1


def test_a_planted_difference_is_found() -> None:
    found = judged([at([0.4, 0.6]), at([0.8, 0.6]), at([0.5, 0.5])])
    assert [one.next_nat for one in found] == [2, 1, None]
    (one,) = judged([at([0.3, 0.6, 0.4], target=(1.0, 1.0, 1.0))])
    assert one.next_nat == 2


def test_few_trainings_decide_less() -> None:
    sure, unsure = (judged([at([0.4, 0.6], 0.04, degrees=d)])[0] for d in (MANY, 2.0))
    assert sure.next_nat == 2
    assert unsure.next_nat is None


def test_one_training_decides_nothing() -> None:
    lone = at([0.4, 0.8], 1e-6, training=[0.4, 1.6], degrees=math.inf)
    (one,) = judged([lone])
    assert (one.next_nat, one.overfits, one.worth_more) == (None, [], [])
    assert record([lone])["text"].endswith("one training of each model, so nothing is decided.")


def test_a_layer_overfits_where_training_promises_more() -> None:
    (one,) = judged([at([0.4, 0.6], training=[0.41, 0.9])])
    assert one.overfits == [2]
    assert one.worth_more == []
    (more,) = judged([at([0.4, 0.6], training=[0.2, 0.6])])
    assert (more.overfits, more.worth_more) == ([], [1])


def test_a_closed_layer_has_no_price_in_training_but_may_have_the_next_nat() -> None:
    (one,) = judged([at([0.4, 0.6], training=[0.4, 3.0], target=(12.0, 0.0))])
    assert one.next_nat == 2
    assert one.overfits == []
    assert (
        record([at([0.4, 0.6], target=(12.0, 0.0))])["places"][0]["exchange"][0]["training"] is None
    )


def test_one_layer_has_a_price_and_nothing_to_decide() -> None:
    (one,) = judged([at([0.4], target=(12.0,))])
    assert one.next_nat is None
    assert sentence(one) == (
        "At R = 12 nats one more nat in z₁ saves 0.400 ± 0.010 nats of distortion on test items."
    )


def test_exchange_rates_have_the_error_of_a_ratio() -> None:
    rate = at([0.4, 0.8], se=0.02).exchange(0, 1)
    assert rate.value == pytest.approx(0.5)
    # relative errors of 5 % and 2.5 %
    assert rate.std_error == pytest.approx(0.5 * math.hypot(0.05, 0.025))
    assert math.isnan(at([0.4, 0.03], se=0.02).exchange(0, 1).value)


def test_the_record_has_sentences_and_nothing_that_json_has_not() -> None:
    lone = at([math.nan, math.nan], training=[0.5, 0.5])
    found = record([at([0.4, 0.6], training=[0.4, 0.9]), at([0.5, 0.5]), lone])
    json.dumps(found, allow_nan=False)
    first, second, third = found["places"]
    assert first["text"] == (
        "At R = (9, 3) nats one more nat in z₁ saves 0.400 ± 0.010 and one in z₂ 0.600 ± 0.010 "
        "nats of distortion on test items: the next nat belongs in z₂. z₂ overfits: in training "
        "its price is 0.9."
    )
    assert second["text"].endswith("on test items: undecided.")
    assert "too few neighbours" in third["text"]
    assert third["held_out"] == [None, None]
    assert first["exchange"][0]["training"] == pytest.approx(4 / 9)
    assert found["text"] == (
        "What a nat is worth on test items is known at 2 of 3 places. The next nat is worth most "
        "in z₁ at 0 and in z₂ at 1 of them; at 1 that is undecided. z₂ overfits at 1: there a nat "
        "is worth less than in training."
    )
    assert record([]) == {"places": [], "text": ""}
