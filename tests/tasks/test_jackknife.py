"""The jackknife where its answer is known: means, variances, and how often intervals hold."""

import numpy as np
import pytest

from hvae.statistics.intervals import (
    Jackknife,
    exponential,
    jackknife,
    parts_of,
    spread,
    without_each,
)

RANDOM = np.random.default_rng(0)


def of(statistic, sample: np.ndarray, parts: int) -> Jackknife:  # type: ignore[no-untyped-def]
    values = [statistic(some) for some in without_each(sample, parts)]
    return jackknife(np.array(statistic(sample)), np.array(values))


def test_of_a_mean_it_is_the_standard_error_and_there_is_no_bias() -> None:
    sample = RANDOM.normal(size=50)
    found = of(np.mean, sample, 50)
    assert found.std_error == pytest.approx(sample.std(ddof=1) / np.sqrt(50))
    assert found.bias == pytest.approx(0, abs=1e-12)
    assert found.degrees == 49


def test_of_a_variance_over_n_it_finds_the_whole_bias() -> None:
    """The variance over n − 1 is exactly what its correction gives."""
    sample = RANDOM.normal(size=30)
    found = of(np.var, sample, 30)
    assert found.value - found.bias == pytest.approx(sample.var(ddof=1))


def test_errors_of_two_samples_add_up_as_variances() -> None:
    both = [RANDOM.normal(size=40), RANDOM.normal(scale=3, size=60)]
    means = [np.array([some.mean() for some in without_each(one, 10)]) for one in both]
    value = both[0].mean() - both[1].mean()
    found = jackknife(np.array(value), means[0] - both[1].mean(), both[0].mean() - means[1])
    alone = [of(np.mean, one, 10).std_error for one in both]
    assert found.std_error == pytest.approx(np.hypot(*alone))
    assert found.degrees == 9


def test_intervals_reach_over_the_bias_whatever_its_sign() -> None:
    for bias in (-0.5, 0.5):
        low, high = Jackknife(np.array(1.0), np.array(bias), np.array(0.0), 9).interval()
        assert (low, high) == (min(1, 1 - bias), max(1, 1 - bias))
    wide = spread(Jackknife(np.array(1.0), np.array(0.0), np.array(0.1), 9))
    assert wide["high"] - 1 == pytest.approx(0.2262, abs=1e-4)  # Student's t at 9 degrees
    (row,) = exponential(Jackknife(np.log([2.0]), np.zeros(1), np.zeros(1), 9))
    assert row == pytest.approx({"value": 2, "low": 2, "high": 2})


def test_parts_hold_every_item_once_and_are_no_more_than_items() -> None:
    assert [len(part) for part in parts_of(23, 5)] == [5, 5, 5, 4, 4]
    assert np.concatenate(parts_of(23, 5)).tolist() == list(range(23))
    assert len(parts_of(3, 10)) == 3
