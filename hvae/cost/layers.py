"""The layers of a network as its cost sees them."""

from collections.abc import Iterable
from itertools import chain as one_after_another
from typing import NamedTuple


class Layer(NamedTuple):
    """A matrix and a bias, in Python's integers, which hold whatever a card may claim.

    times: that the matrix is used for one item; after: pixels of an item's output.
    """

    inputs: int
    outputs: int
    times: int = 1
    after: int = 1
    bias: bool = True

    @property
    def weights(self) -> int:
        return (self.inputs + self.bias) * self.outputs

    @property
    def multiplications(self) -> int:
        """Of one item with the matrix."""
        return self.times * self.inputs * self.outputs

    def rank(self, limit: int) -> int:
        """That of its detour, which is `limit` at most."""
        return min(limit, self.inputs, self.outputs)

    def detour(self, limit: int) -> "Layers":
        """What is beside it where it depends on β; its second matrix is used at each output."""
        rank = self.rank(limit)
        down = Layer(self.inputs, rank, self.times, bias=False)
        return down, Layer(rank, self.outputs, self.after, bias=False)


Layers = tuple[Layer, ...]
NOTHING: Layers = ()
LEARNED_SIGMA: Layers = (Layer(0, 1),)


def joined(parts: Iterable[Layers]) -> Layers:
    """The layers of all parts."""
    return tuple(one_after_another.from_iterable(parts))


def chain(inputs: int, width: int, layers: int) -> Layers:
    """Dense layers one after the other; none at all for 0."""
    return dense(inputs, width) + (layers - 1) * dense(width, width) if layers else NOTHING


def perceptron(inputs: int, width: int, outputs: int) -> Layers:
    """One hidden layer."""
    return dense(inputs, width) + dense(width, outputs)


def spread(inputs: int, outputs: int) -> Layers:
    """Vectors as maps; nothing where there are no vectors."""
    return dense(inputs, outputs) if inputs else NOTHING


def dense(inputs: int, outputs: int) -> Layers:
    """A matrix and a bias."""
    return (Layer(inputs, outputs),)


def filters(inputs: int, outputs: int, kernel: int, area: int) -> Layers:
    """A convolution with so many output pixels."""
    return (Layer(inputs * kernel**2, outputs, area, area),)


def transposed(inputs: int, outputs: int, kernel: int, area: int, after: int) -> Layers:
    """A transposed convolution from so many pixels to so many."""
    return (Layer(inputs * kernel**2, outputs, area, after),)
