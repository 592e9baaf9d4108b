"""An affine layer of no inputs: numbers that are learned as they are."""

from torch import Tensor, nn


class Constant(nn.Module):
    """The numbers `bias`, (k,)."""

    def __init__(self, values: Tensor) -> None:
        super().__init__()
        self.bias = nn.Parameter(values)

    def forward(self) -> Tensor:
        return self.bias
