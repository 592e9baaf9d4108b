"""The judgement of an amortised plane, from certificates that are written by hand."""

import math
from typing import Any

import pytest

from hvae.results.certificate import judgement


def row(
    comparison: str = "objective", ratio: float = 1.0, verdict: str = "holds", **other: Any
) -> dict[str, Any]:
    numbers = {"ratio": ratio, "low": ratio - 0.02, "high": ratio + 0.02, "verdict": verdict}
    named = {"point": "b0.1_10_anchors_s1", "seed": 0, "comparison": comparison}
    places = {"beta_1": 0.1, "beta_2": 10.0, "target_1": math.nan, "target_2": math.nan}
    return named | places | numbers | other


def given(ratio: float = 1.0, verdict: str = "holds", **other: Any) -> dict[str, Any]:
    """A comparison of D° at the rates (6, 2), by the prices (0.7, 0.9)."""
    places = {"beta_1": 0.7, "beta_2": 0.9, "target_1": 6.0, "target_2": 2.0}
    return row("distortion", ratio, verdict, point="r6_2_scratch_s1", **(places | other))


def unreachable() -> dict[str, Any]:
    return row("distortion", math.nan, "unreachable")


def test_nothing_compared_is_no_judgement() -> None:
    assert judgement([], 0.05, 2).trusted is None


def test_trusted_says_averages_the_worst_and_what_is_out_of_reach() -> None:
    rows = [row(ratio=0.9), row(ratio=1.04, verdict="undecided"), row("distortion"), unreachable()]
    found = judgement(rows, 0.05, 2)
    assert found.trusted
    assert "is trusted. Up to 5 % above" in found.sentence
    assert ": of 3 comparisons 2 are significantly within it and 1 is undecided" in found.sentence
    assert (
        "On average over 2 comparisons, its objective at equal β is 0.970 times that of "
        "independent models (median 0.970, at worst 1.040)" in found.sentence
    )
    assert "In the one comparison its distortion at equal rates is 1.000" in found.sentence
    assert "rates of 1 of 2 independent models" in found.sentence


def test_a_violated_comparison_is_named_by_the_beta_of_its_anchor() -> None:
    rows = [row(), row("distortion", 1.2, "violated", beta_1=0.2, beta_2=7.0)]
    found = judgement(rows, 0.5, 2)  # the averages are fine
    assert found.trusted is False
    assert (
        "its distortion at equal rates is 1.200 times (1.180 to 1.220) that of the independent "
        "model at β = (0.1, 10)" in found.sentence
    )


def test_the_worst_are_named_and_the_others_counted() -> None:
    rows = [row(ratio=1.1 + 0.1 * i, verdict="violated", beta_1=float(i)) for i in range(5)]
    sentence = judgement([r | {"point": str(i)} for i, r in enumerate(rows)], 0.05, 2).sentence
    assert [sentence.count(f"β = ({i}, 10)") for i in range(5)] == [0, 0, 1, 1, 1]
    assert "2 more comparisons are violated" in sentence


@pytest.mark.parametrize("comparison", ["objective", "distortion"])
def test_many_small_excesses_that_are_each_undecided_are_no_reason_for_trust(
    comparison: str,
) -> None:
    rows = [row(comparison, 1.06, "undecided")] * 9
    assert judgement(rows, 0.05, 2).trusted is False
    assert judgement(rows, 0.06 + 1e-9, 2).trusted


def test_a_diverged_plane_is_not_trusted() -> None:
    found = judgement([row(), row(ratio=math.nan, verdict="undecided", seed=3)], 0.05, 2)
    assert found.trusted is False
    assert "its model of seed 3 has no finite value" in found.sentence


def test_seeds_are_told_apart_where_there_are_several() -> None:
    rows = [row(), row(ratio=1.3, verdict="violated", seed=4)]
    assert "objective at equal β (seed 4) is 1.300" in judgement(rows, 0.05, 2).sentence


def test_mean_and_median_are_both_said() -> None:
    rows = [row(ratio=one) for one in (0.9, 0.92, 1.03)]
    assert (
        "On average over 3 comparisons, its objective at equal β is 0.950 times that of "
        "independent models (median 0.920" in judgement(rows, 0.05, 2).headline
    )


def test_at_given_rates_the_objective_at_equal_beta_is_information_alone() -> None:
    bad = [row(ratio=1.4, verdict="violated"), row(ratio=1.2, verdict="violated")]
    found = judgement([given(1.01), given(1.03), *bad], 0.05, 2)
    assert found.trusted
    assert found.headline.startswith("The models at given rates are trusted. On average over 2")
    assert "is 1.020 times that of models trained from scratch (median" in found.headline
    assert (
        "For information: on average over 2 comparisons, the one model's objective at equal β is "
        "1.300 times that of independent models" in found.sentence
    )
    assert "For information" not in found.headline
    assert judgement(bad, 0.05, 2).trusted is False


@pytest.mark.parametrize("rows", [[given(1.01)], [row(), row("distortion")]])
def test_polished_models_are_information_alone(rows: list[dict[str, Any]]) -> None:
    bad = [row("polished", ratio, "violated") for ratio in (1.4, 1.2)]
    lost = row("polished", math.nan, "undecided")
    found = judgement([*rows, *bad, lost], 0.05, 2)
    assert found.trusted
    assert found.sentence.endswith(
        "For information: on average over 2 comparisons, the polished models' objective at equal β "
        "is 1.300 times that of independent models (median 1.300, at worst 1.400)."
    )


def test_what_could_not_be_compared_at_given_rates_counts_against_trust() -> None:
    lost = given(math.nan, "unreachable", target_2=30.0)
    found = judgement([given(), lost], 0.05, 2)
    assert found.trusted is False
    assert (
        "1 of 2 comparisons have no value, since one of the two models diverged or missed its "
        "target: R = (6, 30)" in found.sentence
    )
    assert judgement([given(math.nan, "undecided")], 0.05, 2).trusted is False


def test_a_violated_comparison_at_given_rates_is_named_by_its_target() -> None:
    found = judgement([given(1.2, "violated"), *[given()] * 8], 0.05, 2)
    assert found.trusted is False
    assert "their distortion at R = (6, 2) nats is 1.200 times (1.180 to 1.220) that from" in (
        found.sentence
    )


def test_small_excesses_at_given_rates_are_no_reason_for_trust() -> None:
    rows = [given(1.06, "undecided")] * 9
    assert judgement(rows, 0.05, 2).trusted is False
    assert judgement(rows, 0.06 + 1e-9, 2).trusted
