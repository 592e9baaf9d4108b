"""The best place and its region: planted optima, ties, and how often the region holds the truth."""

import numpy as np
import pytest

from hvae.guidance.choose import choose, edge
from hvae.guidance.text import recommendation
from tests.guidance.planes import at_rates, surface


def region(values: list[float], se: float = 0.1) -> list[float]:
    found = choose(surface("clustering", values, se=se))
    assert found is not None
    return [spot.place.beta[0] for spot in found.region]


def test_a_planted_optimum_is_found_alone() -> None:
    found = choose(surface("clustering", [0.1, 0.9, 0.2, 0.3], se=0.01))
    assert found is not None
    assert found.best.place.beta[0] == 1
    assert [spot.place for spot in found.region] == [found.best.place]
    assert found.decided


def test_ties_share_the_region_and_the_first_is_taken() -> None:
    found = choose(surface("clustering", [0.1, 0.9, 0.9, 0.3], se=0.0))
    assert found is not None
    assert found.best.place.beta[0] == 1
    assert [spot.place.beta[0] for spot in found.region] == [1, 2]


def test_nothing_is_best_where_all_may_be() -> None:
    found = choose(surface("clustering", [0.50, 0.51, 0.49], se=0.1))
    assert found is not None
    assert not found.decided
    assert len(found.region) == 3


def test_less_is_better_for_an_error() -> None:
    one = surface("reconstruction", [0.3, 0.1, 0.2], se=0.001)
    metric = one.application.metrics[1]
    turned = tuple(spot._replace(score=-spot.validation.value) for spot in one.spots)
    found = choose(one._replace(metric=metric, spots=turned))
    assert found is not None
    assert found.best.validation.value == 0.1


def test_test_items_have_no_say() -> None:
    one = choose(surface("clustering", [0.9, 0.1], [0.1, 0.9], se=0.01))
    assert one is not None
    assert one.best.place.beta[0] == 0


def test_more_candidates_make_a_wider_region() -> None:
    # two errors of 0.1 apart: 2.3 of their joint errors; z is 1.64 for one rival, 2.58 for ten
    assert region([0.9, 0.575]) == [0]
    assert region([0.9, 0.575, *[-5.0] * 9]) == [0, 1]
    one = surface("clustering", [0.9, 0.575])
    many = choose(one._replace(spots=tuple(s._replace(variants=6) for s in one.spots)))
    assert many is not None
    assert not many.decided


def test_a_stricter_level_makes_a_wider_region() -> None:
    one = surface("clustering", [0.9, 0.575])
    strict, loose = (choose(one, level) for level in (0.001, 0.05))
    assert strict is not None
    assert loose is not None
    assert (len(strict.region), len(loose.region)) == (2, 1)


def test_without_candidates_there_is_no_choice() -> None:
    assert choose(surface("clustering", [0.9]).without(lambda place: False)) is None


@pytest.mark.parametrize("shared", [0.0, 0.9])
def test_the_region_holds_the_true_best_at_least_95_times_in_100(shared: float) -> None:
    """Errors of points may be correlated, as they are on shared items."""
    random = np.random.default_rng(0)
    truth = np.array([0.5, 0.5, 0.48, 0.45, 0.3, 0.1])
    runs = 1000
    common = np.sqrt(shared) * random.standard_normal((runs, 1))
    noise = common + np.sqrt(1 - shared) * random.standard_normal((runs, len(truth)))
    held = [0 in region((truth + 0.05 * one).tolist(), se=0.05) for one in noise]
    wide = 3 * np.sqrt(0.05 * 0.95 / runs)
    assert np.mean(held) >= 0.95 - wide
    # and it is no empty promise: the worst point is hardly ever in it
    assert np.mean([5 in region((truth + 0.05 * one).tolist(), se=0.05) for one in noise]) < 0.05


def test_the_largest_total_is_an_edge_in_its_open_layers() -> None:
    lattice = [at_rates(*r).place for r in [(6, 0), (3, 3), (0, 6), (12, 0), (6, 6), (0, 12)]]
    assert [edge(place, lattice) for place in lattice] == [[], [], [], [1], [1, 2], [2]]
    assert edge(lattice[0], lattice[:3]) == []  # of one total none is the largest


def test_a_recommendation_at_given_rates_says_to_train_to_them() -> None:
    spots = (at_rates(9, 3, value=5.0), at_rates(6, 6, value=1.0))
    known = surface("reconstruction", [1.0])._replace(spots=spots)
    choice = choose(known)
    assert choice is not None
    text = recommendation(known, choice)
    assert text.startswith("For reconstruction, train to R = (9, 3) nats: its rates are R₁ = 9")
