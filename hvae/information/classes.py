"""I(y; z) from below, by a classifier: H(y) + E log r(y|z), in nats.

Any r(y|z) gives I(y; z) ≥ H(y) + E log r(y|z), with equality for r = p(y|z) (Barber & Agakov,
"The IM algorithm", NIPS 2003). r knows train items only; the bound is taken on test items.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hvae.information import classifier
from hvae.information.classifier import Labels
from hvae.information.estimate import Array, Estimate, error_of_mean, finite


def class_information(
    train: NDArray[Any], train_labels: Labels, test: NDArray[Any], test_labels: Labels
) -> Estimate:
    """H(y) + mean log r(y|z) over test items, in nats: at most H(y), and ≤ I(y; z) in expectation.

    train, test: samples of z, (items, d), each with its labels (items,). H(y) is that of the test
    labels' frequencies, on average too low, and its share is in the standard error. ValueError for
    values that are not finite, shapes that differ, fewer than two test items, and unless two
    classes have two train items each.
    """
    train = _checked("train", train, train_labels)
    test = _checked("test", test, test_labels)
    names, y = np.unique(np.concatenate([train_labels, test_labels]), return_inverse=True)
    y_train, y_test = np.split(y, [len(train)])
    if (np.bincount(y_train) > 1).sum() < 2:
        raise ValueError("train_labels must hold at least two classes with two items each")
    r = classifier.fit(train, y_train, len(names))
    return _bound(r.log_probabilities(test), y_test)


def _bound(log_r: Array, labels: Labels) -> Estimate:
    """The mean gain log r(y|z) − log p_y of the items, and its standard error.

    A gain is an item's influence on H(y) + mean log r, so the spread of gains holds H(y)'s share.
    To the spread is added one item of the worst gain that these predictions could have met: losses
    are rare and large, and a sample that happens to lack them would look certain.
    """
    counts = np.bincount(labels, minlength=log_r.shape[1])
    seen = counts > 0
    own = np.take_along_axis(log_r, labels[:, None], 1)[:, 0]
    gains = own - np.log(counts[labels] / len(labels))
    worst = (log_r[:, seen] - np.log(counts[seen] / len(labels))).min()
    return Estimate("lower", float(gains.mean()), error_of_mean(np.append(gains, worst)))


def _checked(name: str, values: NDArray[Any], labels: Labels) -> Array:
    array = finite(name, values)
    if array.ndim != 2 or len(array) < 2:
        raise ValueError(f"{name} must have a row an item, two or more, got shape {array.shape}")
    if labels.shape != array.shape[:1]:
        raise ValueError(
            f"{name}_labels must hold {len(array)} labels, one an item of {name}, "
            f"got shape {labels.shape}"
        )
    return array
