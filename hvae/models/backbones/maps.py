"""Feature maps: flat vectors as images and back, and convolutions that halve and double any size.

A flat vector holds its maps channel last, (h, w, c), as images are stored. Seen as (N, c, h, w) it
is in the memory format that convolutions on the CPU are fastest in, without a copy.
"""

from torch import Tensor, nn
from torch.nn.functional import pad

from hvae.config.sizes import Size


def as_maps(flat: Tensor, size: Size) -> Tensor:
    """(..., h·w·c) as (N, c, h, w), channels last in memory."""
    return flat.reshape(-1, *size, flat.shape[-1] // size.area).permute(0, 3, 1, 2)


def as_flat(maps: Tensor, like: Tensor) -> Tensor:
    """(N, c, h, w) as (..., h·w·c), with the leading axes of a flat vector `like`; N may be 0."""
    return maps.permute(0, 2, 3, 1).reshape(*like.shape[:-1], maps.shape[1:].numel())


def resized(maps: Tensor, height: int, width: int) -> Tensor:
    """Maps with rows and columns of zeros added, or cut off, at the bottom and on the right."""
    rows, columns = height - maps.shape[-2], width - maps.shape[-1]
    return pad(maps, (0, columns, 0, rows)) if rows or columns else maps


class Halve(nn.Conv2d):
    """A convolution of stride 2, from n pixels to ⌈n/2⌉; odd sizes get a last row of zeros."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__(inputs, outputs, kernel, stride=2, padding=(kernel - 1) // 2)

    def forward(self, maps: Tensor) -> Tensor:
        height, width = maps.shape[-2:]
        return super().forward(resized(maps, height + height % 2, width + width % 2))


class Double(nn.ConvTranspose2d):
    """A transposed convolution of stride 2, from ⌈n/2⌉ pixels to the n of `size`."""

    def __init__(self, inputs: int, outputs: int, kernel: int, size: Size) -> None:
        padding = (kernel - 1) // 2
        super().__init__(inputs, outputs, kernel, 2, padding, output_padding=kernel % 2)
        self.size = size

    def forward(self, maps: Tensor, output_size: list[int] | None = None) -> Tensor:
        return resized(super().forward(maps, output_size), *self.size)


class Up(nn.Module):
    """The last doubling, to few channels: a 4 × 4 transposed convolution, phase by phase.

    Output row 2j − 1 + r is phase r = 0, 1 of a 2 × 2 convolution between rows j − 1 and j (Shi et
    al., CVPR 2016); so too the columns. With one channel it takes half of `Double`'s time.
    """

    def __init__(self, inputs: int, outputs: int, size: Size) -> None:
        super().__init__()
        self.phases = nn.Conv2d(inputs, 4 * outputs, 2, padding=1)
        self.size = size

    def forward(self, maps: Tensor) -> Tensor:
        phases = self.phases(maps).permute(0, 2, 3, 1)
        rows = phases.unflatten(-1, (2, 2, -1)).permute(0, 1, 3, 2, 4, 5)
        pixels = rows.flatten(3, 4).flatten(1, 2)
        inside = pixels[:, 1 : self.size.height + 1, 1 : self.size.width + 1]
        return inside.permute(0, 3, 1, 2)
