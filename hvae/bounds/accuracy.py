"""The best accuracy that a given amount of class information allows, tight for any class shares.

Sort the shares, p_1 >= ... >= p_M. A guess of accuracy a needs at least

    I(a) = H(p) - H(w),   w = (a, min(p_2, t), ..., min(p_M, t)),   t in [0, p_2] with sum w = 1,

nats about the class. This is the rate-distortion function of the labels under Hamming distortion
(Erokhin 1958), with a "water level" t in place of the usual case distinction. The optimal guess
only names the k classes with p_i > t, and a = S_k - (k - 1) t, S_k = p_1 + ... + p_k. For equal
shares it is Fano's bound.

`least_best_accuracy` is the least accuracy that the *best* classifier can have, given how much z
says about the class. An accuracy far below it means that the probe is weak. It is never a violation
by the model.
"""

import numpy as np
from scipy.optimize import brentq
from scipy.special import entr, xlog1py

from hvae.statistics import arguments
from hvae.statistics.arguments import Numbers
from hvae.statistics.estimate import Floats


def entropy(shares: Numbers) -> float:
    """H(y) = - sum_i p_i log p_i in nats, with 0 log 0 = 0. Raises ValueError for bad shares."""
    return float(entr(arguments.shares("shares", shares)).sum())


def label_information(accuracy: float, shares: Numbers) -> float:
    """I(a): the least information about the class, in nats, with which a guess has accuracy a.

    Zero up to the majority share, H(y) at a = 1, convex and rising between.
    Raises ValueError for bad shares and for an accuracy outside [0, 1].
    """
    p = _sorted(shares)
    if not 0 <= accuracy <= 1:  # also refuses NaN
        raise ValueError(f"accuracy must lie in [0, 1], got {accuracy}")
    if accuracy <= p[0] or len(p) == 1:
        return 0.0
    # k classes are named from a = S_k - (k - 1) p_k on. The first two of these thresholds are both
    # p_1 up to rounding, and at a threshold k and k - 1 agree.
    total = np.cumsum(p)
    k = max(2, int(np.sum(total - np.arange(len(p)) * p <= accuracy)))
    return _information_at(max((total[k - 1] - accuracy) / (k - 1), 0.0), p)


def accuracy_limit(information: float, shares: Numbers) -> float:
    """A(I): the highest accuracy of any guess of y from z when I(y; z) <= I nats. Inverse of I(a).

    The majority share for I <= 0 (estimates can fluctuate below zero), 1 from I = H(y) on.
    Raises ValueError for bad shares and for NaN information. Error at most 1e-9.
    """
    p = _sorted(shares)
    budget = arguments.information("information", information)
    if len(p) == 1:
        return 1.0
    if budget == 0:
        return float(p[0])
    # both equal H(y) up to rounding; from the second on there is no root
    if budget >= min(entropy(shares), _information_at(0.0, p)):
        return 1.0
    level = brentq(lambda t: _information_at(t, p) - budget, 0, p[1], xtol=1e-16, maxiter=1000)
    return min(1.0, _accuracy_at(level, p))


def fano_limit(information: float, shares: Numbers) -> float:
    """The highest accuracy a that Fano's inequality allows when I(y; z) <= I nats.

    H(y) - I <= h(a) + (1 - a) log(M - 1), with h the binary entropy and M the classes that occur
    (Fano 1961; Xiao & Bamler, ICLR 2023, hold probes against it). It is A(I) where shares are equal
    and more elsewhere: even at I = 0 it may exceed the majority share. 1 from I = H(y) on.
    Raises ValueError for bad shares and for NaN information.
    """
    p = _sorted(shares)
    missing = entropy(p) - arguments.information("information", information)
    if len(p) == 1 or missing <= 0:
        return 1.0

    def left(a: float) -> float:
        doubt = float(entr(a) + entr(1 - a)) + (1 - a) * np.log(len(p) - 1)
        return float(doubt - missing)

    least = 1 / len(p)  # where the doubt is the largest, log M
    return float(brentq(left, least, 1.0, xtol=1e-12)) if left(least) > 0 else least


def _sorted(shares: Numbers) -> Floats:
    """The shares in falling order, without the classes that never occur."""
    p = arguments.shares("shares", shares)
    return np.sort(p[p > 0])[::-1]


def _accuracy_at(level: float, p: Floats) -> float:
    """The accuracy a = p_1 + sum_{i>1} (p_i - t)^+ at the water level t."""
    return float(p[0] + np.maximum(p[1:] - level, 0).sum())


def _information_at(level: float, p: Floats) -> float:
    """H(p) - H(w) at the water level t, as a sum of terms that are not negative.

    For equal shares I(a) is quadratic at its zero. A difference of two entropies, with an error of
    1e-16, would leave an error of 1e-8 in the inverse. With the moved mass e_i = (p_i - t)^+,
    H(p) - H(w) = D(a, p_1) + sum_{i>1} [ D(p_i - e_i, p_i) + e_i log(p_1 / p_i) ],
    where D(w, p) = w log(w / p) - w + p and a = p_1 + sum e_i.
    """
    first, others = p[0], p[1:]
    moved = np.maximum(others - level, 0)
    gain = moved.sum()
    rise = (first + gain) * np.log1p(gain / first) - gain
    fall = xlog1py(others - moved, -moved / others) + moved
    return float(rise + fall.sum() + (moved * (np.log(first) - np.log(others))).sum())


def least_best_accuracy(information: float, shares: Numbers) -> float:
    """The least accuracy of the Bayes classifier of y from z when I(y; z) >= I nats.

    If every posterior p(y|z) is spread evenly over k classes, H(y|z) = log k and the best guess is
    right with probability 1/k. The worst case mixes two neighbouring k (Kovalevsky 1968; Feder &
    Merhav 1994): the accuracy is piecewise linear in H(y|z) = H(y) - I between the points
    (log k, 1/k), and never below the majority share.

    The bound is attained for any class shares: with weight w on k and 1 - w on k + 1, such
    posteriors average to the shares p iff, for each j, the j largest p_i sum to at most
    w min(j/k, 1) + (1 - w) min(j/(k+1), 1). The right side is j times its value at j = 1 up to
    j = k, and 1 beyond. Its value at j = 1 is the accuracy, so p_1 <= accuracy is sufficient.

    For I use a *lower* estimate. Negative values count as 0; from H(y) on the result is 1.
    Raises ValueError for bad shares and for NaN information.
    """
    p = arguments.shares("shares", shares)
    budget = arguments.information("information", information)
    classes = np.arange(1, np.count_nonzero(p) + 1)
    equivocation = max(entropy(p) - budget, 0.0)
    return max(float(np.interp(equivocation, np.log(classes), 1 / classes)), float(p.max()))
