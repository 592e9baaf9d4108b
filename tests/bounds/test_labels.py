"""Information of label-like outputs: the sampling bias, estimates that lack it, and error rates."""

import math

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from hvae.bounds.counts import (
    held_out_information,
    independence_p_value,
    plug_in_information,
    split_information,
)
from hvae.bounds.verdicts import accuracy_check, judge, normal_check
from tests import oracles


def unrelated(rng, items=360, classes=10, groups=10):
    return oracles.random_label_pair(rng, items, classes, groups)


def related(rng, items, accuracy, classes=10):
    joint = oracles.symmetric_channel(classes, accuracy).joint
    return rng.multinomial(items, joint.ravel()).reshape(classes, classes)


@pytest.mark.parametrize("seed", range(5))
def test_plug_in_information_is_that_of_the_frequencies(seed):
    table = np.random.default_rng(seed).integers(0, 4, size=(3, 5)) + np.eye(3, 5, dtype=int)
    expected = oracles.mutual_information(table / table.sum())
    assert plug_in_information(table) == pytest.approx(expected, abs=1e-14)
    assert plug_in_information(np.diag([4, 4])) == pytest.approx(math.log(2))
    assert plug_in_information(np.array([[2, 4], [3, 6]])) == pytest.approx(0, abs=1e-15)


def test_without_information_only_the_plain_value_finds_some():
    rng = np.random.default_rng(0)
    tables = [unrelated(rng) for _ in range(200)]
    assert np.mean([plug_in_information(t) for t in tables]) == pytest.approx(0.12, abs=0.01)
    assert np.mean([split_information(t, rng).value for t in tables]) < 0
    # groups matched one to one with classes on the same items: accuracy 0.17 instead of 0.1
    matched = [t[linear_sum_assignment(t, maximize=True)].sum() / 360 for t in tables]
    assert np.mean(matched) == pytest.approx(0.17, abs=0.01)


@pytest.mark.parametrize("items", [60, 360, 2000])
@pytest.mark.parametrize("accuracy", [0.3, 0.9, 0.99])
def test_the_split_value_is_on_average_below_the_truth(items, accuracy):
    rng = np.random.default_rng(1)
    truth = oracles.symmetric_channel(10, accuracy).information
    estimates = [split_information(related(rng, items, accuracy), rng) for _ in range(100)]
    values = [estimate.value for estimate in estimates]
    assert np.mean(values) < truth
    if items == 2000:
        assert np.mean(values) > truth - 0.1
        claimed = np.mean([estimate.std_error for estimate in estimates])
        assert claimed == pytest.approx(np.std(values), rel=0.3)


def test_held_out_by_hand():
    # p = (5 + 1, 3 + 1) / 10; r(y|f) = (n_yf + 2 p_y) / (n_f + 2)
    fitted, table = np.array([[4, 1], [0, 3]]), np.array([[1, 0], [1, 2]])
    gains = [
        math.log(5.2 / 6 / 0.25),
        math.log(0.8 / 6 / 0.75),
        math.log(3.8 / 6 / 0.75),
        math.log(3.8 / 6 / 0.75),
    ]
    gains += [min(gains)] * 2  # two more items of the cell that costs most
    found = held_out_information(fitted, table)
    assert found.value == pytest.approx(np.mean(gains))
    assert found.std_error == pytest.approx(np.std(gains, ddof=1) / math.sqrt(6))
    assert table.sum() == 4  # the caller's table is as it was


def test_a_large_table_gives_the_information():
    rng = np.random.default_rng(2)
    truth = oracles.symmetric_channel(10, 0.7).information
    train, test = related(rng, 10**6, 0.7), related(rng, 10**6, 0.7)
    found = held_out_information(train, test)
    assert found.value == pytest.approx(truth, abs=4 * found.std_error)
    assert found.std_error < 2e-3
    assert split_information(test, rng).value == pytest.approx(truth, abs=8e-3)


def test_a_class_or_group_that_never_occurs_does_no_harm():
    table = np.array([[5, 0, 1], [0, 0, 0], [1, 0, 5]])
    found = held_out_information(table, table)
    assert math.isfinite(found.value)
    assert found.std_error > 0
    assert math.isfinite(split_information(table, np.random.default_rng(0)).value)


@pytest.mark.parametrize(("accuracy", "items"), [(0.1, 360), (0.3, 2000), (0.9, 2000)])
def test_a_kept_bound_is_hardly_ever_reported(accuracy, items):
    rng = np.random.default_rng(3)
    limit = oracles.symmetric_channel(10, accuracy).information
    tables = [related(rng, items, accuracy) for _ in range(300)]
    split = [normal_check(*split_information(t, rng), limit, 0.0, upper=True) for t in tables]
    assert np.mean([check.p_value <= 0.01 for check in split]) <= 0.02
    assert judge(split).count("violated") == 0
    # the plain value with the same standard error would not do
    errors = [check.measured_se for check in split]
    plain = [
        normal_check(plug_in_information(t), se, limit, 0.0, upper=True)
        for t, se in zip(tables, errors, strict=True)
    ]
    if accuracy == 0.1:
        assert np.mean([check.p_value <= 0.01 for check in plain]) > 0.5


@pytest.mark.parametrize(("items", "accuracy"), [(100, 0.95), (400, 0.995), (2000, 0.999)])
def test_rare_mistakes_that_a_sample_lacks_are_no_violation(items, accuracy):
    # two classes and a limit that is met with equality: most samples hold hardly any mistake
    rng = np.random.default_rng(10)
    limit = oracles.symmetric_channel(2, accuracy).information
    tables = [related(rng, items, accuracy, classes=2) for _ in range(500)]
    checks = [normal_check(*split_information(t, rng), limit, 0.0, upper=True) for t in tables]
    assert np.mean([check.p_value <= 0.01 for check in checks]) <= 0.01
    assert judge(checks).count("violated") == 0


def test_two_items_are_enough_for_an_answer_but_not_for_a_verdict():
    found = split_information(np.diag([1, 1]), np.random.default_rng(0))
    assert judge([normal_check(*found, 0.0, 0.0, upper=True)]) != ["violated"]


def test_a_broken_bound_is_reported():
    rng = np.random.default_rng(4)
    check = normal_check(*split_information(related(rng, 2000, 0.5), rng), 0.2, 0.01, upper=True)
    assert judge([check]) == ["violated"]
    train, test = related(rng, 1000, 0.4), related(rng, 360, 0.4)
    check = normal_check(*held_out_information(train, test), 0.05, 0.005, upper=True)
    assert judge([check]) == ["violated"]


def test_a_matching_from_train_is_judged_as_an_accuracy():
    rng = np.random.default_rng(5)
    checks = []
    for _ in range(200):
        match, test = unrelated(rng).argmax(0), unrelated(rng)
        checks.append(accuracy_check(int(test[match, np.arange(10)].sum()), 360, 0.1, 0.0))
    assert judge(checks).count("violated") == 0


def test_permutation_p_values_are_uniform_without_information():
    rng = np.random.default_rng(6)
    tables = [unrelated(rng, items=60, classes=3, groups=4) for _ in range(200)]
    p_values = np.array([independence_p_value(t, rng, permutations=99) for t in tables])
    assert abs(np.mean(p_values <= 0.1) - 0.1) < 0.06
    assert abs(np.mean(p_values <= 0.5) - 0.5) < 0.12
    assert np.mean(p_values <= 0.02) < 0.06


def test_permutation_p_values_against_enumeration():
    # Fisher's exact test: with margins (4, 4) and (4, 4), 2 of the 70 tables are as informative
    p_value = independence_p_value(np.diag([4, 4]), np.random.default_rng(7), permutations=4999)
    assert p_value == pytest.approx(2 / 70, abs=0.01)
    assert independence_p_value(np.full((2, 2), 3), np.random.default_rng(8), 50) == 1
    assert independence_p_value(np.diag([9, 9, 9]), np.random.default_rng(8)) == 1 / 1000
    strong = independence_p_value(np.diag([30, 30, 30]), np.random.default_rng(9), permutations=199)
    assert strong == 1 / 200


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ([[5, 5]], r"table must have 2 sides of at least 2, got \(1, 2\)"),
        ([5, 5], "table"),
        ([[1, 0], [0, 0]], "table must count at least 2 items, got 1"),
        ([[0.5, 1], [1, 1]], r"table .* 0\.5"),
        ([[-1, 1], [1, 1]], r"table .* -1\.0"),
        ([[math.nan, 1], [1, 1]], "table .* nan"),
    ],
)
def test_bad_tables_are_named(table, words):
    rng = np.random.default_rng(0)
    for call in (
        lambda: plug_in_information(np.array(table)),
        lambda: split_information(np.array(table), rng),
        lambda: independence_p_value(np.array(table), rng),
    ):
        with pytest.raises(ValueError, match=words):
            call()


def test_other_bad_input_is_named():
    with pytest.raises(ValueError, match="fitted"):
        held_out_information(np.ones((2, 3), int), np.ones((2, 2), int))
    with pytest.raises(ValueError, match="permutations"):
        independence_p_value(np.ones((2, 2), int), np.random.default_rng(0), permutations=0)
