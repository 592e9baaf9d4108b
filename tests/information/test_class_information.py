"""The classifier bound on I(y; z): labels that are independent, separated, or known in between."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import log_softmax
from scipy.stats import norm

from hvae.information import classes
from hvae.information.classes import class_information
from tests.information import channels

SHARES = np.array([0.5, 0.3, 0.2])


def draw_labels(rng, items, shares=SHARES):
    return rng.choice(len(shares), size=items, p=shares)


def entropy_of(labels):
    shares = np.bincount(labels) / len(labels)
    return -(shares[shares > 0] * np.log(shares[shares > 0])).sum()


def estimate(rng, sampler, items=400):
    train_labels, test_labels = draw_labels(rng, items), draw_labels(rng, items)
    return test_labels, class_information(
        sampler(rng, train_labels), train_labels, sampler(rng, test_labels), test_labels
    )


def independent(rng, labels):
    return rng.normal(size=(len(labels), 6))


def separated(rng, labels):
    return 12 * np.eye(3)[labels] + rng.normal(size=(len(labels), 3))


def codes(rng, labels):
    """One-hot vectors of the class; some items of the first class have a fourth vector."""
    other = (rng.random(len(labels)) < 0.1) & (labels == 0)
    return np.eye(4)[np.where(other, 3, labels)]


def rings(rng, labels):
    """Classes that no linear classifier can separate."""
    angle = rng.uniform(0, 2 * math.pi, size=len(labels))
    radius = (1 + 2 * labels + rng.normal(scale=0.2, size=len(labels)))[:, None]
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def line(rng, labels):
    return (2.0 * labels + rng.normal(size=len(labels)))[:, None]


def information_of_line():
    """I(y; z) of `line` by quadrature over z."""

    def integrand(z):
        joint = SHARES * norm.pdf(z, 2.0 * np.arange(3))
        return (joint * np.log(joint / (SHARES * joint.sum()))).sum()

    return quad(integrand, -8, 12)[0]


@pytest.mark.parametrize("items", [60, 200])
def test_independent_labels_are_known_to_be_independent(items):
    rng = np.random.default_rng(0)
    found = [estimate(rng, independent, items)[1] for _ in range(12)]
    mean, error = channels.mean_and_error([one.value for one in found])
    assert mean < 3 * error
    assert mean > -6 / items  # what is lost to shares and sharpness learnt from few items
    assert all(one.value < 3 * one.std_error for one in found)


@pytest.mark.parametrize("sampler", [separated, rings])
def test_separated_classes_give_all_of_the_entropy(sampler):
    labels, found = estimate(np.random.default_rng(1), sampler)
    assert entropy_of(labels) - 0.05 < found.value < entropy_of(labels)
    assert (found.kind, found.saturated) == ("lower", False)


def test_codes_of_which_a_class_has_but_one_have_an_estimate():
    """All items of y = 1 have one code and so no covariance; the same holds for y = 2."""
    labels, found = estimate(np.random.default_rng(1), codes)
    assert entropy_of(labels) - 0.05 < found.value < entropy_of(labels)


def test_in_between_it_is_below_the_truth_and_close():
    rng = np.random.default_rng(2)
    truth = information_of_line()
    assert 0.4 < truth < 0.6
    values = [estimate(rng, line)[1].value for _ in range(12)]
    mean, error = channels.mean_and_error(values)
    assert truth - 0.03 - 3 * error < mean < truth + 3 * error


def test_the_standard_error_is_the_spread_over_test_sets():
    rng = np.random.default_rng(3)
    labels = draw_labels(rng, 600)
    r = classes.fit(line(rng, labels), labels, 3)
    found = []
    for _ in range(200):
        labels = draw_labels(rng, 300)
        found.append(classes._bound(r.log_probabilities(line(rng, labels)), labels))
    spread = np.std([one.value for one in found], ddof=1)
    assert np.mean([one.std_error for one in found]) == pytest.approx(spread, rel=0.15)


def test_the_standard_error_is_the_jackknifes_but_for_the_item_added():
    rng = np.random.default_rng(4)
    labels, log_r = draw_labels(rng, 200), log_softmax(rng.normal(size=(200, 3)), axis=1)
    own = log_r[np.arange(200), labels]
    left_out = [entropy_of(np.delete(labels, m)) + np.delete(own, m).mean() for m in range(200)]
    jackknife = math.sqrt(199 / 200 * ((left_out - np.mean(left_out)) ** 2).sum())
    found = classes._bound(log_r, labels)
    assert found.value == pytest.approx(entropy_of(labels) + own.mean())
    assert 0.99 * jackknife < found.std_error
    assert found.std_error < math.hypot(jackknife, (found.value - log_r.min()) / 200)


def test_perfect_predictions_of_few_items_are_not_certain():
    _, found = estimate(np.random.default_rng(5), separated, items=50)
    assert found.std_error > 0.05


def test_sharpness_mends_probabilities_that_are_too_bold():
    rng = np.random.default_rng(6)
    shares = classes.Shares(1000, np.log(SHARES))
    true = log_softmax(np.log(SHARES) + rng.normal(size=(4000, 3)), axis=1)
    labels = (np.exp(true).cumsum(1) < rng.random((4000, 1))).sum(1)
    bold = log_softmax(np.log(SHARES) + 3 * (true - np.log(SHARES)), axis=1)
    sharpness, loss = classes._calibrate(bold, labels, shares)
    assert sharpness == pytest.approx(1 / 3, abs=0.03)
    assert loss == pytest.approx(-true[np.arange(4000), labels].mean(), abs=0.005)


@pytest.mark.parametrize("sharpness", [0.0, 0.7, 1.0, 4.0])
def test_calibrated_probabilities_are_probabilities(sharpness):
    shares = classes.Shares(50, np.log(SHARES))
    log_p = np.log(np.array([[1.0, 1e-300, 1e-300], [0.2, 0.5, 0.3]]))
    log_r = shares.calibrated(log_p, sharpness)
    np.testing.assert_allclose(np.exp(log_r).sum(1), 1)
    assert log_r.min() >= math.log(1 / 51 / 3) - 1e-12
    if sharpness == 0:
        np.testing.assert_allclose(np.exp(log_r), [(50 * SHARES + 1 / 3) / 51] * 2)


def test_classes_that_one_side_lacks_do_no_harm():
    rng = np.random.default_rng(7)
    train_labels = np.array([0] * 20 + [1] * 20 + [2])
    test_labels = np.array([0] * 20 + [1] * 20 + [3])
    train, test = separated(rng, train_labels), separated(rng, np.minimum(test_labels, 2))
    found = class_information(train, train_labels, test, test_labels)
    assert math.isfinite(found.value)
    assert 0 < found.value < entropy_of(test_labels)
    assert math.isfinite(found.std_error)


def test_the_names_of_labels_do_not_matter():
    rng = np.random.default_rng(8)
    labels = draw_labels(rng, 120)
    z = line(rng, labels)
    plain = class_information(z[:60], labels[:60], z[60:], labels[60:])
    named = np.array([40, 7, -3])[labels]
    renamed = class_information(z[:60], named[:60], z[60:], named[60:])
    assert renamed.value == pytest.approx(plain.value, abs=0.02)  # other folds


def test_bad_input_is_named():
    rng = np.random.default_rng(9)
    z, y = rng.normal(size=(20, 2)), np.arange(20) % 2
    broken = z.copy()
    broken[4, 1] = math.nan
    for arguments, words in [
        ((broken, y, z, y), "train must be finite, got nan"),
        ((z, y, broken, y), "test must be finite, got nan"),
        ((z, y[1:], z, y), r"train_labels must hold 20 labels.* got shape \(19,\)"),
        ((z, y, z, y[:, None]), r"test_labels must hold 20 labels.* got shape \(20, 1\)"),
        (
            (z[:1], y[:1], z, y),
            r"train must have a row for each item, two or more, got shape \(1, 2\)",
        ),
        (
            (z, y, z[:1], y[:1]),
            r"test must have a row for each item, two or more, got shape \(1, 2\)",
        ),
        (
            (z[:, 0], y, z, y),
            r"train must have a row for each item, two or more, got shape \(20,\)",
        ),
        ((z, 0 * y, z, y), "train_labels must hold at least two classes"),
        ((z[:3], np.array([0, 0, 1]), z, y), "train_labels must hold at least two classes"),
    ]:
        with pytest.raises(ValueError, match=words):
            class_information(*arguments)
