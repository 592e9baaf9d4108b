"""Inception Score: its extremes, its factors, and how often its interval holds the truth."""

import numpy as np
import pytest

from hvae.tasks.classifier import METRICS, inception, logarithms

CLASSES = 5


def values(p: np.ndarray) -> dict[str, float]:
    return {name: one.row["value"] for name, one in inception(p, 10).items()}


def test_sure_of_every_class_alike_is_the_most() -> None:
    sure = np.eye(CLASSES)[np.arange(100) % CLASSES]
    expected = {"inception_score": CLASSES, "diversity": CLASSES, "sharpness": 1}
    assert values(sure) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("p", "diversity"),
    [
        (np.eye(CLASSES)[np.zeros(100, int)], 1),  # sure, of one class alone
        (np.full((100, CLASSES), 1 / CLASSES), CLASSES),  # of every class, and never sure
    ],
)
def test_one_class_alone_and_no_idea_are_the_least(p: np.ndarray, diversity: float) -> None:
    found = values(p)
    assert found["inception_score"] == pytest.approx(1)
    assert found["diversity"] == pytest.approx(diversity)


def test_it_lies_between_1_and_the_number_of_classes_and_is_the_product_of_its_factors() -> None:
    random = np.random.default_rng(0)
    for concentration in (0.02, 0.3, 1, 30):
        found = values(random.dirichlet([concentration] * CLASSES, size=50))
        assert 1 <= found["inception_score"] <= CLASSES
        product = found["diversity"] * found["sharpness"]
        assert found["inception_score"] == pytest.approx(product)
        assert tuple(found) == METRICS


@pytest.mark.parametrize("sure", [0.25, 0.6, 0.97])
def test_intervals_hold_the_truth(sure: float) -> None:
    """Draws of known shares, each of p(y|x) that is `sure` of one class and else indifferent."""
    kinds = np.full((CLASSES, CLASSES), (1 - sure) / (CLASSES - 1))
    np.fill_diagonal(kinds, sure)
    shares = np.array([0.4, 0.3, 0.1, 0.1, 0.1])
    mean = shares @ kinds
    diversity, noise = (-(p * np.log(p)).sum() for p in (mean, kinds[0]))
    truth = np.exp([diversity - noise, diversity, -noise])
    random, held = np.random.default_rng(1), np.zeros(3)
    for _ in range(100):
        found = inception(kinds[random.choice(CLASSES, size=200, p=shares)], 10).values()
        ends = np.array([[one.row["low"], one.row["high"]] for one in found])
        held += (ends[:, 0] <= truth + 1e-12) & (truth - 1e-12 <= ends[:, 1])
    assert held.min() >= 88  # of 95 expected, three standard errors below


def test_logarithms_are_an_information_in_nats() -> None:
    joint = np.array([[0.8, 0.2], [0.1, 0.9]])
    expected = 0.45 * np.log(0.45) + 0.55 * np.log(0.55)
    inside = (0.8 * np.log(0.8) + 0.2 * np.log(0.2) + 0.1 * np.log(0.1) + 0.9 * np.log(0.9)) / 2
    np.testing.assert_allclose(logarithms(joint), [inside - expected, -expected, inside])
