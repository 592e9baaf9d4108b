"""I(y; z), the information about the class, in nats: from below by a classifier, or by counting.

*A classifier.* Any r(y|z) gives I(y; z) ≥ H(y) + E log r(y|z), with equality for r = p(y|z) (Barber
& Agakov, "The IM algorithm", NIPS 2003). r is the best of a few classifiers, which are chosen,
fitted and calibrated on train items only. The bound is evaluated on test items.

*Counting* gives the plug-in estimate for a discrete z, with q(z|x) in place of samples. For N items
(x_i, y_i), with S_yz = Σ_{i: y_i = y} q(z|x_i), n_y items of class y and S_z = Σ_y S_yz::

    I = (1/N) [ Σ_yz φ(S_yz) − Σ_y φ(n_y) − Σ_z φ(S_z) + φ(N) ],    φ(s) = s log s

For the N items themselves this is exact, without Monte-Carlo error. For the source that they come
from it is biased upwards: with independent classes and certain codes by about
(codes − 1)(classes − 1) / 2N (Miller, 1955). So no check uses it.
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, xlogy
from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hvae.statistics.estimate import Floats, InformationEstimate, Integers, error_of_mean, finite

FOLDS = 3
LEAST_QUADRATIC = 2 * FOLDS  # items of each class, so that every fold has a covariance
LANDMARKS = 100  # of the kernel; more took longer and gained little
TOLERANCE = 1e-3  # of the fits: ten times looser lost up to 0.3 nats, tighter gained nothing
SHARPEST = 4.0


def class_information(
    train: NDArray[Any], train_labels: Integers, test: NDArray[Any], test_labels: Integers
) -> InformationEstimate:
    """H(y) + mean log r(y|z) over test items, in nats: at most H(y), and ≤ I(y; z) in expectation.

    train, test: samples of z, (items, d), each with its labels (items,). H(y) comes from the
    frequencies of the test labels, is too low on average, and adds to the standard error.
    ValueError for values that are not finite, shapes that differ, fewer than two test items, or
    fewer than two classes with two train items.
    """
    train = _checked("train", train, train_labels)
    test = _checked("test", test, test_labels)
    names, y = np.unique(np.concatenate([train_labels, test_labels]), return_inverse=True)
    y_train, y_test = np.split(y, [len(train)])
    if (np.bincount(y_train) > 1).sum() < 2:
        raise ValueError("train_labels must hold at least two classes with two items each")
    r = fit(train, y_train, len(names))
    return _bound(r.log_probabilities(test), y_test)


def _bound(log_r: Floats, labels: Integers) -> InformationEstimate:
    """The mean gain log r(y|z) − log p_y of the items, and its standard error.

    A gain is an item's influence on H(y) + mean log r, so the spread of the gains includes the
    error of H(y). The spread also counts one item with the worst gain that these predictions allow:
    large losses are rare, and a sample that happens to lack them would look too certain.
    """
    counts = np.bincount(labels, minlength=log_r.shape[1])
    seen = counts > 0
    own = np.take_along_axis(log_r, labels[:, None], 1)[:, 0]
    gains = own - np.log(counts[labels] / len(labels))
    worst = (log_r[:, seen] - np.log(counts[seen] / len(labels))).min()
    return InformationEstimate("lower", float(gains.mean()), error_of_mean(np.append(gains, worst)))


def _checked(name: str, values: NDArray[Any], labels: Integers) -> Floats:
    array = finite(name, values)
    if array.ndim != 2 or len(array) < 2:
        raise ValueError(
            f"{name} must have a row for each item, two or more, got shape {array.shape}"
        )
    if labels.shape != array.shape[:1]:
        raise ValueError(
            f"{name}_labels must hold {len(array)} labels, one for each item of {name}, "
            f"got shape {labels.shape}"
        )
    return array


class Shares(NamedTuple):
    """Class shares p_y of train items, with one extra item spread over all classes."""

    items: int
    log: Floats  # (M,)

    def smooth(self, log_p: Floats) -> Floats:
        """log p(y|z) with this extra item, so that no class is ruled out."""
        return np.logaddexp(np.log(self.items) + log_p, -np.log(len(self.log))) - np.log(
            self.items + 1
        )

    def calibrated(self, log_p: Floats, sharpness: float) -> Floats:
        """log of r(y|z) ∝ p_y (p(y|z) / p_y)^a: the shares alone at a = 0, p(y|z) at a = 1."""
        return self.smooth(log_softmax(self.log + sharpness * (log_p - self.log), axis=1))


class CalibratedClassifier(NamedTuple):
    """r(y|z), for z of shape (items, d) and labels 0 … M − 1."""

    fitted: Any
    shares: Shares
    sharpness: float

    def log_probabilities(self, z: Floats) -> Floats:
        """log r(y|z) in nats: (items, M), finite."""
        return self.shares.calibrated(_log_p(self.fitted, z, len(self.shares.log)), self.sharpness)


def fit(z: Floats, labels: Integers, classes: int) -> CalibratedClassifier:
    """The candidate with the lowest −mean log r(y|z) in cross-validation.

    Its sharpness a is the best one on the same predictions. Classes may be empty, but at least two
    must have two items or more.
    """
    counts = np.bincount(labels, minlength=classes)
    shares = Shares(len(z), np.log((counts + 1 / classes) / (len(z) + 1)))
    tried = []
    for name, candidate in candidates(*z.shape).items():
        if name != "quadratic" or counts[counts > 0].min() >= LEAST_QUADRATIC:
            with suppress(np.linalg.LinAlgError):  # a class of equal items has no covariance
                predicted = _held_out(candidate, z, labels, classes)
                sharpness, loss = _calibrate(predicted, labels, shares)
                tried.append((loss, sharpness, candidate))
    _, sharpness, best = min(tried, key=lambda one: one[0])
    return CalibratedClassifier(best.fit(z, labels), shares, sharpness)


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


def _held_out(candidate: Any, z: Floats, labels: Integers, classes: int) -> Floats:
    """log p(y|z) of each item, fitted on the other folds; every class is spread over the folds."""
    fold = np.empty(len(z), dtype=int)
    fold[np.argsort(labels, kind="stable")] = np.arange(len(z)) % FOLDS
    log_p = np.empty((len(z), classes))
    for number in range(FOLDS):
        out = fold == number
        if out.any():
            log_p[out] = _log_p(candidate.fit(z[~out], labels[~out]), z[out], classes)
    return log_p


def _log_p(fitted: Any, z: Floats, classes: int) -> Floats:
    p = np.zeros((len(z), classes))
    p[:, fitted.classes_] = fitted.predict_proba(z)
    return np.log(np.maximum(p, np.finfo(np.float64).tiny))


def _calibrate(log_p: Floats, labels: Integers, shares: Shares) -> tuple[float, float]:
    """The best sharpness a, and −mean log r(y|z) with it, in nats."""

    def loss(sharpness: float) -> float:
        log_r = shares.calibrated(log_p, sharpness)
        return -float(np.take_along_axis(log_r, labels[:, None], 1).mean())

    found = minimize_scalar(loss, bounds=(0, SHARPEST), method="bounded")
    return float(found.x), float(found.fun)


MOST_CODES = 4096  # joint values of z, at most, that are counted: 64 MB for 2,000 items


def counted_information(
    probabilities: Any, labels: NDArray[np.int64]
) -> InformationEstimate | None:
    """I(y; z) of z = (z_1 … z_V), given q(z_v = k|x_i): probabilities of shape (N, V, K).

    None if there are more than `MOST_CODES` joint codes, K^V. The standard error comes from a
    jackknife over items. The estimate is saturated if there are fewer items than pairs of code and
    class.
    ValueError for fewer than two items, values that are negative or not finite, or a number of
    labels that differs from the number of items.
    """
    each = finite("probabilities", probabilities)
    if each.ndim != 3 or len(each) < 2 or each.min() < 0:
        raise ValueError(
            "probabilities must be (items, variables, categories), of two items or more "
            f"and not negative, got shape {each.shape}"
        )
    if labels.shape != each.shape[:1]:
        raise ValueError(f"labels must be {len(each)}, one for each item, got shape {labels.shape}")
    if each.shape[2] ** each.shape[1] > MOST_CODES:
        return None
    return _estimate(joint(each), np.unique(labels, return_inverse=True)[1])


def joint(each: Floats) -> Floats:
    """q(z|x_i) = ∏_v q(z_v|x_i) of every joint code, the last variable fastest: (N, K^V)."""
    each = each / each.sum(-1, keepdims=True)  # float32 has rounded them
    codes = each[:, 0]
    for one in np.moveaxis(each, 1, 0)[1:]:
        codes = (codes[:, :, None] * one[:, None]).reshape(len(each), -1)
    return codes


def _estimate(codes: Floats, labels: NDArray[np.int64]) -> InformationEstimate:
    items, cells = len(codes), codes.shape[1] * (labels.max() + 1)
    members = [codes[labels == one] for one in range(labels.max() + 1)]
    tables = np.stack([some.sum(0) for some in members])
    sizes = np.array([len(some) for some in members])
    value = _of_counts(_phi(tables).sum(), _phi(sizes).sum(), _phi(tables.sum(0)).sum(), items)
    left_out = np.concatenate(list(_without_each(members, tables, sizes)))
    error = float(left_out.std() * math.sqrt(items - 1))
    return InformationEstimate("estimate", float(value), error, bool(items < cells))


def _without_each(
    members: list[Floats], tables: Floats, sizes: NDArray[np.int64]
) -> Iterator[Floats]:
    """I without each item in turn, class by class: only one row of S_yz, one n_y and S_z change."""
    whole, rows, marginal = _phi(tables).sum(), _phi(tables).sum(1), tables.sum(0)
    for one, some in enumerate(members):
        table = whole - rows[one] + _phi(tables[one] - some).sum(1)
        size = _phi(sizes).sum() - _phi(sizes[one]) + _phi(sizes[one] - 1)
        yield _of_counts(table, size, _phi(marginal - some).sum(1), sizes.sum() - 1)


def _of_counts(table: Floats, size: Floats, marginal: Floats, items: int) -> Floats:
    return (table - size - marginal + _phi(items)) / items


def _phi(count: Any) -> Floats:
    """s log s, and 0 for s ≤ 0; rounding may make an s = 0 negative."""
    return xlogy(np.maximum(count, 0), np.maximum(count, 0))
