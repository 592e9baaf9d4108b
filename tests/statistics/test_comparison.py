"""Comparisons of places where the truth is known: errors, coverage, false and true findings."""

import math

import numpy as np
import pytest

from hvae.guidance.choose import region
from hvae.statistics.comparison import (
    ONE_TRAINING,
    Difference,
    Scores,
    across,
    difference,
    differences,
    power,
    single,
    verdicts,
)
from hvae.statistics.sampled import nmi
from tests.statistics import simulated
from tests.statistics.simulated import Simulated, Spread, means, of_cells

EQUAL = np.zeros(6)


def covered(one: Simulated) -> float:
    """The share of the differences to the first place whose intervals have the truth."""
    low, high = differences(one.scores, 0).interval()
    apart = one.truth - one.truth[0]
    return float(((low <= apart) & (apart <= high))[1:].mean())


def coverage(make, experiments: int, **more) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    """Over experiments, and twice its standard error."""
    found = [covered(make(np.random.default_rng(seed), **more)) for seed in range(experiments)]
    return float(np.mean(found)), 2 * float(np.std(found)) / math.sqrt(experiments)


@pytest.mark.parametrize(
    "spread",
    [
        Spread(),
        Spread(of_place=0.3),
        Spread(of_place=0, of_pair=0, crossed=1),
        Spread(of_training=0, of_place=0, crossed=0),
    ],
)
def test_intervals_of_means_cover(spread: Spread) -> None:
    found, error = coverage(means, 400, truth=np.arange(6.0), spread=spread)
    assert 0.93 - error <= found <= 0.97 + error


@pytest.mark.parametrize(
    ("make", "truth"),
    [
        (simulated.hits, np.array([0.9, 0.5, 0.8, 0.85, 0.95])),
        (simulated.clusterings, np.array([0.3, 0.1, 0.2, 0.6, 0.9])),
        (simulated.inception, np.array([0.2, 0.1, 0.5, 0.9, 0.95])),
        (simulated.ranking, np.array([0.8, 0.55, 0.9, 0.99, 0.995])),
    ],
)
def test_intervals_of_other_statistics_cover(make, truth) -> None:  # type: ignore[no-untyped-def]
    found, error = coverage(lambda random: make(random, truth), 120)
    assert 0.92 - error <= found <= 0.99 + error


def test_intervals_across_lattices_cover() -> None:
    """What a training does to a whole lattice no longer cancels."""
    found = []
    for seed in range(400):
        random = np.random.default_rng(seed)
        own = random.standard_normal(200)
        ours = means(random, EQUAL, Spread(), own=own).scores
        single = means(random, np.ones(4), Spread(of_place=0.1), own=own).scores
        low, high = across(ours, 2, single, 1).interval()
        found.append(low <= -1 <= high)
    assert np.mean(found) == pytest.approx(0.95, abs=0.02 + 2 * math.sqrt(0.95 * 0.05 / 400))


@pytest.mark.parametrize(
    "spread",
    [
        Spread(),
        Spread(of_training=1),
        Spread(of_training=0.05),
        Spread(of_training=0, of_place=0, crossed=0),
    ],
)
def test_intervals_of_single_values_cover(spread: Spread) -> None:
    """Three trainings, whose common part does not cancel: 1.96 standard errors covered 83 %."""
    truth, found = np.arange(6.0), []
    for seed in range(400):
        scores = means(np.random.default_rng(seed), truth, spread).scores
        ends = [single(scores, place).interval() for place in range(6)]
        found.append(
            np.mean([low <= one <= high for one, (low, high) in zip(truth, ends, strict=True)])
        )
    error = 2 * float(np.std(found)) / math.sqrt(len(found))
    assert 0.93 - error <= np.mean(found) <= 0.97 + error


def test_the_error_is_that_of_repeated_experiments() -> None:
    """Half of a second training would be counted twice, were the items' part not subtracted."""
    spread, found = Spread(of_place=0.05, of_pair=0.3, crossed=0.6), []
    for seed in range(500):
        one = difference(means(np.random.default_rng(seed), EQUAL, spread).scores, 0, 1)
        found.append((one.value, one.std_error**2))
    values, squares = np.array(found).T
    exact = 2 * (0.05**2 + 0.6**2 / 200) / 3 + 2 * 0.3**2 / 200
    assert values.var() == pytest.approx(exact, rel=3 * math.sqrt(2 / 500))
    assert exact <= squares.mean() <= 1.25 * exact  # τ² is at least 0, which adds a little


def test_nothing_is_found_where_nothing_is() -> None:
    """In 500 experiments: the region, and all differences to one place together (Holm)."""
    outside = found = 0
    for seed in range(500):
        scores = means(np.random.default_rng(seed), np.zeros(8), Spread(of_place=0.1)).scores
        outside += not region(scores).inside.all()
        pairs = [difference(scores, 0, place) for place in range(1, 8)]
        found += any(verdict in ("more", "less") for verdict in verdicts(pairs))
    most = 500 * 0.05 + 2 * math.sqrt(500 * 0.05 * 0.95)
    assert outside <= most
    assert found <= most


@pytest.mark.parametrize("places", [3, 10])
def test_a_planted_difference_is_found_as_often_as_the_power_says(places: int) -> None:
    """Two standard errors; the error is known by construction, its degrees by the places."""
    spread = Spread(of_place=1, of_pair=0, crossed=0)
    truth = np.zeros(places)
    truth[0] = 2 * math.sqrt(2 / 3)
    found, degrees = [], []
    for seed in range(600):
        one = difference(means(np.random.default_rng(seed), truth, spread, 20).scores, 0, 1)
        found.append(one.p_value <= 0.05)
        degrees.append(one.degrees)
    expected = power(2, float(np.median(degrees)))
    assert np.mean(found) == pytest.approx(expected, abs=0.03 + 2 * math.sqrt(0.25 / 600))


def test_power_with_many_degrees_is_that_of_the_normal_law() -> None:
    assert power(2, 1e6) == pytest.approx(0.516, abs=1e-3)
    assert power(0, 7) == pytest.approx(0.05)


def test_the_region_has_the_best_and_pairs_make_it_smaller() -> None:
    truth = -0.5 * np.linspace(0, 1, 12) ** 2
    has, sizes, unpaired = [], [], []
    for seed in range(150):
        spread = Spread(of_place=0.02, of_pair=0.3, crossed=0.2)
        scores = means(np.random.default_rng(seed), truth, spread).scores
        found = region(scores)
        has.append(found.inside[0])
        sizes.append(found.inside.sum())
        error = scores.by_item.std(1, ddof=1) / math.sqrt(scores.items)
        unpaired.append((scores.value > scores.value.max() - 2.6 * error * math.sqrt(2)).sum())
    assert np.mean(has) >= 0.95 - 2 * math.sqrt(0.05 * 0.95 / 150)
    assert np.mean(sizes) < 0.75 * np.mean(unpaired)


def test_less_may_be_better() -> None:
    scores = means(np.random.default_rng(0), np.arange(5.0), Spread()).scores
    assert region(scores, sign=-1).best == 0
    assert region(scores).best == 4
    assert region(scores).inside.tolist() == [False] * 4 + [True]


def test_one_training_decides_nothing() -> None:
    scores = means(np.random.default_rng(0), np.arange(5.0), Spread(), trainings=1).scores
    one = difference(scores, 4, 0)
    assert one.value == pytest.approx(4, abs=0.2)
    assert one.degrees == 0
    assert one.p_value == 1
    assert one.z == 0
    assert one.interval() == (-math.inf, math.inf)
    assert verdicts([one]) == [ONE_TRAINING]
    assert region(scores).inside.all()
    assert across(scores, 0, scores, 1).degrees == 0
    assert single(scores, 4).interval() == (-math.inf, math.inf)


def test_of_hits_the_error_is_agresti_and_min_s() -> None:
    """(b + c + 1 − (b − c)²/n) / n² to order 1/n³; b and c items differ either way."""
    n, b, c = 400, 30, 10
    first, second = np.zeros(n), np.zeros(n)
    first[:b], second[b : b + c] = 1, 1
    one = difference(Scores(np.stack([first, second])[:, None]), 0, 1)
    assert one.value == pytest.approx((b - c) / n)
    exact = math.sqrt(b + c + 1 - (b - c) ** 2 / n) / n
    assert one.std_error == pytest.approx(exact, rel=5e-3)


def test_what_training_does_to_all_places_does_not_matter() -> None:
    plain = means(np.random.default_rng(0), EQUAL, Spread()).scores
    shifted = Scores(plain.values + np.array([-5.0, 1.0, 9.0])[:, None])
    for one, other in zip(differences(plain, 0), differences(shifted, 0), strict=True):
        assert one == pytest.approx(other)


def test_pseudo_values_of_nmi_are_those_of_leaving_out_each_item() -> None:
    random = np.random.default_rng(0)
    label, cluster = random.integers(10, size=(2, 60))
    table = np.zeros((10, 10), dtype=np.int64)
    np.add.at(table, (label, cluster), 1)
    without = table.copy()
    without[label[7], cluster[7]] -= 1
    expected = 60 * nmi(table) - 59 * nmi(without)
    assert of_cells(nmi, label, cluster)[7] == pytest.approx(float(expected))


def test_the_same_scores_have_no_difference() -> None:
    same = Scores(np.repeat(np.random.default_rng(0).normal(size=(1, 3, 9)), 2, 0))
    one = difference(same, 0, 1)
    assert (one.value, one.std_error, one.z, one.p_value) == (0, 0, 0, 1)
    assert region(same).inside.all()


def test_verdicts_are_adjusted_for_all_that_is_told() -> None:
    single = Difference(np.array(-2.2), np.array(1.0), np.array(1e6))
    clear = Difference(np.array(5.0), np.array(1.0), np.array(1e6))
    assert verdicts([single]) == ["less"]
    assert verdicts([single, clear]) == ["less", "more"]
    assert verdicts([single] * 3) == ["undecided"] * 3


@pytest.mark.parametrize(
    "values",
    [np.zeros((2, 3)), np.zeros((2, 3, 1)), np.zeros((0, 3, 4)), np.full((1, 1, 2), np.nan)],
)
def test_bad_scores_are_refused(values: np.ndarray) -> None:
    with pytest.raises(ValueError, match="scores"):
        Scores(values)


def test_other_items_cannot_be_paired() -> None:
    one, other = (Scores(np.zeros((2, 3, items))) for items in (4, 5))
    with pytest.raises(ValueError, match="same items"):
        across(one, 0, other, 0)
