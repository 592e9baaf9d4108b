"""Verdicts on planted tables: reproduced, not reproduced, undecided."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from hvae.guidance.claims import deviations, limits, setting
from hvae.guidance.guide import scorecard
from hvae.io import tables
from hvae.results.judge import judged
from hvae.results.rates import places
from tests.guidance import planes
from tests.guidance.planes import Row
from tests.results.mechanisms import (
    CLASSES,
    LABELS,
    SHARES,
    evidence,
    exact,
    gaussian_code,
    label_code,
)

TARGETS = [(total * (1 - s), total * s) for total in (4.0, 12.0) for s in (0, 0.25, 0.5, 0.75, 1)]


def given(
    targets: Sequence[Sequence[float]] = TARGETS,
    reached: Callable[[tuple[float, ...]], Sequence[float]] = lambda target: target,
    se: float = 0.01,
    seeds: Sequence[int] = (0, 1, 2),
    **changes: Any,
) -> list[Row]:
    """Models that were trained to targets, and the rates that they have."""
    rows = []
    for seed in seeds:
        for target in map(tuple, targets):
            lacking = [math.nan] * len(target)
            row = planes.point(lacking, reached(target), seed, strategy="rates")
            row |= {"point": f"t{target}_{seed}"} | tables.by_layer("target", target)
            rows.append(row | {f"rate_{k}_se": se for k in range(1, len(target) + 1)} | changes)
    return rows


def test_rates_that_are_met_in_every_combination_can_be_set() -> None:
    claim = setting(given(reached=lambda t: [1.01 * t[0], 0.99 * t[1] + 0.02]), 2)
    assert claim.verdict == "reproduced"
    assert claim.numbers == {
        "combinations": 10, "met": 10, "missed": 0, "models": 30, "diverged": 0,
    }  # fmt: skip
    assert claim.ours.startswith("10 of 10 combinations of rates are met (30 models)")


@pytest.mark.parametrize(
    "reached",
    [
        lambda target: (target[0], 0.0),  # z_2 collapses everywhere
        lambda target: (sum(target), 0.0),  # all goes to z_1, and the total is met
        lambda target: target[::-1],  # each follows the other's target
        lambda target: (sum(target) / 2, sum(target) / 2),  # only the total can be set
    ],
)
def test_a_layer_that_does_not_follow_its_target_is_not_reproduced(
    reached: Callable[[tuple[float, ...]], Sequence[float]],
) -> None:
    assert setting(given(reached=reached), 2).verdict == "not reproduced"


def test_rates_of_other_targets_are_not_reproduced() -> None:
    """The rates of one layer, permuted among the combinations."""
    random, rows = np.random.default_rng(0), given(seeds=(0,))
    rates = random.permutation([row["rate_2"] for row in rows])
    mixed = [row | {"rate_2": float(rate)} for row, rate in zip(rows, rates, strict=True)]
    assert setting(mixed, 2).verdict == "not reproduced"


def test_errors_and_divergence_leave_it_undecided() -> None:
    assert setting(given(se=0.2), 2).verdict == "undecided"
    lost = setting([*given()[1:], given()[0] | {"status": "diverged"}], 2)
    assert lost.verdict == "undecided"
    assert lost.numbers["diverged"] == 1
    assert setting(given(status="diverged"), 2).verdict == "undecided"


def test_one_layer_has_no_other_and_without_rates_nothing_is_tested() -> None:
    """R_l falls with its own β at any optimum: a plane of β is no evidence."""
    assert setting(given([(4.0,), (12.0,)]), 1).verdict == "not applicable"
    assert setting(planes.grid(axes=[planes.AXIS]), 1).verdict == "not applicable"
    plane = setting(planes.grid(), 2)
    assert (plane.verdict, plane.ours) == ("not tested", "no rates were given")
    assert setting([], 2).verdict == "not tested"


def test_a_total_alone_varies_no_layer_apart_from_the_others() -> None:
    assert setting(given([(4.0, 4.0)]), 2).verdict == "not tested"
    assert setting(given([(r, r) for r in (2.0, 4.0, 6.0)]), 2).verdict == "not tested"
    assert setting(given([(2.0, 2.0), (4.0, 2.0), (2.0, 4.0)]), 2).verdict == "reproduced"


def test_a_miss_by_twice_as_much_is_rarely_called_met() -> None:
    """The null: one rate of 20 is off by 8 %; its error is as large as what is allowed."""
    random, runs, wrong = np.random.default_rng(0), 400, 0
    for _ in range(runs):
        rows = given(seeds=(0,), se=0.001)
        rows[7] |= {"rate_1": 6 * 1.08 + 0.24 * random.standard_normal(), "rate_1_se": 0.24}
        wrong += setting(rows, 2).verdict == "reproduced"
    assert wrong / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)


def test_few_seeds_have_few_degrees_of_freedom() -> None:
    """Three seeds of which each is off as a normal number: as if the error were known, 9 % miss."""
    random, runs, wrong = np.random.default_rng(2), 400, 0
    for _ in range(runs):
        rows = given([(20.0, 2.0)], se=1e-3)
        for row in rows:
            row["rate_1"] += 0.8 + 0.2 * random.standard_normal()
        (place,) = places(rows, 2)
        wrong += next(deviations(place, rows)).beyond() <= 0.05
    assert wrong / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)


def test_rates_that_are_met_are_rarely_called_missed() -> None:
    """Every rate is off by all that is allowed."""
    random, runs, wrong = np.random.default_rng(1), 300, 0
    for _ in range(runs):
        rows = given(seeds=(0,), se=0.1)
        for row in rows:
            for k in (1, 2):
                off = max(0.04 * row[f"target_{k}"], 0.1)
                row[f"rate_{k}"] += off + 0.1 * random.standard_normal()
        wrong += setting(rows, 2).verdict == "not reproduced"
    assert wrong / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)


def check(verdict: str, point: str, layers: str = "z1+z2", measured: float = 0.5) -> Row:
    """Of what latents say of the class, in nats, with an error of 0.05."""
    numbers = {"bound": "class-information", "measured": measured, "measured_se": 0.05}
    return {"point": point, "layers": layers, "verdict": verdict} | numbers


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["holds", "holds", "vacuous"], "reproduced"),
        (["holds", "holds", "undecided"], "reproduced"),
        (["holds", "undecided", "undecided"], "undecided"),
        (["holds", "holds", "violated"], "not reproduced"),
        (["holds", "vacuous", "vacuous"], "undecided"),  # one network alone
        (["vacuous"] * 3, "not tested"),
    ],
)
def test_limits_hold_at_most_open_layers_of_several_networks(
    verdicts: list[str], expected: str
) -> None:
    points = given(seeds=(0,))[:3]
    checks = [check(v, row["point"]) for v, row in zip(verdicts, points, strict=True)]
    assert limits(points, 2, checks).verdict == expected


def test_without_checks_of_the_class_limits_do_not_apply() -> None:
    assert limits([], 2, []).verdict == "not applicable"
    points = given(seeds=(0,))[:3]
    others = [check("holds", row["point"]) | {"bound": "information"} for row in points]
    assert limits(points, 2, others).verdict == "not applicable"


def test_limits_on_what_says_nothing_of_the_class_are_not_tested() -> None:
    points = given(seeds=(0,))[:3]
    silent = [check("holds", row["point"], measured=0.05) for row in points]
    found = limits(points, 2, silent)
    assert (found.verdict, found.numbers["silent"]) == ("not tested", 3)


def test_on_permuted_labels_no_limit_is_tested() -> None:
    """Codes of log 2 nats of the items that say nothing of the class."""
    names, verdicts = ("c1", "c2", "c3"), []
    for seed in range(20):
        random = np.random.default_rng(seed)
        codes = [label_code(random, LABELS, 1 / CLASSES, 0.5, name) for name in names]
        bounds = judged(evidence(codes, shares=SHARES)).to_pylist()
        points = [
            {"point": name, "strategy": "independent", "seed": 0, "rate_1": 0.7} for name in names
        ]
        verdicts.append(limits(points, 1, bounds).verdict)
    assert verdicts.count("not tested") >= 18


def test_many_points_of_one_network_are_one_piece_of_evidence() -> None:
    plane = planes.grid()
    checks = [check("holds", row["point"]) for row in plane]
    one = limits(plane, 2, checks)
    assert one.verdict == "undecided"
    assert (one.numbers["open"], one.numbers["networks"]) == (9, 1)
    several = planes.grid(seeds=(0, 1))
    checks = [check("holds", row["point"]) for row in several]
    assert limits(several, 2, checks).verdict == "reproduced"


def test_a_pair_of_point_and_layers_counts_once_and_closed_layers_apart() -> None:
    """z_1 is limited as z_1 and z_2 together are; z_2 is closed, and its limit chance."""
    points = given([(4.0, 0.0), (8.0, 0.0)], seeds=(0,))
    checks = [
        check(verdict, row["point"], layers)
        for row in points
        for layers in ("z1", "z1+z2", "z2")
        for verdict in ("holds", "vacuous")
    ]
    found = limits(points, 2, checks)
    assert found.numbers == {
        "open": 2, "holds": 2, "networks": 2, "silent": 0, "closed": 2, "trivial": 0,
        "violated": 0,
    }  # fmt: skip
    closed = limits(points, 2, [one for one in checks if one["layers"] == "z2"])
    assert (closed.verdict, closed.numbers["closed"]) == ("not tested", 2)


@pytest.mark.parametrize(("leak", "expected"), [(0.0, "not applicable"), (0.5, "not reproduced")])
def test_an_isotropic_source_at_its_limits_shows_nothing(leak: float, expected: str) -> None:
    """Codes on the rate-distortion curve attain their limits; a leak takes them beyond."""
    random, names = np.random.default_rng(3), ("g1", "g2", "g3")
    codes = [gaussian_code(random, np.ones(4), 0.1, name, leak) for name in names]
    bounds = judged(evidence(codes, exact=exact(np.ones(4)))).to_pylist()
    points = [
        {"point": name, "strategy": "independent", "seed": 0, "rate_1": 4.6} for name in names
    ]
    assert limits(points, 1, bounds).verdict == expected


def test_all_four_claims_are_there_even_without_any_row() -> None:
    claims = scorecard([], 2, [], {})
    verdicts = [claim.verdict for claim in claims]
    assert verdicts == ["not tested", *["not applicable"] * 3]
