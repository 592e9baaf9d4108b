"""Agreement of two labellings, from their table, against scikit-learn and by hand."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from hvae.statistics.sampled import (
    ari,
    contingency,
    count_rows,
    independent,
    nmi,
    total_variation,
)


@pytest.mark.parametrize("shape", [(2, 2), (3, 5), (10, 10), (4, 1)])
def test_agreement_is_that_of_the_labels(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(0)
    for _ in range(20):
        first, second = (random.integers(size, size=60) for size in shape)
        second = np.where(random.random(60) < 0.5, first % shape[1], second)
        table = contingency(first, second, shape)
        expected = normalized_mutual_info_score(first, second)
        assert nmi(table) == pytest.approx(expected, abs=1e-12)
        assert ari(table) == pytest.approx(adjusted_rand_score(first, second), abs=1e-12)


def test_tables_are_taken_many_at_once() -> None:
    tables = np.random.default_rng(1).integers(1, 9, size=(5, 1, 3, 4))
    for statistic in (nmi, ari):
        each = [[statistic(table) for table in sample] for sample in tables]
        np.testing.assert_allclose(statistic(tables), each)


def test_one_label_on_both_sides_agrees() -> None:
    table = np.array([[7, 0], [0, 0]])
    assert (nmi(table), ari(table)) == (1, 1)


def test_total_variation_by_hand() -> None:
    histograms = np.array([[[5, 5, 0], [2, 6, 2]], [[9, 0, 0], [0, 2, 1]], [[1, 2, 3], [2, 4, 6]]])
    np.testing.assert_allclose(total_variation(histograms), [0.3, 1.0, 0.0], atol=1e-12)


def test_independence_keeps_the_margins() -> None:
    table = np.array([[4, 1, 0], [2, 2, 3]])
    free = independent(table)
    np.testing.assert_allclose(free.sum(0), table.sum(0))
    np.testing.assert_allclose(free.sum(1), table.sum(1))
    assert np.linalg.matrix_rank(free) == 1


def test_counts_that_are_none_have_no_row() -> None:
    rows = list(count_rows(np.array([[0, 3], [2, 0]]), ["a", "b"], ["0", "1"]))
    assert rows == [
        {"group": "a", "output": "1", "count": 3},
        {"group": "b", "output": "0", "count": 2},
    ]
