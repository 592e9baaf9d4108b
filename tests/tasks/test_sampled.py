"""Scores against leaving each item out by hand, and whether pairs have the error of differences."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from hvae.statistics.estimate import error_of_mean
from hvae.statistics.intervals import mean, psnr
from hvae.statistics.proportion import auroc, hits, placements
from hvae.statistics.sampled import (
    Sampled,
    ari,
    contingency,
    nmi,
    numbered,
    of_table,
    of_two_samples,
    pseudo_values,
)
from hvae.tasks.classifier import METRICS, frechet, inception, logarithms, without_one

CLASSES, ITEMS, SHARED = 6, 200, 0.8
Pair = tuple[Sampled, Sampled]


def clusters(labels: np.ndarray, right: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    return np.where(right, labels, otherwise)


def test_scores_of_a_table_are_those_of_leaving_each_item_out() -> None:
    random = np.random.default_rng(0)
    labels = random.integers(3, size=40)
    found = clusters(labels, random.random(40) < 0.5, random.integers(5, size=40))
    table = contingency(labels, found, (3, 5))
    for statistic in (nmi, ari):
        whole = float(statistic(table))
        for item, score in enumerate(of_table(statistic, table, (labels, found))):
            rest = np.delete(labels, item), np.delete(found, item)
            without = float(statistic(contingency(*rest, (3, 5))))
            assert score == pytest.approx(40 * whole - 39 * without)


def test_many_cells_are_left_out_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(1)
    cells = random.integers(9, size=(2, 300))
    table = contingency(cells[0], cells[1], (9, 9))
    whole = of_table(nmi, table, (cells[0], cells[1]))
    monkeypatch.setattr("hvae.statistics.sampled.BATCH", 7)
    np.testing.assert_array_equal(of_table(nmi, table, (cells[0], cells[1])), whole)


def test_scores_of_draws_are_those_of_leaving_each_draw_out() -> None:
    p = np.random.default_rng(2).dirichlet([0.3] * CLASSES, size=30)
    by_hand = [logarithms(np.delete(p, item, axis=0)) for item in range(30)]
    np.testing.assert_allclose(without_one(p), by_hand)
    for place, name in enumerate(METRICS):
        one, left_out = inception(p, 5)[name], np.exp(np.array(by_hand)[:, place])
        np.testing.assert_allclose(one.scores, pseudo_values(one.row["value"], left_out))
        assert one.scores.mean() == pytest.approx(
            one.row["value"] - 29 * (left_out.mean() - one.row["value"])
        )
        spread = 29 / 30 * ((left_out - left_out.mean()) ** 2).sum()  # Efron & Stein (1981)
        assert one.row["std_error"] == pytest.approx(math.sqrt(spread))


def test_a_mean_is_its_own_and_a_psnr_is_linear_in_the_errors() -> None:
    errors = np.array([0.01, 0.02, 0.03, 0.0])
    np.testing.assert_array_equal(mean(errors).scores, errors)
    assert psnr(errors).scores.mean() == pytest.approx(-10 * math.log10(errors.mean()))
    steps = np.diff(psnr(errors).scores) / np.diff(errors)
    np.testing.assert_allclose(steps, -10 / math.log(10) / errors.mean())
    right = np.array([True, False, True])
    np.testing.assert_array_equal(hits(right).scores, [1, 0, 1])
    assert hits(right).std_error == pytest.approx(error_of_mean(np.array([1.0, 0.0, 1.0])))


def test_two_samples_have_the_sum_of_their_variances() -> None:
    random = np.random.default_rng(3)
    first, second = random.normal(size=17), 3 * random.normal(size=9)
    scores = of_two_samples(5.0, first, second)
    assert scores.mean() == pytest.approx(5)
    expected = math.hypot(error_of_mean(first), error_of_mean(second))
    assert error_of_mean(scores) == pytest.approx(expected)
    assert np.isnan(of_two_samples(5.0, first, second[:1])).all()
    assert numbered(np.array([4, 7]), np.array([0, 2])).tolist() == [4, 7, -1, -3]


def test_an_auroc_has_the_error_of_delong_or_more() -> None:
    random = np.random.default_rng(4)
    normal, outliers = random.normal(size=90), random.normal(size=50) + 1
    found = auroc(normal, outliers)
    assert found.scores.mean() == pytest.approx(found.row["value"])
    delong = math.hypot(*(error_of_mean(side) for side in placements(normal, outliers)))
    assert error_of_mean(found.scores) == pytest.approx(delong)
    assert delong <= found.std_error < 1.3 * delong
    far = auroc(normal, outliers + 2.5)
    assert far.row["value"] > 0.98
    assert far.std_error > error_of_mean(far.scores) > 0
    assert math.isnan(auroc(normal, outliers[:1]).std_error)


def test_a_distance_is_less_its_bias_and_has_the_error_of_its_interval() -> None:
    random = np.random.default_rng(5)
    found = frechet(random.normal(size=(200, 3)), random.normal(size=(150, 3)) + 1, 10)
    half = 2.262157 * found.std_error  # Student's t with nine degrees of freedom
    assert found.row["high"] == pytest.approx(found.row["value"] + half)
    assert found.row["low"] == pytest.approx(found.scores.mean() - half)
    assert found.scores.mean() < found.row["value"]
    assert len(found.scores) == 20


def of_partitions(random: np.random.Generator) -> Pair:
    """NMI of two clusterings of the same items, which mostly fail on the same ones."""
    labels, same = random.integers(CLASSES, size=ITEMS), random.random(ITEMS) < SHARED
    right, otherwise = random.random((2, ITEMS)) < 0.7, random.integers(CLASSES, size=(2, ITEMS))
    sides = []
    for side in range(2):
        source = np.where(same, 0, side), np.arange(ITEMS)
        cells = labels, clusters(labels, right[source], otherwise[source])
        table = contingency(*cells, (CLASSES, CLASSES))
        sides.append(Sampled({"value": float(nmi(table))}, of_table(nmi, table, cells)))
    return sides[0], sides[1]


def of_errors(random: np.random.Generator) -> Pair:
    """PSNR of two reconstructions, whose errors have a part in common."""
    common, own = random.exponential(size=ITEMS), random.exponential(size=(2, ITEMS))
    return psnr(3 * common + own[0]), psnr(3 * common + 2 * own[1])


def test_a_pair_of_a_known_correlation_has_the_error_that_this_gives() -> None:
    """Errors 3 C + A and 3 C + 2 B with means 4 and 5: Var(e/4 − e'/5) = 9/400 + 1/16 + 4/25."""
    random, times = np.random.default_rng(7), 200
    pairs = [of_errors(random) for _ in range(times)]
    found = [error_of_mean(one.scores - other.scores) for one, other in pairs]
    truth = 10 / math.log(10) * math.sqrt((9 / 400 + 1 / 16 + 4 / 25) / ITEMS)
    assert abs(np.mean(found) / truth - 1) < 3.5 * np.std(found) / truth / math.sqrt(times) + 0.01
    means = np.mean([one.scores.mean() - other.scores.mean() for one, other in pairs])
    assert abs(means - 10 * math.log10(5 / 4)) < 3.5 * truth / math.sqrt(times)


def of_ranks(random: np.random.Generator) -> Pair:
    """AUROC of two scores with a part in common, of items and of half as many outliers."""
    common = random.normal(size=ITEMS + ITEMS // 2) + 2 * (np.arange(ITEMS * 3 // 2) >= ITEMS)
    sides = [common + (1 - SHARED) * side * random.normal(size=len(common)) for side in (1, 4)]
    first, second = (auroc(side[:ITEMS], side[ITEMS:]) for side in sides)
    return first, second


def of_draws(random: np.random.Generator) -> Pair:
    """Inception Scores of draws that show much the same classes, more or less surely."""
    logits = 3 * random.normal(size=(ITEMS, CLASSES))
    other = logits + random.normal(size=logits.shape)
    first, second = (np.exp(x) / np.exp(x).sum(-1, keepdims=True) for x in (logits, other))
    return inception(first, 10)["inception_score"], inception(second, 10)["inception_score"]


@pytest.mark.parametrize("draw", [of_partitions, of_errors, of_ranks, of_draws])
def test_pairs_have_the_error_of_their_difference(
    draw: Callable[[np.random.Generator], Pair],
) -> None:
    """Over simulations: as large as it is said to be, and clearly less than unpaired ones."""
    random, times = np.random.default_rng(6), 300
    differences, paired, unpaired = [], [], []
    for _ in range(times):
        one, other = draw(random)
        differences.append((one.scores - other.scores).mean())
        paired.append(error_of_mean(one.scores - other.scores))
        unpaired.append(math.hypot(error_of_mean(one.scores), error_of_mean(other.scores)))
    spread = float(np.std(differences, ddof=1))
    ratio = math.sqrt(np.mean(np.square(paired))) / spread
    assert abs(ratio - 1) < 3.5 / math.sqrt(2 * times) + 0.02  # the last for errors that are rough
    assert np.mean(paired) < 0.75 * np.mean(unpaired)
