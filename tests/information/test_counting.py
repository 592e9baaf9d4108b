"""I(y; z) by counting against tables worked out by hand and against enumeration."""

import itertools
import math

import numpy as np
import pytest

from hvae.information import classes
from hvae.information.classes import counted_information, joint

RANDOM = np.random.default_rng(0)


def certain(codes, categories):
    """Probabilities that are 1 for one code of each item, (N, 1, K)."""
    return np.eye(categories)[codes][:, None]


def some(items, variables=1, categories=3, seed=0):
    logits = 2 * np.random.default_rng(seed).standard_normal((items, variables, categories))
    return np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)


def by_definition(codes, labels):
    """Σ_yz p(y, z) log p(y, z) / (p(y) p(z)), term by term, for codes (N, C)."""
    total = 0.0
    for y in set(labels.tolist()):
        for z in range(codes.shape[1]):
            both = codes[labels == y, z].sum() / len(codes)
            if both > 0:
                total += both * math.log(both / ((labels == y).mean() * codes[:, z].mean()))
    return total


def test_a_table_worked_out_by_hand():
    """p(y, z) = [[3, 1], [1, 3]] / 8: I = log 2 − h(1/4), a symmetric channel."""
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    codes = np.array([0, 0, 0, 1, 1, 1, 1, 0])
    expected = math.log(2) + 0.75 * math.log(0.75) + 0.25 * math.log(0.25)
    found = counted_information(certain(codes, 2), labels)
    assert found.kind == "estimate"
    assert found.value == pytest.approx(expected)
    # the same table from one item a class whose code is uncertain
    pair = counted_information(np.array([[[0.75, 0.25]], [[0.25, 0.75]]]), np.array([0, 1]))
    assert pair.value == pytest.approx(expected)


def test_codes_that_reveal_the_class_give_its_entropy():
    labels = np.repeat([0, 1, 2], [50, 30, 20])
    shares = np.array([0.5, 0.3, 0.2])
    found = counted_information(certain(labels, 5), labels)
    assert found.value == pytest.approx(-(shares * np.log(shares)).sum())
    assert not found.saturated


def test_codes_that_do_not_depend_on_the_item_give_zero():
    alike = np.repeat(some(1, 2), 60, axis=0)
    found = counted_information(alike, np.arange(60) % 4)
    assert found.value == pytest.approx(0, abs=1e-12)
    assert found.std_error == pytest.approx(0, abs=1e-9)


def test_independent_codes_give_the_bias_of_the_plug_in_estimate():
    """(codes − 1)(classes − 1) / 2N for certain codes, to its first order."""
    items, categories, classes = 500, 4, 3
    found = [
        counted_information(
            certain(RANDOM.integers(categories, size=items), categories),
            RANDOM.integers(classes, size=items),
        ).value
        for _ in range(400)
    ]
    error = np.std(found, ddof=1) / math.sqrt(len(found))
    bias = (categories - 1) * (classes - 1) / (2 * items)
    assert min(found) >= 0
    assert np.mean(found) == pytest.approx(bias, abs=4 * error + 0.02 * bias)


@pytest.mark.parametrize("variables", [1, 2, 3])
def test_joint_codes_are_products_over_the_variables(variables):
    each, labels = some(40, variables), RANDOM.integers(3, size=40)
    codes = joint(each)
    for place, values in enumerate(itertools.product(range(3), repeat=variables)):
        product = math.prod(each[7, v, k] for v, k in enumerate(values))
        assert codes[7, place] == pytest.approx(product)
    assert counted_information(each, labels).value == pytest.approx(by_definition(codes, labels))


def test_information_is_more_than_that_of_any_one_variable():
    """y = z_1 xor z_2: each alone tells nothing."""
    bits = np.array(list(itertools.product([0, 1], repeat=2)) * 10)
    labels = bits[:, 0] ^ bits[:, 1]
    both, one = np.eye(2)[bits], np.eye(2)[bits[:, :1]]
    assert counted_information(both, labels).value == pytest.approx(math.log(2))
    assert counted_information(one, labels).value == pytest.approx(0, abs=1e-12)


def test_the_standard_error_is_a_jackknife_done_item_by_item():
    each, labels = some(25, 2), RANDOM.integers(2, size=25) * 7  # labels need not be 0, 1, …
    codes = joint(each)
    left_out = [
        by_definition(np.delete(codes, i, axis=0), np.delete(labels, i)) for i in range(len(codes))
    ]
    expected = np.std(left_out) * math.sqrt(24)
    assert counted_information(each, labels).std_error == pytest.approx(expected)


def test_a_class_of_one_item_can_be_left_out():
    each, labels = some(9), np.array([0, 0, 0, 0, 1, 1, 1, 1, 2])
    left_out = [
        by_definition(np.delete(joint(each), i, axis=0), np.delete(labels, i)) for i in range(9)
    ]
    expected = np.std(left_out) * math.sqrt(8)
    assert counted_information(each, labels).std_error == pytest.approx(expected)


def test_the_standard_error_is_the_spread_over_sets_of_items():
    found = []
    for _ in range(200):
        labels = RANDOM.integers(2, size=300)
        codes = np.where(RANDOM.random(300) < 0.25, 1 - labels, labels)
        found.append(counted_information(certain(codes, 2), labels))
    spread = np.std([one.value for one in found], ddof=1)
    assert np.mean([one.std_error for one in found]) == pytest.approx(spread, rel=0.2)


def test_too_many_codes_are_not_counted(monkeypatch):
    assert counted_information(some(10, 5, 4), np.arange(10) % 2) is not None
    assert counted_information(some(10, 7, 4), np.arange(10) % 2) is None  # 4^7 > 4096
    monkeypatch.setattr(classes, "MOST_CODES", 3)
    assert counted_information(some(10, 1, 4), np.arange(10) % 2) is None


def test_fewer_items_than_cells_are_saturated():
    labels = np.arange(12) % 2
    assert not counted_information(some(12, 1, 6), labels).saturated
    assert counted_information(some(12, 1, 7), labels).saturated


def test_bad_input_is_named():
    labels = np.arange(10) % 2
    for wrong in (some(10)[:, 0], some(1), -some(10)):
        with pytest.raises(ValueError, match=r"probabilities must be \(items, variables, cat"):
            counted_information(wrong, labels)
    with pytest.raises(ValueError, match="labels must be 10, one for each item"):
        counted_information(some(10), labels[:9])
    with pytest.raises(ValueError, match="probabilities must be finite, got nan"):
        counted_information(math.nan * some(10), labels)
