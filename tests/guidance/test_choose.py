"""The best place and its region: planted optima, ties, and how often the region has the truth."""

import math

import numpy as np
import pytest

from hvae.guidance.choose import Choice, choose, edge
from hvae.guidance.paired import Variant, Way
from hvae.guidance.surface import Surface
from hvae.guidance.text import recommendation, seeds
from hvae.statistics.comparison import Scores
from tests.guidance.planes import of_scores, place, split, surface
from tests.statistics.simulated import Spread, means


def chosen(of: Surface) -> Choice:
    found = choose(of)
    assert found is not None
    return found


def region(of: Surface) -> list[float]:
    return [spot.place.beta[0] for spot in chosen(of).region]


def test_a_planted_optimum_is_found_alone() -> None:
    found = chosen(surface("clustering", [0.1, 0.9, 0.2, 0.3], se=0.01))
    assert found.best.place.beta[0] == 1
    assert [spot.place for spot in found.region] == [found.best.place]
    assert (found.decided, found.candidates, found.trainings) == (True, 4, 3)


def test_ties_share_the_region_and_the_first_is_taken() -> None:
    tied = surface("clustering", [0.1, 0.9, 0.9, 0.3], se=0.0)
    assert chosen(tied).best.place.beta[0] == 1
    assert region(tied) == [1, 2]


def test_nothing_is_best_where_all_may_be() -> None:
    found = chosen(surface("clustering", [0.50, 0.51, 0.49], se=0.1))
    assert not found.decided
    assert len(found.region) == 3


def test_less_is_better_for_an_error() -> None:
    one = surface("reconstruction", [0.3, 0.1, 0.2], se=0.001)
    turned = tuple(spot._replace(score=-spot.score) for spot in one.spots)
    found = chosen(one._replace(metric=one.application.metrics[1], spots=turned))
    assert found.best.validation.value == pytest.approx(0.1)
    assert [spot.place for spot in found.region] == [found.best.place]


def test_test_items_have_no_say() -> None:
    assert chosen(surface("clustering", [0.9, 0.1], [0.1, 0.9], se=0.01)).best.place.beta[0] == 0


def test_without_candidates_there_is_no_choice() -> None:
    assert choose(surface("clustering", [0.9]).without(lambda place: False)) is None


def test_one_training_gives_a_best_place_and_knows_nothing_of_others() -> None:
    one = surface("clustering", [0.1, 0.9, 0.2], se=0.001, trainings=1)
    found = chosen(one)
    assert found.best.place.beta[0] == 1
    assert len(found.region) == 3
    assert not found.decided
    assert "significant" not in recommendation(one, found)
    assert seeds(found.best).startswith("There is one training at each point")


def test_barred_places_are_no_candidates() -> None:
    one = surface("clustering", [0.9, 0.5, 0.1], se=0.01).without(lambda place: place.beta[0] > 0)
    assert region(one) == [1]
    assert chosen(one).candidates == 2


def test_under_a_budget_only_places_that_spend_as_much_are_compared() -> None:
    totals = [place(0, total) for total in (5.0, 9.8, 10.0)]
    one = surface("compression", [20.0, 24.0, 25.0], se=0.01, places=totals)
    found = chosen(one)
    assert found.best.place.total.value == 10.0
    assert found.candidates == 2
    assert len(found.region) == 1
    assert "the other 1 points that spend as much (within 5 %)" in recommendation(one, found)


def test_a_place_is_in_the_region_if_one_way_to_read_it_is() -> None:
    """Place 1 has a way that is as good as the best, and one that is far worse."""
    one = surface("clustering", [0.9, 0.9, 0.1], se=0.01)
    values = np.concatenate([one.candidates.scores.values, one.candidates.scores.values[2:]])
    ways = (*one.candidates.ways, Way(one.spots[1].place, Variant("", "worse", "")))
    more = one.candidates._replace(ways=ways, scores=Scores(values))
    assert region(one._replace(candidates=more)) == [0, 1]


@pytest.mark.parametrize("tau", [0.02, 0.1])
def test_the_region_has_the_true_best_where_trainings_vary(tau: float) -> None:
    truth = np.array([0.5, 0.5, 0.4, 0.2, 0.0, -0.5])
    runs, held, lost = 100, 0, 0
    for seed in range(runs):
        random = np.random.default_rng(seed)
        sides = [means(random, truth, Spread(of_place=tau), items=100).scores for _ in range(2)]
        found = region(of_scores("clustering", [place(k) for k in range(6)], (sides[0], sides[1])))
        held += {0, 1} <= {*found}
        lost += 5 in found
    assert held / runs >= 0.95 - 3 * math.sqrt(0.05 * 0.95 / runs)
    assert lost / runs < 0.1  # it is no empty promise


def test_the_ends_of_a_lattice_are_its_totals_and_no_share_is_an_end() -> None:
    lattice = [split(*r) for r in [(6, 0), (3, 3), (0, 6), (9, 0), (12, 0), (6, 6), (0, 12)]]
    ends = [edge(place, lattice) for place in lattice]
    assert ends == [*[["smallest total"]] * 3, [], *[["largest total"]] * 3]
    assert edge(lattice[0], lattice[:3]) == []  # of one total none is an end


def test_a_recommendation_at_given_rates_says_to_train_to_them() -> None:
    places = [split(9, 3), split(3, 3)]
    known = surface("reconstruction", [5.0, 1.0], places=places)
    text = recommendation(known, chosen(known))
    assert text.startswith("For reconstruction, train to R = (9, 3) nats. On test items that gives")
    assert "at rates of R₁ = 9" in text
    assert "That is the largest total of the lattice: a larger one might do better." in text


@pytest.mark.parametrize(("value", "said"), [(0.1, True), (0.9, False)])
def test_a_value_that_a_guess_may_reach_is_called_so(value: float, said: bool) -> None:
    one = surface("clustering", [value, value], se=0.1)
    assert ("A guess, which has 0, may do as well." in recommendation(one, chosen(one))) == said
    known = surface("reconstruction", [value, value], se=0.1)  # of a PSNR there is no such value
    assert "guess" not in recommendation(known, chosen(known))


def test_a_training_that_stopped_too_early_is_named_where_it_is_advised() -> None:
    one = surface("clustering", [0.1, 0.9], trainings=1)
    found = chosen(one)
    told = recommendation(one, found, unconverged=found.best.place.points)
    assert "Its training stopped too early" in told
    assert "stopped" not in recommendation(one, found, unconverged=["another"])
