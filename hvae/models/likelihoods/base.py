"""What every likelihood p(x | z) offers to models, training and evaluation."""

from abc import ABC, abstractmethod

from torch import Tensor, nn


class Likelihood(nn.Module, ABC):
    """p(x | z), independent over pixels, with parameters that the decoder gives for each pixel.

    An item x is (..., n), flattened from its shape (h, w) or (h, w, channels), the channels last;
    `decoded` is (..., pixels · outputs(channels)), a pixel's outputs side by side. A family that
    treats the channels alike need not know of them: to it each is a pixel of its own.

    `levels` is the number of equally spaced values k / (levels − 1) that p(x | z) gives
    probabilities to, or None where p(x | z) is a density.
    """

    levels: int | None = None
    channels: int = 1

    @property
    def continuous(self) -> bool:
        """Whether log_prob is of a density, and so depends on the units of x."""
        return self.levels is None

    @abstractmethod
    def log_prob(self, x: Tensor, decoded: Tensor) -> Tensor:
        """log p(x | z) in nats, summed over the data dimensions: shape (...)."""

    @abstractmethod
    def mean(self, decoded: Tensor) -> Tensor:
        """E[x | z] in the units of x, (..., n): the reconstruction."""

    def outputs(self, channels: int) -> int:
        """How many numbers the decoder gives for a pixel of so many channels."""
        return channels

    def width(self, dimensions: int) -> int:
        """How many numbers the decoder gives for an item of n data dimensions."""
        return dimensions // self.channels * self.outputs(self.channels)

    def constant(self, dimensions: int) -> float:
        """The part of −log p(x | z) in nats that no reconstruction changes: 0 for probabilities."""
        return 0.0

    def problem(self, x: Tensor) -> str | None:
        """Why p(x | z) has no probability for some value of x, if so."""
        if self.levels is None:
            return None
        steps = x * (self.levels - 1)
        wrong = x[((steps - steps.round()).abs() > NEAR) | (x < 0) | (x > 1)]
        if len(wrong) == 0:
            return None
        return (
            f"has values that are not one of the {self.levels} levels from 0 to 1 "
            f"that the likelihood gives probabilities to, such as {wrong[0].item():g}"
        )


NEAR = 1e-3  # of a level: what rounding to float32 may add
