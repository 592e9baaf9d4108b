"""What the layers of a network cost, with their detours beside them where it depends on β."""

import numpy as np
from numpy.typing import NDArray

# Of the layers, and of their detours: weights, outputs of what has them, and multiplications for
# one item. In Python's integers, which hold whatever a card may claim.
Count = NDArray[np.object_]
NOTHING: Count = np.array([[0, 0, 0], [0, 0, 0]], object)
LEARNED_SIGMA: Count = np.array([[1, 1, 0], [0, 0, 0]], object)
RANK = 64  # of a detour, at most


def chain(inputs: int, width: int, layers: int) -> Count:
    """Dense layers one after the other; none at all for 0."""
    return dense(inputs, width) + (layers - 1) * dense(width, width) if layers else NOTHING


def perceptron(inputs: int, width: int, outputs: int) -> Count:
    """One hidden layer."""
    return dense(inputs, width) + dense(width, outputs)


def spread(inputs: int, outputs: int) -> Count:
    """Vectors as maps; nothing where there are no vectors."""
    return dense(inputs, outputs) if inputs else NOTHING


def dense(inputs: int, outputs: int) -> Count:
    """A matrix and a bias."""
    return _layer(inputs, outputs, 1, 1)


def filters(inputs: int, outputs: int, kernel: int, area: int) -> Count:
    """A convolution with so many output pixels."""
    return _layer(inputs * kernel**2, outputs, area, area)


def transposed(inputs: int, outputs: int, kernel: int, area: int, after: int) -> Count:
    """A transposed convolution from so many pixels to so many."""
    return _layer(inputs * kernel**2, outputs, area, after)


def _layer(inputs: int, outputs: int, times: int, after: int) -> Count:
    """A matrix that is used so many times; the second one of its detour is used at each output."""
    products, rank = inputs * outputs, min(RANK, inputs, outputs)
    own = [products + outputs, outputs, times * products]
    detour = [rank * (inputs + outputs), rank, rank * (times * inputs + after * outputs)]
    return np.array([own, detour], object)
