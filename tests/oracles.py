"""Answers by other means: brute force and textbook algorithms that share no code with `hvae`."""

import itertools
from typing import NamedTuple

import numpy as np
from scipy.optimize import bisect, linprog


class Channel(NamedTuple):
    """A channel from classes to outputs, by its joint probabilities [classes, outputs]."""

    joint: np.ndarray

    @property
    def shares(self):
        """The class shares p(y)."""
        return self.joint.sum(1)

    @property
    def information(self):
        """I(y; z) in nats."""
        return mutual_information(self.joint)

    @property
    def bayes_accuracy(self):
        """The accuracy of the best classifier: E_z max_y p(y|z)."""
        return self.joint.max(0).sum()


def mutual_information(joint):
    """I = sum p(y, z) log p(y, z) / (p(y) p(z)), straight from its definition."""
    product = np.outer(joint.sum(1), joint.sum(0))
    seen = (joint > 0) & (product > 0)  # tiny products underflow
    return float((joint[seen] * np.log(joint[seen] / product[seen])).sum())


def random_channel(rng, classes, outputs, spread):
    """A channel with random shares; a small `spread` makes it nearly deterministic."""
    shares = rng.dirichlet(np.full(classes, rng.choice([0.3, 1.0, 30.0])))
    return Channel(shares[:, None] * rng.dirichlet(np.full(outputs, spread), size=classes))


def symmetric_channel(classes, accuracy):
    """Equal shares; the right output with probability `accuracy`, the others equally often."""
    joint = np.full((classes, classes), (1 - accuracy) / (classes - 1))
    np.fill_diagonal(joint, accuracy)
    return Channel(joint / classes)


def blahut_arimoto(shares, cost, slope, gap=1e-12, rounds=200_000):
    """A point of the rate-distortion curve at a slope, as (distortion, rate).

    Blahut (1972), theorem 6: the rate lies above the curve by at most `gap` when this returns.
    """
    shares, kernel = np.asarray(shares, float), np.exp(-slope * np.asarray(cost, float))
    guess = np.full(kernel.shape[1], 1 / kernel.shape[1])
    for _ in range(rounds):
        growth = (shares / (kernel @ guess)) @ kernel
        if np.log(growth.max()) - (guess * growth * np.log(growth)).sum() < gap:
            break
        guess = guess * growth
    else:
        raise AssertionError("Blahut-Arimoto did not converge")
    joint = shares[:, None] * kernel * guess / (kernel @ guess)[:, None]
    return float((joint * cost).sum()), mutual_information(joint)


def blahut_arimoto_hamming(shares, slope):
    """The labels' rate-distortion function at a slope, as (accuracy, information)."""
    error, information = blahut_arimoto(shares, 1 - np.eye(len(shares)), slope)
    return 1 - error, information


def fano_accuracy(information, shares):
    """The textbook bound: H(y) - I <= h(e) + e log(M - 1) for the error e, solved for 1 - e."""
    shares = np.asarray(shares, float)
    equivocation = -(shares * np.log(shares)).sum() - information

    def excess(e):
        return -e * np.log(e) - (1 - e) * np.log1p(-e) + e * np.log(len(shares) - 1) - equivocation

    return 1 - bisect(excess, 1e-15, 1 - 1 / len(shares), xtol=1e-15)


def waterfill_by_bisection(eigenvalues, *, rate=None, distortion=None):
    """(rate, distortion) of a Gaussian source by halving the water level's bracket."""
    values = [float(value) for value in eigenvalues]

    def rate_at(level):
        return sum(max(0.0, np.log(value / level) / 2) for value in values if value > 0)

    def distortion_at(level):
        return sum(min(value, level) for value in values)

    low, high = 0.0, max(values)
    for _ in range(200):
        level = (low + high) / 2
        too_high = distortion_at(level) > distortion if rate is None else rate_at(level) < rate
        low, high = (low, level) if too_high else (level, high)
    return rate_at(level), distortion_at(level)


def least_accuracy_by_search(shares, equivocation, steps):
    """The worst Bayes accuracy at H(y|z) <= equivocation, over every mix of posteriors on a grid.

    A linear programme over the weights of all posteriors whose entries are multiples of 1 / steps.
    """
    classes = len(shares)
    cuts = itertools.combinations(range(steps + classes - 1), classes - 1)
    posteriors = np.array([np.diff((-1, *cut, steps + classes - 1)) - 1 for cut in cuts]) / steps
    entropies = -(posteriors * np.log(np.where(posteriors > 0, posteriors, 1))).sum(1)
    answer = linprog(
        posteriors.max(1), A_ub=[entropies], b_ub=[equivocation], A_eq=posteriors.T, b_eq=shares
    )
    return answer.fun


def random_label_pair(rng, items, classes, groups):
    """A table of counts [classes, groups] of independent labels and groups."""
    table = np.zeros((classes, groups), int)
    np.add.at(table, (rng.integers(classes, size=items), rng.integers(groups, size=items)), 1)
    return table
