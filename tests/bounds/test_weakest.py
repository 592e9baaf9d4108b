"""The least accuracy of the best classifier: corners, random channels, a linear programme."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hvae.bounds.accuracy import accuracy_limit, entropy, least_best_accuracy
from tests import oracles

SHARES = [
    [0.5, 0.5],
    [0.9, 0.1],
    [1 / 3, 1 / 3, 1 / 3],
    [0.4, 0.4, 0.2],
    [0.5, 0.3, 0.2],
    [0.3, 0.3, 0.3, 0.1],
    [0.25, 0.25, 0.25, 0.25],
    [0.6, 0.2, 0.1, 0.1],
]


@pytest.mark.parametrize("k", [1, 2, 3, 6, 11, 12])
def test_at_its_corners_one_guess_in_k_is_right(k):
    # z narrows twelve equally frequent classes down to k
    found = least_best_accuracy(math.log(12) - math.log(k), np.full(12, 1 / 12))
    assert found == pytest.approx(1 / k)


def test_between_the_corners_it_is_linear_in_the_equivocation():
    shares = np.full(6, 1 / 6)
    equivocation = 0.3 * math.log(2) + 0.7 * math.log(3)
    found = least_best_accuracy(math.log(6) - equivocation, shares)
    assert found == pytest.approx(0.3 / 2 + 0.7 / 3)


@settings(derandomize=True, max_examples=300, deadline=None, database=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    classes=st.integers(2, 7),
    outputs=st.integers(1, 10),
    spread=st.sampled_from([0.02, 0.1, 0.5, 2.0, 50.0]),
)
def test_the_best_classifier_of_a_channel_is_never_below(seed, classes, outputs, spread):
    channel = oracles.random_channel(np.random.default_rng(seed), classes, outputs, spread)
    least = least_best_accuracy(channel.information, channel.shares)
    assert least <= channel.bayes_accuracy + 1e-12
    assert least <= accuracy_limit(channel.information, channel.shares) + 1e-7


@pytest.mark.parametrize("shares", SHARES)
@pytest.mark.parametrize("part", [0.02, 0.2, 0.5, 0.9])
def test_no_better_bound_exists_for_any_shares(shares, part):
    # a mix of posteriors on a grid that holds all even spreads over subsets, found by brute force
    equivocation = part * entropy(shares)
    worst = oracles.least_accuracy_by_search(
        shares, equivocation, {2: 24, 3: 24, 4: 12}[len(shares)]
    )
    found = least_best_accuracy(entropy(shares) - equivocation, shares)
    assert found == pytest.approx(worst, abs=1e-7)


def test_the_ends():
    assert least_best_accuracy(0, [0.7, 0.2, 0.1]) == 0.7
    assert least_best_accuracy(-0.2, [0.7, 0.2, 0.1]) == 0.7
    assert least_best_accuracy(1e-9, [0.7, 0.2, 0.1]) == 0.7
    for information in (entropy([0.7, 0.2, 0.1]), 5, math.inf):
        assert least_best_accuracy(information, [0.7, 0.2, 0.1]) == 1
    assert least_best_accuracy(0, [1]) == least_best_accuracy(0.3, [0.0, 1.0]) == 1
    assert least_best_accuracy(0.3, [0.5, 0, 0.5]) == least_best_accuracy(0.3, [0.5, 0.5])


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="information"):
        least_best_accuracy(math.nan, [0.5, 0.5])
    for shares in ([], [0.5, 0.4], [0.5, math.nan], [1.5, -0.5]):
        with pytest.raises(ValueError, match="shares"):
            least_best_accuracy(0.3, shares)
