"""Ratios of paired means: their standard errors against simulation, and the verdicts."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from hvae.models.build import build
from hvae.models.likelihoods.base import Likelihood
from hvae.plane import compare
from hvae.plane.compare import NO_RATIO, Ratio
from tests.plane import cases

REPEATS, ITEMS = 2000, 200


def paired(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Paired values with means 6 and 5, where hard items are hard for both."""
    hard = random.gamma(4.0, size=ITEMS)
    return hard + random.gamma(2.0, size=ITEMS), hard + random.gamma(1.0, size=ITEMS)


@pytest.mark.parametrize(
    ("function", "truth"),
    [
        (compare.of_means, 6 / 5),
        (lambda a, b: compare.of_perplexities(a, b, 4), math.exp(1 / 4)),
    ],
    ids=["means", "perplexities"],
)
def test_the_standard_error_is_the_spread_over_repetitions(function, truth) -> None:  # type: ignore[no-untyped-def]
    random = np.random.default_rng(0)
    found = [function(*paired(random)) for _ in range(REPEATS)]
    values = np.array([one.value for one in found])
    errors = np.array([one.std_error for one in found])
    spread = values.std(ddof=1)
    # a standard deviation from so many repetitions is off by 1/√(2 · repeats), relatively
    assert errors.mean() == pytest.approx(spread, rel=4 / math.sqrt(2 * REPEATS))
    assert abs(values.mean() - truth) < 4 * spread / math.sqrt(REPEATS) + 1e-3  # bias is O(1/n)
    covered = np.mean([one.low <= truth <= one.high for one in found])
    assert covered == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / REPEATS) + 0.005)


def test_pairs_are_what_makes_it_precise() -> None:
    a, b = paired(np.random.default_rng(1))
    shuffled = np.random.default_rng(2).permutation(b)
    assert compare.of_means(a, b).std_error < 0.7 * compare.of_means(a, shuffled).std_error


def test_a_model_against_itself_is_exactly_one() -> None:
    a, _ = paired(np.random.default_rng(1))
    for same in (compare.of_means(a, a), compare.of_perplexities(a, a, 3)):
        assert same == Ratio(1.0, 0.0, 1.0, 1.0)
        assert compare.verdict(same, 0.05) == "holds"


def test_perplexities_do_not_depend_on_units_and_are_ratios_of_root_mean_squared_errors() -> None:
    """D = (n/2) log(2πe σ²) with the best σ: a σ that is 10 % larger gives 1.1 in any unit."""
    for unit in (1.0, 255.0):
        small, large = (7 / 2 * np.log(2 * np.pi * np.e * (s * unit) ** 2) for s in (0.2, 0.22))
        found = compare.of_perplexities(np.full(9, large), np.full(9, small), 7)
        assert found.value == pytest.approx(1.1)


@pytest.mark.parametrize(
    ("value", "error", "expected"),
    [
        (1.0, 0.03, "holds"),
        (1.0, 0.031, "undecided"),  # 1 + 1.645 · 0.031 > 1.05
        (1.2, 0.09, "violated"),  # 1.2 − 1.645 · 0.09 > 1.05
        (1.2, 0.1, "undecided"),
        (1.05, 0.0, "holds"),
        (1.06, 0.0, "violated"),
    ],
)
def test_verdicts(value: float, error: float, expected: str) -> None:
    assert compare.verdict(Ratio(value, error, math.nan, math.nan), 0.05) == expected
    assert compare.verdict(NO_RATIO, 0.05) == "undecided"


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ([1.0], [1.0]),
        ([1.0, 2.0], [1.0, 2.0, 3.0]),
        ([1.0, math.nan], [1.0, 1.0]),
        ([1, 1], [0, 0]),
    ],
)
def test_what_has_no_ratio_is_refused(above: list[float], below: list[float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        compare.of_means(above, below)


@pytest.mark.parametrize("mean", [0.0, -3.0])
def test_costs_that_are_not_positive_have_no_ratio(mean: float) -> None:
    """As of a density whose constant nobody knows."""
    model = build(cases.options(), (2, 3), 0)
    values = mean + np.array([-1.0, 1.0])
    pair = compare.PairedCosts([1.0, 1.0], values, values, reached=True)
    assert compare.ratio_of(pair, model, 6) == NO_RATIO
    assert compare.ratio_of(pair._replace(independent=values + 9), model, 6) != NO_RATIO


class LearnedLaplace(Likelihood):
    """Its scale is a weight, and its constant is of that scale."""

    def __init__(self, scale: float) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(scale))

    def log_prob(self, x: Tensor, decoded: Tensor) -> Tensor:
        return -((x - decoded).abs() / self.scale + (2 * self.scale).log()).sum(-1)

    def mean(self, decoded: Tensor) -> Tensor:
        return decoded

    def constant(self, dimensions: int) -> float:
        return dimensions * math.log(2 * self.scale.item())


def test_a_learned_scale_of_the_users_own_is_compared_by_perplexities() -> None:
    """At the best scales D° is n nats for any error, so that a ratio of D° would be 1."""
    model = build(cases.options(), (2, 3), 0)
    model.likelihood = LearnedLaplace(0.1)
    ours, theirs = (np.full(4, 6 * (1 + math.log(2 * scale))) for scale in (0.2, 0.1))
    pair = compare.PairedCosts([1.0, 1.0], ours, theirs, reached=True)
    assert compare.ratio_of(pair, model, 6).value == pytest.approx(2)
