"""Mistakes that break a limit are found out, each by the checks that must see it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from hvae.bounds.verdicts import accuracy_check
from hvae.results.checks.catalogue import BOUNDS
from hvae.results.evidence import Evidence
from hvae.results.judge import judged
from tests.results.mechanisms import (
    CLASSES,
    ITEMS,
    LABELS,
    SHARES,
    Code,
    evidence,
    exact,
    gaussian_code,
    label_code,
)
from tests.results.rows import histogram, hits, item_rows

ONE = np.ones(1)


def accused(found: Evidence) -> set[str]:
    return {row["bound"] for row in judged(found).to_pylist() if row["verdict"] == "violated"}


def source(leak: float = 0.0) -> Code:
    """½ log 10 nats about one normal number."""
    return gaussian_code(np.random.default_rng(0), ONE, 0.1, "g", leak)


def channel(accuracy: float = 0.85, mass: float = 1.0) -> Code:
    return label_code(np.random.default_rng(1), LABELS, accuracy, mass, "c")


def both(changed: Callable[[Code], Code] = lambda code: code, leak: float = 0.0) -> Evidence:
    codes = [changed(source(leak)), changed(channel())]
    return evidence(codes, exact=exact(ONE), shares=SHARES)


@pytest.mark.parametrize("leak", [0.0, 0.05, 0.5])
def test_the_error_of_a_slack_is_what_its_verdict_goes_by(leak: float) -> None:
    """p = Phi(slack / error) of all checks but those of accuracies, whose tests are exact."""
    rows = [row for row in judged(both(leak=leak)).to_pylist() if row["bound"] != "accuracy"]
    assert {row["bound"] for row in rows} == BOUNDS.keys() - {"accuracy"}
    for row in rows:
        error = BOUNDS[row["bound"]].slack_error(row)
        assert row["p_value"] == pytest.approx(ndtr(row["slack"] / error), abs=1e-12), row


def test_the_error_of_an_accuracys_slack_has_both_ends_in_it() -> None:
    """The lower end of the slack is that of the limit less the upper end of the accuracy."""
    check = accuracy_check(180, 360, 0.6, 0.02)
    error = BOUNDS["accuracy"].slack_error(check._asdict())
    assert check.slack - ndtri(0.95) * error == pytest.approx(check.slack_low, abs=0.003)


def test_without_a_mistake_nothing_is_found() -> None:
    assert accused(both()) == set()


def test_halved_rates() -> None:
    def halved(code: Code) -> Code:
        items = [row | {"rate_1": row["rate_1"] / 2} for row in code.items]
        return code._replace(items=items)

    found = accused(both(halved))
    assert {"information", "accuracy", "clusters", "rate-distortion", "squared-error"} <= found
    assert "class-information" in found
    assert "regression" in found


def test_a_decoder_and_a_guess_that_see_the_item() -> None:
    names = {"squared-error", "rate-distortion", "objective", "regression"}
    assert names <= accused(both(leak=0.5))


def test_a_likelihood_above_the_truth() -> None:
    def shorter(code: Code) -> Code:
        changed = [
            row | {"value": row["value"] - 0.5 * (row["quantity"] == "-log p(x)")}
            for row in code.information
        ]
        return code._replace(information=changed)

    assert accused(both(shorter)) == {"likelihood"}


def test_means_presented_as_samples() -> None:
    """Means 0.01 apart under a standard deviation of 1 say nothing in samples."""
    means = 0.01 * (LABELS - LABELS.mean())
    z = means + np.random.default_rng(2).standard_normal(ITEMS)
    nothing = np.full(ITEMS, np.nan)
    items = item_rows("p", means**2 / 2, nothing, nothing)

    def nearest(values: np.ndarray) -> np.ndarray:
        centres = 0.01 * (np.arange(CLASSES) - LABELS.mean())
        return np.abs(values[:, None] - centres).argmin(1) == LABELS

    def judge_probe(values: np.ndarray, features: str) -> list[str]:
        task = hits("p", "classification", nearest(values), features=features)
        code = Code(items, [task], [], [], [])
        return judged(evidence([code], shares=SHARES))["verdict"].to_pylist()

    assert judge_probe(z, "sample")[0] in ("holds", "undecided")
    assert judge_probe(means, "sample") == ["violated"]
    assert judge_probe(means, "mean") == []


def test_clusters_that_were_told_the_classes() -> None:
    leaked = [
        row
        for split in ("train", "test")
        for row in histogram("c", "clustering", split, LABELS, LABELS)
    ]
    found = evidence([channel()._replace(counts=leaked)], shares=SHARES)
    assert accused(found) == {"clusters"}


def test_prior_images_of_other_classes() -> None:
    """The prior is the aggregate posterior here, so no class may be more frequent in either."""
    images = {"posterior": LABELS, "prior": 0 * LABELS}
    apart = [
        row
        for group, classes in images.items()
        for row in histogram("c", "generation", "test", np.full(ITEMS, group), classes)
    ]
    assert accused(evidence([channel(0.3)._replace(counts=apart)], shares=SHARES)) == {"generation"}


def test_what_a_loose_rate_allows_the_information_may_not() -> None:
    """R = I + 3 nats: the rate alone would limit nothing, but Î⁺ still finds the leak."""
    code = channel(0.4, mass=0.05)
    tasks: list[dict[str, Any]] = [hits("c", "classification", LABELS == LABELS)]
    rows = judged(evidence([code._replace(tasks=tasks)], shares=SHARES)).to_pylist()
    assert {row["bound"]: row["verdict"] for row in rows}["accuracy"] == "violated"
    without = evidence([code._replace(tasks=tasks, information=[])], shares=SHARES)
    assert accused(without) == set()


@pytest.mark.parametrize("seed", range(5))
def test_leaks_of_a_tenth_are_seen(seed: int) -> None:
    """Power: a decoder that takes away a tenth of its error changes D_X by a fifth."""
    code = gaussian_code(np.random.default_rng(seed), np.ones(8), 0.1, "g", leak=0.1)
    assert "squared-error" in accused(evidence([code], exact=exact(np.ones(8))))
