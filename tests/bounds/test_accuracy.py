"""The accuracy limit against closed forms, Blahut-Arimoto and the Bayes accuracy of channels."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hvae.bounds.accuracy import accuracy_limit, entropy, fano_limit, label_information
from tests import oracles

SVHN_TEST = np.array([1744, 5099, 4149, 2882, 2523, 2384, 1977, 2019, 1660, 1595]) / 26032
UNEVEN = [0.5, 0.3, 0.1, 0.1]


def closed_form(accuracy, shares):
    """I(a) with its case distinction: S_k [H(p_1/S_k, ...) - h(D_k) - D_k log(k - 1)]."""
    p, error = np.sort(shares)[::-1], 1 - accuracy
    total = np.cumsum(p)
    k = max(k for k in range(2, len(p) + 1) if error <= 1 - total[k - 1] + (k - 1) * p[k - 1])
    part, inner = p[:k] / total[k - 1], (error - 1 + total[k - 1]) / total[k - 1]
    binary = -inner * np.log(inner) - (1 - inner) * np.log1p(-inner)
    return total[k - 1] * (-(part * np.log(part)).sum() - binary - inner * np.log(k - 1))


def random_shares(seed):
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.full(rng.integers(2, 12), rng.choice([0.5, 1.0, 10.0])))


@pytest.mark.parametrize("classes", [2, 3, 10, 200])
@pytest.mark.parametrize("fraction", [1e-6, 0.1, 0.5, 0.9, 1 - 1e-6])
def test_a_symmetric_channel_attains_the_limit(classes, fraction):
    accuracy = 1 / classes + fraction * (1 - 1 / classes)
    channel = oracles.symmetric_channel(classes, accuracy)
    information = math.log(classes) + accuracy * math.log(accuracy)
    information += (1 - accuracy) * math.log((1 - accuracy) / (classes - 1))
    assert label_information(accuracy, channel.shares) == pytest.approx(information, abs=1e-12)
    if fraction > 1e-3:  # nearer to zero the textbook difference of entropies is too coarse
        assert accuracy_limit(information, channel.shares) == pytest.approx(accuracy, abs=1e-9)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("fraction", [0.05, 0.4, 0.97])
def test_the_closed_form_with_its_cases(seed, fraction):
    shares = random_shares(seed)
    accuracy = max(shares) + fraction * (1 - max(shares))
    expected = closed_form(accuracy, shares)
    assert label_information(accuracy, shares) == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("slope", [0.9, 2.0, 6.0])
def test_equals_blahut_arimoto(seed, slope):
    shares = random_shares(seed)
    accuracy, information = oracles.blahut_arimoto_hamming(shares, slope)
    assert label_information(accuracy, shares) == pytest.approx(information, abs=1e-8)
    if information > 1e-6:
        assert accuracy_limit(information, shares) == pytest.approx(accuracy, abs=1e-8)


@settings(derandomize=True, max_examples=200, deadline=None, database=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    classes=st.integers(2, 8),
    outputs=st.integers(1, 12),
    spread=st.sampled_from([0.02, 0.1, 0.5, 2.0, 50.0]),
)
def test_no_channel_beats_the_limit(seed, classes, outputs, spread):
    channel = oracles.random_channel(np.random.default_rng(seed), classes, outputs, spread)
    limit = accuracy_limit(channel.information, channel.shares)
    # the oracle's information may be 1e-15 too low, which is worth 1e-8 where I(a) is flat
    room = 1e-12 if channel.information > 1e-4 else 1e-7
    assert channel.bayes_accuracy <= limit + room
    assert limit <= 1


@settings(derandomize=True, max_examples=200, deadline=None, database=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    classes=st.integers(2, 300),
    fraction=st.floats(0, 1) | st.sampled_from([1e-9, 1e-5, 1 - 1e-9]),
)
def test_the_two_functions_are_inverse(seed, classes, fraction):
    shares = np.random.default_rng(seed).dirichlet(np.full(classes, 0.3))
    accuracy = min(max(shares) + fraction * (1 - max(shares)), 1.0)
    information = label_information(accuracy, shares)
    assert accuracy_limit(information, shares) == pytest.approx(accuracy, abs=1e-9)


@pytest.mark.parametrize("classes", [2, 10, 1000])
@pytest.mark.parametrize("information", [1e-14, 1e-10])
def test_precise_where_the_curve_is_flat(classes, information):
    # equal shares: I(a) = M^2 x^2 / (2 (M - 1)) + O(x^3) for a = 1/M + x
    gain = math.sqrt(2 * (classes - 1) * information) / classes
    limit = accuracy_limit(information, np.full(classes, 1 / classes))
    assert limit == pytest.approx(1 / classes + gain, abs=1e-9)
    assert limit - 1 / classes == pytest.approx(gain, rel=1e-3)


def test_svhn_without_information_is_tighter_than_fano():
    assert accuracy_limit(0, SVHN_TEST) == max(SVHN_TEST)
    assert accuracy_limit(0, SVHN_TEST) == pytest.approx(0.196, abs=5e-4)
    assert oracles.fano_accuracy(0, SVHN_TEST) == pytest.approx(0.238, abs=5e-4)
    assert accuracy_limit(0.3, SVHN_TEST) < oracles.fano_accuracy(0.3, SVHN_TEST)


def test_equal_shares_give_fano():
    shares = np.full(10, 0.1)
    assert accuracy_limit(0.7, shares) == pytest.approx(oracles.fano_accuracy(0.7, shares))


@pytest.mark.parametrize("information", [0, 0.0, -0.0, -0.02, -math.inf])
def test_no_information_gives_exactly_the_majority_share(information):
    assert accuracy_limit(information, UNEVEN) == 0.5


@pytest.mark.parametrize("seed", range(30))
def test_the_labels_entropy_gives_exactly_one(seed):
    shares = random_shares(seed)
    for information in (entropy(shares), entropy(shares) + 1e-15, 50, math.inf):
        assert accuracy_limit(information, shares) == 1.0
    assert accuracy_limit(0.99 * entropy(shares), shares) < 1


def test_integers_zeros_order_and_single_classes():
    assert 0.9 < accuracy_limit(1, UNEVEN) == accuracy_limit(1.0, UNEVEN) < 1
    assert accuracy_limit(0.4, [0.1, 0, 0.3, 0.1, 0.5, 0]) == accuracy_limit(0.4, UNEVEN)
    assert label_information(0.8, [0.1, 0, 0.3, 0.1, 0.5]) == label_information(0.8, UNEVEN) > 0
    assert accuracy_limit(0, [1]) == accuracy_limit(0.3, [0, 1]) == accuracy_limit(2, [1.0]) == 1
    assert label_information(1, [1]) == label_information(0.4, [1]) == 0
    assert label_information(1, UNEVEN) == pytest.approx(entropy(UNEVEN), abs=1e-15)
    assert label_information(0.5, UNEVEN) == label_information(0, UNEVEN) == 0


def test_rises_with_the_information():
    limits = [accuracy_limit(i, UNEVEN) for i in np.linspace(0, entropy(UNEVEN), 200)]
    assert np.all(np.diff(limits) > 0)


def test_single_precision_shares_pass():
    shares = np.full(700, 1 / 700, dtype=np.float32)
    assert 0 < accuracy_limit(0.1, shares) < 1
    assert accuracy_limit(7, shares) == 1
    above = [0.5000004, 0.5000004]
    assert accuracy_limit(entropy(above) - 1e-9, above) <= 1


def test_entropy():
    assert entropy([0.5, 0.25, 0.25, 0]) == pytest.approx(1.5 * math.log(2), abs=1e-15)
    assert entropy([1]) == 0


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ([], "shares .* at least 1"),
        ([[0.5, 0.5]], "shares"),
        ([1.2, -0.2], r"shares .* -0\.2"),
        ([0.5, math.nan], "shares .* nan"),
        ([0.5, math.inf], "shares .* inf"),
        ([0.5, 0.4], r"shares must sum to one, got a sum of 0\.9"),
        ([3, 5], "shares must sum to one, got a sum of 8"),
    ],
)
@pytest.mark.parametrize("function", [accuracy_limit, label_information])
def test_bad_shares_are_named(function, shares, words):
    with pytest.raises(ValueError, match=words):
        function(0.5, shares)
    with pytest.raises(ValueError, match=words):
        entropy(shares)


def test_bad_numbers_are_named():
    with pytest.raises(ValueError, match=r"information .* nan"):
        accuracy_limit(math.nan, UNEVEN)
    for accuracy in (math.nan, -0.1, 1.1):
        with pytest.raises(ValueError, match=f"accuracy .* {accuracy}"):
            label_information(accuracy, UNEVEN)


@pytest.mark.parametrize("classes", [2, 3, 10, 200])
@pytest.mark.parametrize("part", [0.0, 0.01, 0.3, 0.9, 1.0, 1.5])
def test_fanos_limit_is_the_tight_one_where_classes_are_equally_frequent(classes, part):
    shares, nats = np.full(classes, 1 / classes), part * math.log(classes)
    expected = accuracy_limit(nats, shares)
    assert fano_limit(nats, shares) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("part", [0.0, 0.05, 0.4, 0.97])
def test_fanos_limit_is_where_its_inequality_is_an_equality_and_never_below_the_tight_one(
    seed, part
):
    shares = random_shares(seed)
    nats = part * entropy(shares)
    a = fano_limit(nats, shares)
    doubt = -a * math.log(a) - (1 - a) * math.log1p(-a) if a < 1 else 0.0
    doubt += (1 - a) * math.log(max(len(shares) - 1, 1))
    assert doubt == pytest.approx(entropy(shares) - nats, abs=1e-6)
    assert a >= accuracy_limit(nats, shares) - 1e-9


def test_fanos_limit_of_uneven_classes_is_loose_even_without_information():
    assert fano_limit(0.0, SVHN_TEST) > max(SVHN_TEST) + 0.01
    assert fano_limit(-1.0, [1.0]) == fano_limit(9.0, UNEVEN) == 1.0
