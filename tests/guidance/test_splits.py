"""Splits of one total rate: the best of each, what moving a nat changes, and the paper's claims.

Claims are held to experiments where they are true, and to such where they are false.
"""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from hvae.config.task import Name
from hvae.guidance.lattice import best_splits, moves, record, splits
from hvae.guidance.split_claims import deciding, differing
from hvae.guidance.surface import Surface
from hvae.results.rates import Place
from hvae.statistics.comparison import Scores, power
from hvae.statistics.estimate import Floats
from tests.guidance.planes import of_scores, split, surface
from tests.statistics import simulated
from tests.statistics.simulated import Spread, means

TOTALS, SHARES = (6.0, 12.0), (0.0, 0.5, 1.0)
LATTICE = [split(t * (1 - share), t * share) for t in TOTALS for share in SHARES]
Maker = Callable[[np.random.Generator, Floats], Scores]


def planted(of: Name, values: Sequence[float], **more: float) -> Surface:
    return surface(of, values, se=more.get("se", 0.05), places=LATTICE)


def normal(random: np.random.Generator, truth: Floats, tau: float = 0.05) -> Scores:
    return means(random, truth, Spread(of_place=tau), items=60).scores


def experiment(
    seed: int, truth: Mapping[Name, Sequence[float]], make: Maker = normal,
    places: Sequence[Place] = LATTICE,
) -> dict[Name, Surface]:  # fmt: skip
    """Applications with noise of trainings and of items."""
    random = np.random.default_rng(seed)
    found: dict[Name, Surface] = {}
    for name, values in truth.items():
        sides = make(random, np.array(values)), make(random, np.array(values))
        found[name] = of_scores(name, places, sides)
    return found


RISING: dict[Name, Sequence[float]] = {"reconstruction": [1, 2, 3, 4, 5, 6]}
FALLING: dict[Name, Sequence[float]] = {"clustering": [3, 2, 1, 6, 5, 4]}


def test_the_best_split_of_each_total_and_what_is_worse() -> None:
    first, second = best_splits(planted("reconstruction", [1, 2, 1, 5, 5, 9]))
    assert (first.total, first.choice.best.place.target) == (6, (3, 3))
    assert [spot.place.target for spot in first.worse] == [(6, 0), (0, 6)]
    assert second.choice.best.place.target == (0, 12)
    written = record(planted("reconstruction", [1, 2, 1, 5, 5, 9]))
    assert [one["target"] for one in written["totals"]] == [[3, 3], [0, 12]]
    assert "(3, 3) at 6 nats (2 of the 2 others significantly worse)" in written["lattice"]


def test_what_a_nat_changes_that_moves_to_the_next_layer() -> None:
    found = moves(planted("reconstruction", [1, 4, 4, 9, 3, 3]))
    assert [one.layers for one in found] == [(1, 2)] * 4
    assert [one.nats for one in found] == [3, 3, 6, 6]
    assert [float(one.change.value) for one in found] == pytest.approx([1, 0, -1, 0], abs=1e-9)
    assert [one.verdict for one in found] == ["more", "undecided", "less", "undecided"]
    text = record(planted("reconstruction", [1, 4, 4, 9, 3, 3]))["lattice"]
    assert "helps in 1 of 4 cases and hurts in 1; the others are undecided" in text
    assert "for each nat that moves from z₁ to z₂, between" in text


def test_less_is_better_for_an_error_also_when_nats_move() -> None:
    one = planted("reconstruction", [4, 1, 1, 1, 1, 1])
    error = one._replace(metric=one.application.metrics[1])
    assert float(moves(error)[0].change.value) == pytest.approx(1)


def test_of_three_layers_neighbours_differ_in_two() -> None:
    corners = [split(*(6.0 if k == at else 0.0 for k in range(3))) for at in range(3)]
    one = surface("clustering", [0.0, 6.0, 6.0, 3.0], se=0.01, places=[*corners, split(3, 3, 0)])
    found = {(m.layers, m.ends[0].place.target, m.ends[1].place.target) for m in moves(one)}
    assert found == {
        ((1, 2), (6, 0, 0), (3, 3, 0)), ((1, 2), (3, 3, 0), (0, 6, 0)),
        ((1, 3), (6, 0, 0), (0, 0, 6)), ((2, 3), (0, 6, 0), (0, 0, 6)),
    }  # fmt: skip


def test_a_split_that_missed_its_total_has_no_part() -> None:
    missed = [*LATTICE[:2], split(0, 6, missed_by=1.0), *LATTICE[3:]]
    one = surface("clustering", [1, 2, 9, 1, 2, 3], places=missed)
    assert [len(of.spots) for of in splits(one)] == [2, 3]


def test_a_plane_of_beta_and_a_budget_without_totals_have_no_splits() -> None:
    assert record(surface("clustering", [1, 2])) == {"totals": [], "moves": [], "lattice": ""}
    small = planted("compression", [1, 2, 1, 5, 5, 9]).without(lambda place: False)
    assert record(small)["totals"] == []


def test_planted_effects_reproduce_both_claims() -> None:
    surfaces = experiment(0, RISING | FALLING)
    claim = differing(surfaces)
    assert claim.verdict == "reproduced"
    assert claim.numbers == {
        "totals": 2, "applications": 2, "trainings": 3, "pairs": 2, "apart": 2, "where": 2,
    }  # fmt: skip
    assert "reconstruction at R = (0, 6) nats and clustering at R = (6, 0) nats" in claim.ours
    claim = deciding(surfaces)
    assert claim.verdict == "reproduced"
    assert (claim.numbers["comparisons"], claim.numbers["differ"], claim.numbers["where"]) == (
        4, 4, 2,
    )  # fmt: skip
    assert "(reconstruction at 2 and clustering at 2), with 3 trainings at each point" in claim.ours


def test_one_best_split_for_all_is_not_different_splits() -> None:
    claim = differing(experiment(0, RISING | {"clustering": [1, 2, 3, 4, 5, 6]}))
    assert claim.verdict == "not reproduced"


def test_compression_is_no_second_reconstruction() -> None:
    surfaces = experiment(0, RISING | {"compression": [3, 2, 1, 6, 5, 4]})
    assert differing(surfaces).verdict == "not applicable"


def test_with_one_training_nothing_is_decided() -> None:
    def once(random: np.random.Generator, truth: Floats) -> Scores:
        return means(random, truth, Spread(), 60, trainings=1).scores

    surfaces = experiment(0, RISING | FALLING, once)
    assert [c(surfaces).verdict for c in (differing, deciding)] == ["undecided: one training"] * 2


def test_claims_about_splits_do_not_apply_to_one_layer_or_to_a_plane_of_beta() -> None:
    single = [split(6.0), split(12.0)]
    both = experiment(0, {"reconstruction": [1, 2], "clustering": [2, 1]}, places=single)
    plane = {name: surface(name, [1, 2]) for name in ("reconstruction", "clustering")}
    for surfaces in (both, plane, {}):
        assert [c(surfaces).verdict for c in (differing, deciding)] == ["not applicable"] * 2


def chance(random: np.random.Generator, truth: Floats) -> Scores:
    """Hits of probes of permuted labels."""
    return simulated.hits(random, truth, items=60, tau=0.0).scores


def one_network(random: np.random.Generator, truth: Floats) -> Scores:
    """The same network everywhere: noise of the latents is all that differs."""
    return means(random, np.zeros(len(truth)), Spread(of_place=0.0, of_training=0.0), 60).scores


NULLS: list[tuple[Mapping[Name, Sequence[float]], Maker]] = [
    # an isotropic Gaussian: distortion falls with the total, and the split is free
    ({"reconstruction": [1, 1, 1, 3, 3, 3], "regression": [2, 2, 2, 4, 4, 4]}, normal),
    (dict.fromkeys(("classification", "clustering"), [0.1] * 6), chance),
    (RISING | FALLING, one_network),
]


@pytest.mark.parametrize(("truth", "make"), NULLS)
def test_where_splits_are_alike_hardly_anything_is_reproduced(
    truth: Mapping[Name, Sequence[float]], make: Maker
) -> None:
    runs = 60
    wrong = {differing: 0, deciding: 0}
    for seed in range(runs):
        surfaces = experiment(seed, truth, make)
        for claim in wrong:
            wrong[claim] += claim(surfaces).verdict == "reproduced"
    for count in wrong.values():
        assert count / runs <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)


def test_splits_that_are_surely_alike_are_not_reproduced() -> None:
    """A total that matters much, splits that do not, and little noise."""

    def quiet(random: np.random.Generator, truth: Floats) -> Scores:
        return means(random, truth, Spread(0.2, 0.02, 0.1, 0.1), items=200).scores

    surfaces = experiment(0, NULLS[0][0], quiet)
    assert deciding(surfaces).verdict == "not reproduced"


def test_opposite_signs_are_never_both_found() -> None:
    """Of a move with a true effect the verdicts of many experiments have one sign."""
    found = [
        moves(experiment(seed, {"clustering": [1.0, 1.2, 1.2, 3, 3, 3]})["clustering"])[0].verdict
        for seed in range(40)
    ]
    assert "less" not in found
    assert "more" in found


def test_a_planted_split_effect_of_two_errors_is_found_as_often_as_the_power_says() -> None:
    """All of the error is of trainings, and known by construction; one move alone is told.

    Its degrees of freedom are those of two places of three trainings.
    """
    effect, experiments = 2 * math.sqrt(2 / 3), 500
    found, degrees = [], []
    for seed in range(experiments):
        random = np.random.default_rng(seed)
        spread = Spread(of_place=1, of_pair=0, crossed=0)
        sides = [means(random, np.array([0, effect]), spread, items=20).scores for _ in range(2)]
        (move,) = moves(of_scores("reconstruction", LATTICE[:2], (sides[0], sides[1])))
        found.append(move.verdict == "more")
        degrees.append(float(move.change.degrees))
    expected = power(2, float(np.median(degrees)))
    error = math.sqrt(expected * (1 - expected) / experiments)
    assert np.mean(found) == pytest.approx(expected, abs=0.03 + 2 * error)
