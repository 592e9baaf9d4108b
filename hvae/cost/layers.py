"""What the layers of a network cost: weights, outputs, multiplications."""

import numpy as np
from numpy.typing import NDArray

# Of weights, of outputs of the layers that have them, and of multiplications for one item: Python's
# integers, which hold whatever a card may claim.
Count = NDArray[np.object_]
NOTHING: Count = np.array([0, 0, 0], object)
LEARNED_SIGMA: Count = np.array([1, 1, 0], object)


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
    return np.array([(inputs + 1) * outputs, outputs, inputs * outputs], object)


def filters(inputs: int, outputs: int, kernel: int, area: int) -> Count:
    """A convolution with so many output pixels, or a transposed one with so many input pixels."""
    products = inputs * kernel**2 * outputs
    return np.array([products + outputs, outputs, area * products], object)
