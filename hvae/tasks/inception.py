"""Inception Score: how many classes draws show, and how surely (Salimans et al., NeurIPS 2016).

With p(y|x) of a classifier of the data's own M classes and ȳ the mean of p(y|x) over draws,

    log IS = I(y; x̂) = H(ȳ) − E H(y|x):  IS = diversity exp H(ȳ) · sharpness exp(−E H(y|x)),

so that 1 ≤ IS ≤ M. H(ȳ) is a plug-in value, biased downwards by at most about (M − 1)/2n.
"""

import numpy as np
from scipy.special import entr

from hvae.statistics.estimate import Floats
from hvae.statistics.jackknife import exponential, jackknife, without_each

METRICS = ("inception_score", "diversity", "sharpness")


def logarithms(p: Floats) -> Floats:
    """(log IS, log diversity, log sharpness) in nats, of class probabilities (items, M)."""
    diversity, sharpness = entr(p.mean(0)).sum(), -entr(p).sum(-1).mean()
    return np.array([diversity + sharpness, diversity, sharpness])


def inception(p: Floats, parts: int) -> dict[str, dict[str, float]]:
    """Columns value, low and high of each metric, of class probabilities (items, M).

    Values are of all draws, not means over parts, whose bias would be that of so few draws. The
    95 % interval is that of the jackknife over parts, on the logarithms.
    """
    left_out = np.stack([logarithms(some) for some in without_each(p, parts)])
    return dict(zip(METRICS, exponential(jackknife(logarithms(p), left_out)), strict=True))
