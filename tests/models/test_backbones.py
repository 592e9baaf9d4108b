"""Networks of every family: sizes, what sees what, and convolutions against their definitions."""

import math

import pytest
import torch
from torch import Tensor
from torch.nn.functional import conv_transpose2d

from hvae.config.sizes import Size
from hvae.errors import InputError
from hvae.models.backbones.conv import Double, Halve, Up, as_flat, as_maps
from hvae.models.backbones.mlp import Beside, perceptron
from hvae.models.build import BACKBONES
from hvae.models.distributions import draw
from hvae.models.hierarchical import HierarchicalVAE
from tests.conftest import built, small

SHAPES = [(8, 8), (28, 28), (32, 32, 3), (33, 17), (1, 2)]
FAMILIES = list(BACKBONES)
CONVOLUTIONAL = ["conv", "conv-spatial"]


def batch(model: HierarchicalVAE, pixels: int, items: int = 2) -> tuple[Tensor, list[Tensor]]:
    source = torch.Generator().manual_seed(1)
    return torch.rand(items, pixels, generator=source), draw(model.latents, items, source)


@torch.inference_mode()
@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("inference", ["top-down", "ladder"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("backbone", FAMILIES)
def test_images_of_any_size_come_back(
    backbone: str, shape: tuple[int, ...], inference: str, skip: bool
) -> None:
    for latents in ([3], [3, 2], [3, 2, 2], [2, 2, 1, 2]):
        model = built(latents, shape, width=2, backbone=backbone, inference=inference, skip=skip)
        x, noise = batch(model, math.prod(shape))
        terms = model(x, noise)
        assert terms.decoded.shape == x.shape
        assert terms.rates.shape == (2, len(latents))
        for size, z, posterior in zip(model.latents, terms.z, terms.posteriors, strict=True):
            assert z.shape == posterior.mean.shape == posterior.std.shape == (2, size)


@pytest.mark.parametrize(
    ("backbone", "shape", "sizes"),
    [
        ("mlp", (28, 28), (3, 5, 2)),
        ("conv", (28, 28), (3 * 4 * 4, 5, 2)),
        ("conv", (32, 32, 3), (3 * 4 * 4, 5, 2)),
        ("conv", (33, 17), (3 * 5 * 3, 5, 2)),
        ("conv-spatial", (28, 28), (3 * 7 * 7, 5 * 4 * 4, 2 * 2 * 2)),
        ("conv-spatial", (33, 17), (3 * 9 * 5, 5 * 5 * 3, 2 * 3 * 2)),
    ],
)
def test_latents_have_the_documented_sizes(
    backbone: str, shape: tuple[int, ...], sizes: tuple[int, ...]
) -> None:
    assert built([3, 5, 2], shape, width=2, backbone=backbone).latents == sizes


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("backbone", FAMILIES)
def test_the_decoder_sees_the_layers_above_through_skips_alone(backbone: str, skip: bool) -> None:
    model = small([3, 2, 2], skip, shape=(9, 8), width=3, backbone=backbone)
    _, z = batch(model, 72)
    for part in z:
        part.requires_grad_()
    model.decode(z).square().sum().backward()
    reached = [part.grad is not None and bool(part.grad.abs().max() > 0) for part in z]
    assert reached == [True, skip, skip]


@torch.inference_mode()
@pytest.mark.parametrize("inference", ["top-down", "ladder"])
@pytest.mark.parametrize("backbone", FAMILIES)
def test_an_item_does_not_depend_on_its_batch_or_leading_axes(
    backbone: str, inference: str
) -> None:
    model = small([3, 2, 2], shape=(9, 8, 2), width=3, backbone=backbone, inference=inference)
    x, noise = batch(model, 144, items=6)
    together = model(x, noise)
    grid = model(x.unflatten(0, (2, 3)), [eps.unflatten(0, (2, 3)) for eps in noise])
    torch.testing.assert_close(grid.decoded.flatten(0, 1), together.decoded)
    torch.testing.assert_close(grid.rates.flatten(0, 1), together.rates)
    for i in range(6):
        alone = model(x[i], [eps[i] for eps in noise])
        torch.testing.assert_close(alone.decoded, together.decoded[i])
        torch.testing.assert_close(alone.rates, together.rates[i])


@pytest.mark.parametrize("backbone", CONVOLUTIONAL)
def test_items_that_are_no_images_are_refused(backbone: str) -> None:
    with pytest.raises(InputError, match=r"model\.backbone: .* got items of shape \(8,\)"):
        built([3, 2], (8,), backbone=backbone)


def test_maps_are_stored_channel_last_like_images() -> None:
    flat = torch.arange(2 * 3 * 5 * 2.0).view(2, 30)
    maps = as_maps(flat, Size(3, 5))
    assert maps[1, 0, 2, 4] == flat[1, (2 * 5 + 4) * 2]
    assert maps.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(as_flat(maps, like=flat), flat)


@pytest.mark.parametrize("kernel", [4, 5])
@pytest.mark.parametrize("height", [1, 2, 7, 8, 9])
def test_halving_rounds_up_and_doubling_undoes_it(kernel: int, height: int) -> None:
    size, maps = Size(height, 6), torch.rand(2, 3, height, 6)
    halved = Halve(3, 4, kernel)(maps)
    assert halved.shape == (2, 4, *size.half)
    assert Double(4, 3, kernel, size)(halved).shape == maps.shape


@torch.inference_mode()
@pytest.mark.parametrize("size", [Size(8, 6), Size(7, 5)])
def test_the_last_doubling_is_a_transposed_convolution(size: Size) -> None:
    up = Up(3, 2, size)
    up.phases.bias.copy_(torch.tensor([0.3, -0.2]).repeat(4))
    kernel = torch.zeros(3, 2, 4, 4)
    for r in range(2):
        for s in range(2):
            for a in range(2):
                for b in range(2):
                    phase = up.phases.weight.view(2, 2, 2, 3, 2, 2)[r, s, :, :, a, b]
                    kernel[:, :, 2 - 2 * a + r, 2 - 2 * b + s] = phase.T
    maps = torch.rand(5, 3, *size.half)
    whole = conv_transpose2d(maps, kernel, torch.tensor([0.3, -0.2]), stride=2, padding=1)
    torch.testing.assert_close(up(maps), whole[..., : size.height, : size.width])


@torch.inference_mode()
def test_a_shortcut_is_linear_beside_the_hidden_layer() -> None:
    """W_2 SiLU(W_1 x) + W_3 x + b of all inputs; without one, W_3 is not there."""
    net = perceptron(5, 7, 3, shortcut=True)
    first, last = net[0][0], net[1]
    z, above = torch.rand(4, 3), torch.rand(4, 2)
    x = torch.cat([z, above], -1)
    hidden = torch.nn.functional.silu(x @ first.weight.T + first.bias)
    second, third = last.weight.split([7, 5], 1)
    torch.testing.assert_close(net(z, above), hidden @ second.T + x @ third.T + last.bias)
    assert [one.weight.shape[1] for one in (perceptron(5, 7, 3)[0], perceptron(5, 7, 3)[2])] == [
        5,
        7,
    ]


@pytest.mark.parametrize("shortcut", [False, True])
def test_all_heads_and_the_decoder_have_the_shortcut(shortcut: bool) -> None:
    model = built([3, 2, 2], (6,), width=7, skip=True, shortcut=shortcut)
    heads = [head.net for head in [*model.posterior, *model.prior]]
    assert len(heads) == 5
    assert all(isinstance(net[0], Beside) is shortcut for net in [*heads, model.decoder])


@torch.inference_mode()
def test_with_a_shortcut_all_features_have_x_beside_them() -> None:
    x = torch.rand(2, 6)
    features = built([3, 2, 2], (6,), width=7, shortcut=True).bottom_up(x)
    assert [h.shape for h in features] == 3 * [(2, 7 + 6)]
    assert all(torch.equal(h[:, 7:], x) for h in features)
    assert not torch.equal(features[0][:, :7], features[1][:, :7])
