"""Losses, pairs, fronts and compromises between applications whose values are planted."""

import math

import pytest

from hvae.config.params import Guidance
from hvae.config.task import Name
from hvae.guidance.choose import Choice, choose, compromise, front, fronts
from hvae.guidance.gains import MOST, losses, pairs
from hvae.guidance.surface import Surface
from hvae.results.quantities import METRICS
from tests.guidance.planes import place, surface

FIRST = [0.1, 0.5, 0.9, 0.8, 0.2]
SECOND = [9.0, 8.0, 5.0, 1.0, 7.5]


def two() -> dict[Name, Surface]:
    return {
        "clustering": surface("clustering", FIRST, [0.1, 0.4, 0.8, 0.7, 0.2], se=0.03),
        "reconstruction": surface("reconstruction", SECOND, [8.0, 7.0, 4.0, 1.0, 7.0], se=0.4),
    }


def chosen(surfaces: dict[Name, Surface]) -> dict[Name, Choice]:
    found = {name: choose(one) for name, one in surfaces.items()}
    return {name: choice for name, choice in found.items() if choice is not None}


def test_losses_are_zero_on_the_diagonal_and_on_test_beside_it() -> None:
    table = {(one.application, one.optimum): one for one in losses(two(), chosen(two()))}
    for name in two():
        assert (table[name, name].loss, table[name, name].note) == (None, "the same point")
    one, other = table["clustering", "reconstruction"], table["reconstruction", "clustering"]
    assert (one.loss, other.loss) == pytest.approx((0.7, 4.0))
    assert (one.std_error, other.std_error) == pytest.approx(
        (math.hypot(0.03, 0.03), math.hypot(0.4, 0.4)), rel=0.1
    )
    assert (one.verdict, other.verdict) == ("more", "more")


def test_a_place_over_the_budget_has_a_note_in_place_of_a_loss() -> None:
    surfaces = two()
    surfaces["reconstruction"] = surfaces["reconstruction"].without(lambda p: p.beta[0] != 2)
    table = {(one.application, one.optimum): one for one in losses(surfaces, chosen(surfaces))}
    assert table["reconstruction", "clustering"][2:] == (None, None, None, "over the budget")
    cut = surfaces["reconstruction"]._replace(barred=())
    (_, _, note, _) = losses(surfaces | {"reconstruction": cut}, chosen(surfaces))
    assert note.note == "not measured"


PAIRED = [7.0, 2.0, 2.01]  # 5 is far more than the error of about 0.1 √2, and 0.01 far less


@pytest.mark.parametrize(("metric", "sign"), [("psnr_db", 1), ("mse", -1)])
def test_a_planted_difference_of_two_places_is_found_by_its_direction(
    metric: str, sign: int
) -> None:
    of = surface("reconstruction", PAIRED)._replace(metric=METRICS[metric])
    one, two, three = pairs(of, together=4)
    assert one.difference is not None
    assert one.half is not None
    assert one.difference.value == pytest.approx(sign * 5)
    assert one.half == pytest.approx(2.5 * 0.1 * math.sqrt(2), rel=0.15)  # z of 5 % over 4
    expected = "more" if sign > 0 else "less"
    assert [one.verdict, two.verdict, three.verdict] == [expected, expected, "undecided"]


def test_a_pair_turned_round_has_the_other_sign_and_the_same_interval() -> None:
    of = surface("reconstruction", PAIRED)
    back = of._replace(spots=of.spots[::-1])
    for one, other in zip(pairs(of, 4), [*pairs(back, 4)][::-1], strict=True):
        assert (one.first, one.second) == (other.second, other.first)
        assert one.difference is not None
        assert other.difference is not None
        assert one.difference.value == -other.difference.value
        assert one.half == pytest.approx(other.half)
        turned = {"more": "less", "undecided": "undecided"}
        assert other.verdict == turned[str(one.verdict)]


def test_pairs_of_one_training_decide_nothing() -> None:
    found = list(pairs(surface("reconstruction", PAIRED, trainings=1), together=1))
    assert {one.verdict for one in found} == {"undecided: one training"}
    assert {one.half for one in found} == {math.inf}


def test_places_of_a_budget_are_paired_where_they_spend_as_much_and_too_many_not_at_all() -> None:
    where = [place(0, 10), place(1, 10.2), place(2, 20)]
    found = list(pairs(surface("compression", PAIRED, places=where), together=1))
    assert [one.verdict for one in found] == ["more", None, None]
    most = surface("reconstruction", [float(k % 7) for k in range(MOST)])
    assert len(list(pairs(most, 1))) == MOST * (MOST - 1) // 2
    more = surface("reconstruction", [float(k % 7) for k in range(MOST + 1)])
    assert list(pairs(more, 1)) == []


def test_the_front_is_the_known_one_chosen_on_validation_and_told_on_test() -> None:
    (one,) = fronts(two())
    assert (one.first, one.second) == ("clustering", "reconstruction")
    assert [a.place.beta[0] for a, _ in one.members] == [0, 1, 2]  # 3 and 4 are beaten in both
    values = [value for a, b in one.members for value in (a.test.value, b.test.value)]
    assert values == pytest.approx([0.1, 8.0, 0.4, 7.0, 0.8, 4.0])


def test_equal_places_are_both_on_the_front() -> None:
    a, b = (surface(name, [1.0, 1.0, 0.5], se=0.0) for name in ("clustering", "generation"))
    assert [first.place.beta[0] for first, _ in front(a, b)] == [0, 1]


@pytest.mark.parametrize(("name", "place"), [("clustering", 2), ("reconstruction", 0)])
def test_a_compromise_for_one_application_alone_is_its_optimum(name: Name, place: int) -> None:
    weights = dict.fromkeys(two(), 0.0) | {name: 3.0}
    found = compromise(two(), Guidance(weights=weights))
    assert found is not None
    assert found.place.beta[0] == place
    assert found.score == pytest.approx(1)
    assert list(found.spots) == [name]


def test_equal_weights_scale_each_application_from_worst_to_best() -> None:
    found = compromise(two(), Guidance())
    assert found is not None
    # place 2 is best in one (1) and half way in the other (0.5); place 1 has 0.5 and 7/8
    assert found.place.beta[0] == 2
    assert found.score == pytest.approx(0.75)
    uneven = compromise(two(), Guidance(weights={"clustering": 1.0, "reconstruction": 3.0}))
    assert uneven is not None
    assert uneven.place.beta[0] == 1
    assert uneven.score == pytest.approx((0.5 + 3 * 7 / 8) / 4)


def test_what_is_the_same_everywhere_decides_nothing() -> None:
    flat: dict[Name, Surface] = {"generation": surface("generation", [2.0] * 5, se=0.0)}
    found, without = compromise(two() | flat, Guidance()), compromise(two(), Guidance())
    assert found is not None
    assert without is not None
    assert found.place == without.place
    assert found.score == pytest.approx((2 * 0.75 + 1) / 3)


def test_a_compromise_is_among_the_places_that_all_may_choose() -> None:
    surfaces = two()
    surfaces["reconstruction"] = surfaces["reconstruction"].without(lambda p: p.beta[0] > 2)
    found = compromise(surfaces, Guidance())
    assert found is not None
    assert found.place.beta[0] > 2
    surfaces["clustering"] = surfaces["clustering"].without(lambda p: p.beta[0] < 2)
    assert compromise(surfaces, Guidance()) is None
    assert compromise({}, Guidance()) is None


def test_of_one_training_no_loss_is_decided() -> None:
    surfaces = {
        name: surface(name, values, se=0.01, trainings=1)
        for name, values in (("clustering", FIRST), ("reconstruction", SECOND))
    }
    verdicts = {one.verdict for one in losses(surfaces, chosen(surfaces)) if not one.note}
    assert verdicts == {"undecided: one training"}


def test_losses_of_compression_need_equal_spending() -> None:
    surfaces = {
        "compression": surface("compression", SECOND, se=0.01),
        "clustering": surface("clustering", FIRST, se=0.01),
    }
    table = {(one.application, one.optimum): one for one in losses(surfaces, chosen(surfaces))}
    assert table["compression", "clustering"].note == "another total rate"
    assert table["clustering", "compression"].verdict == "more"
    filed = surfaces["compression"]
    costs = {spot.place: spot.place.total.value for spot in filed.spots}
    surfaces["compression"] = filed._replace(costs=costs)
    told = [one for one in losses(surfaces, chosen(surfaces)) if one.application == "compression"]
    assert [one.note for one in told] == ["the same point", "files of another size"]
