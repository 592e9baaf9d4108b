"""A calibrated classifier r(y|z): the best of a few, chosen and calibrated on its train items."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hvae.information.estimate import Array

Labels = NDArray[np.int64]

FOLDS = 3
LEAST_QUADRATIC = 2 * FOLDS  # items of each class, so that every fold can tell its covariance
LANDMARKS = 100  # of the kernel; more cost time and won little
TOLERANCE = 1e-3  # of the fits: ten times looser cost up to 0.3 nats, tighter ones won nothing
SHARPEST = 4.0


class Shares(NamedTuple):
    """Class shares p_y of train items, as if one more had been seen that is of any class."""

    items: int
    log: Array  # (M,)

    def smooth(self, log_p: Array) -> Array:
        """log p(y|z) with that item added: no class is ever ruled out."""
        return np.logaddexp(np.log(self.items) + log_p, -np.log(len(self.log))) - np.log(
            self.items + 1
        )

    def calibrated(self, log_p: Array, sharpness: float) -> Array:
        """log of r(y|z) ∝ p_y (p(y|z) / p_y)^a: the shares alone at a = 0, p(y|z) at a = 1."""
        return self.smooth(log_softmax(self.log + sharpness * (log_p - self.log), axis=1))


class Classifier(NamedTuple):
    """r(y|z), for z of shape (items, d) and labels 0 … M − 1."""

    fitted: Any
    shares: Shares
    sharpness: float

    def log_probabilities(self, z: Array) -> Array:
        """log r(y|z) in nats: (items, M), finite."""
        return self.shares.calibrated(_log_p(self.fitted, z, len(self.shares.log)), self.sharpness)


def fit(z: Array, labels: Labels, classes: int) -> Classifier:
    """The candidate with the lowest −mean log r(y|z) over folds that it was not fitted on.

    Its sharpness a is the best on those same predictions. A class may lack items, but two classes
    must have two or more.
    """
    counts = np.bincount(labels, minlength=classes)
    shares = Shares(len(z), np.log((counts + 1 / classes) / (len(z) + 1)))
    tried = []
    for name, candidate in candidates(*z.shape).items():
        if name != "quadratic" or counts[counts > 0].min() >= LEAST_QUADRATIC:
            with suppress(np.linalg.LinAlgError):  # a class of items all alike has no covariance
                predicted = _held_out(candidate, z, labels, classes)
                sharpness, loss = _calibrate(predicted, labels, shares)
                tried.append((loss, sharpness, candidate))
    _, sharpness, best = min(tried, key=lambda one: one[0])
    return Classifier(best.fit(z, labels), shares, sharpness)


def candidates(items: int, features: int) -> Mapping[str, Any]:
    """Linear, quadratic and free class boundaries, each on standardised features."""
    landmarks = Nystroem(
        gamma=0.5 / features, n_components=min(LANDMARKS, items // 2), random_state=0
    )
    stages: Mapping[str, list[Any]] = {
        "linear": [LogisticRegression(tol=TOLERANCE, max_iter=1000)],
        "quadratic": [QuadraticDiscriminantAnalysis(solver="eigen", shrinkage="auto")],
        "kernel": [landmarks, LogisticRegression(C=10, tol=TOLERANCE, max_iter=1000)],
    }
    return {name: make_pipeline(StandardScaler(), *steps) for name, steps in stages.items()}


def _held_out(candidate: Any, z: Array, labels: Labels, classes: int) -> Array:
    """log p(y|z) of each item from the folds that lack it; a class is spread over all folds."""
    fold = np.empty(len(z), dtype=int)
    fold[np.argsort(labels, kind="stable")] = np.arange(len(z)) % FOLDS
    log_p = np.empty((len(z), classes))
    for number in range(FOLDS):
        out = fold == number
        if out.any():
            log_p[out] = _log_p(candidate.fit(z[~out], labels[~out]), z[out], classes)
    return log_p


def _log_p(fitted: Any, z: Array, classes: int) -> Array:
    p = np.zeros((len(z), classes))
    p[:, fitted.classes_] = fitted.predict_proba(z)
    return np.log(np.maximum(p, np.finfo(np.float64).tiny))


def _calibrate(log_p: Array, labels: Labels, shares: Shares) -> tuple[float, float]:
    """The best sharpness a, and −mean log r(y|z) with it, in nats."""

    def loss(sharpness: float) -> float:
        log_r = shares.calibrated(log_p, sharpness)
        return -float(np.take_along_axis(log_r, labels[:, None], 1).mean())

    found = minimize_scalar(loss, bounds=(0, SHARPEST), method="bounded")
    return float(found.x), float(found.fun)
