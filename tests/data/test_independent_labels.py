"""Independent labels: no test finds a dependence on the items."""

import json
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2_contingency, chisquare, kstest

from hvae.config.synthetic import IndependentLabels
from hvae.data import gaussian
from hvae.data.bundled import load_digits
from hvae.data.sources import independent_shares, load_independent_labels

SPLIT = {"train": 0.6, "validation": 0.2, "test": 0.2}


def options(**changes: Any) -> IndependentLabels:
    values = {"source": "independent-labels", "split": SPLIT} | changes
    return IndependentLabels.model_validate_json(json.dumps(values))


def test_items_are_those_of_the_other_source() -> None:
    np.testing.assert_array_equal(load_independent_labels(options(), 3).x, load_digits().x)
    other = load_independent_labels(options(of="gaussian"), 3)
    original = gaussian.load(options(of="gaussian").origin, 3)  # type: ignore[arg-type]
    np.testing.assert_array_equal(other.x, original.x)
    np.testing.assert_array_equal(other.target, original.target)
    assert not other.bounded


def test_labels_come_as_often_as_their_shares_say() -> None:
    for chosen in (options(), options(shares=[0.5, 0.3, 0.2], of="gaussian")):
        source, shares = (
            load_independent_labels(chosen, 0),
            independent_shares(chosen),
        )
        counts = np.bincount(source.labels, minlength=len(shares))
        assert chisquare(counts, shares * len(source.x)).pvalue > 0.01
        assert len(source.classes) == len(shares)


def test_they_do_not_depend_on_the_digit() -> None:
    """The p-values of chi-squared tests over many seeds are uniform, as under independence."""
    digit = load_digits().labels
    p_values = [dependence(load_independent_labels(options(), s).labels, digit) for s in range(60)]
    assert kstest(p_values, "uniform").pvalue > 0.01


def dependence(labels: np.ndarray, classes: np.ndarray) -> float:
    table = np.zeros((labels.max() + 1, classes.max() + 1))
    np.add.at(table, (labels, classes), 1)
    return float(chi2_contingency(table).pvalue)


@pytest.mark.parametrize("of", ["digits", "gaussian"])
def test_they_do_not_depend_on_anything_in_x(of: str) -> None:
    """A permutation test of the spread of the labels' mean items."""
    source = load_independent_labels(options(of=of), 0)
    rng = np.random.default_rng(0)
    null = [spread(source.x, rng.permutation(source.labels)) for _ in range(199)]
    rank = np.mean([value >= spread(source.x, source.labels) for value in null])
    assert 0.01 < rank < 0.99


def spread(x: np.ndarray, labels: np.ndarray) -> float:
    means = [x[labels == label].mean(0) for label in np.unique(labels)]
    return float(sum(((mean - x.mean(0)) ** 2).sum() for mean in means))


def test_the_seed_decides_the_labels_alone() -> None:
    first, again, other = (load_independent_labels(options(), seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.labels, again.labels)
    assert (first.labels != other.labels).any()
    np.testing.assert_array_equal(first.x, other.x)
