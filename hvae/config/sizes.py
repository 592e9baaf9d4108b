"""The sizes of feature maps and flat latents, computed without a network.

Sizes are those of the backbones in `hvae/models/backbones/`. Lists over layers run bottom to top.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Self

from hvae.errors import InputError

HALVINGS = 3  # from an image to z_1 of `conv`


class Size(NamedTuple):
    """Rows and columns of a map."""

    height: int
    width: int

    @property
    def half(self) -> Self:
        """⌈h/2⌉ × ⌈w/2⌉: what a convolution of stride 2 gives, so 28 → 14 → 7 → 4."""
        return self._replace(height=-(-self.height // 2), width=-(-self.width // 2))

    @property
    def area(self) -> int:
        """The number of pixels."""
        return self.height * self.width


def channels(shape: Sequence[int]) -> int:
    """The channels of an image: c for (h, w, c), else 1."""
    return shape[2] if len(shape) == 3 else 1


def size_of(shape: Sequence[int]) -> Size:
    """The size of an image (h, w) or (h, w, c); InputError for items of any other shape."""
    if len(shape) not in (2, 3):
        raise InputError(
            "model.backbone: a convolutional one needs images of shape (height, width) or "
            f"(height, width, channels), got items of shape {tuple(shape)}"
        )
    return Size(*shape[:2])


def halved(shape: Sequence[int], times: int) -> list[Size]:
    """The size of the image, and the size after each halving."""
    result = [size_of(shape)]
    for _ in range(times):
        result.append(result[-1].half)
    return result


def conv_scales(shape: Sequence[int]) -> list[Size]:
    """The sizes in `conv`: the image and each halving; the last is the size of z_1's maps."""
    return halved(shape, HALVINGS)


def spatial_scales(shape: Sequence[int], layers: int) -> list[Size]:
    """The sizes in `conv-spatial`: the image, half of it, then the maps of z_1, …, z_L."""
    return halved(shape, layers + 1)


def _vectors(shape: Sequence[int], latents: Sequence[int]) -> list[int]:
    return list(latents)


def _lowest_spatial(shape: Sequence[int], latents: Sequence[int]) -> list[int]:
    return [latents[0] * conv_scales(shape)[-1].area, *latents[1:]]


def _spatial(shape: Sequence[int], latents: Sequence[int]) -> list[int]:
    scales = spatial_scales(shape, len(latents))[2:]
    return [count * size.area for count, size in zip(latents, scales, strict=True)]


# By the names that `model.backbone` may have.
FLAT: Mapping[str, Callable[[Sequence[int], Sequence[int]], list[int]]] = {
    "mlp": _vectors,
    "conv": _lowest_spatial,
    "conv-spatial": _spatial,
}


def flat_latents(backbone: str, shape: Sequence[int], latents: Sequence[int]) -> list[int]:
    """d_1, …, d_L: how many numbers z_l has, for items of `shape` and the widths `latents`.

    Of a backbone of the user's own they are the widths themselves.
    """
    return FLAT.get(backbone, _vectors)(shape, latents)
