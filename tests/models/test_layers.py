"""An adapter is its layer with another matrix: of low rank, without a bias, its weights its own."""

import pytest
import torch
from torch import nn

from hvae.config.sizes import Size
from hvae.models.backbones.conv import Double
from hvae.models.hypernetwork import LowRank

LAYERS = [
    pytest.param(nn.Linear(5, 7), 0, (4, 5), id="linear"),
    pytest.param(nn.Conv2d(3, 4, 3, stride=2, padding=1), 0, (4, 3, 9, 8), id="convolution"),
    pytest.param(Double(3, 4, 4, Size(9, 8)), 1, (4, 3, 5, 4), id="transposed convolution"),
]


@pytest.mark.parametrize(("layer", "axis", "shape"), LAYERS)
def test_it_is_the_layer_with_its_own_matrix(
    layer: nn.Module, axis: int, shape: tuple[int, ...]
) -> None:
    adapter, source = LowRank(layer, axis, 3).double(), torch.Generator().manual_seed(0)
    x = torch.randn(shape, generator=source, dtype=torch.double)
    gates = torch.randn(adapter.rank, generator=source, dtype=torch.double)
    found = adapter(x, gates.view(-1, *[1] * (len(shape) - 2)))
    layer.double().load_state_dict(
        {"weight": adapter.weight(gates), "bias": torch.zeros_like(layer.get_parameter("bias"))}
    )
    torch.testing.assert_close(found, layer(x))
    assert found.abs().max() > 0.01


@pytest.mark.parametrize(
    ("layer", "rank"),
    [
        (nn.Linear(100, 200), 20),
        (nn.Linear(100, 9), 9),
        (nn.Linear(8, 200), 8),
        (nn.Conv2d(2, 40, 3), 18),
    ],
    ids=lambda one: str(one),
)
def test_its_matrix_has_the_rank_that_the_layer_leaves(layer: nn.Module, rank: int) -> None:
    adapter = LowRank(layer, 0, 20)
    matrix = adapter.weight(torch.ones(adapter.rank)).flatten(1)
    assert torch.linalg.matrix_rank(matrix) == adapter.rank == rank
