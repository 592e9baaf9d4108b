"""The accuracy that the *best* classifier must at least reach, given what z holds about the class.

A probe far below it is a weak probe: a remark about the probe, never a violation by the model.
"""

import numpy as np

from hvae.bounds import accuracy
from hvae.statistics import arguments
from hvae.statistics.arguments import Numbers


def least_best_accuracy(information: float, shares: Numbers) -> float:
    """The least accuracy of the Bayes classifier of y from z when I(y; z) >= I nats.

    If every posterior p(y|z) is spread evenly over k classes, H(y|z) = log k and the best guess is
    right with probability 1/k. The worst case mixes two neighbouring k (Kovalevsky 1968; Feder &
    Merhav 1994): the accuracy is piecewise linear in H(y|z) = H(y) - I between the points
    (log k, 1/k), and never below the majority share.

    Attained for any class shares: with weight w on k and 1 - w on k + 1, such posteriors average to
    the shares p iff, for each j, the j largest p_i sum to at most w min(j/k, 1) +
    (1 - w) min(j/(k+1), 1). The right side is j times its value at j = 1 until j = k, then 1, and
    that value is the accuracy, so p_1 <= accuracy is all it takes.

    For I use a *lower* estimate. Negative values count as 0; from H(y) on the result is 1.
    Raises ValueError for bad shares and for NaN information.
    """
    p = arguments.shares("shares", shares)
    budget = arguments.information("information", information)
    classes = np.arange(1, np.count_nonzero(p) + 1)
    equivocation = max(accuracy.entropy(p) - budget, 0.0)
    return max(float(np.interp(equivocation, np.log(classes), 1 / classes)), float(p.max()))
