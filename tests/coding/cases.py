"""Models to code with: small ones with changed weights, and one whose answer is known."""

from pathlib import Path
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor, nn

from hvae.coding import codec
from hvae.coding.codec import Codec
from hvae.config.model import BernoulliOptions, GaussianOptions
from hvae.models import build
from hvae.models.backbones.backbone import Backbone
from hvae.models.distributions import Normal
from hvae.models.hierarchical import INFERENCES, HierarchicalVAE
from hvae.models.likelihoods.base import Bernoulli, FixedGaussian, Likelihood
from hvae.models.likelihoods.mixture_of_logistics import MixtureOfLogistics
from hvae.training import checkpoint
from hvae.training.checkpoint import Card
from tests.conftest import small
from tests.training.test_checkpoint import CARD

KEY = b"abcd"
FAMILIES = {"gaussian": GaussianOptions, "bernoulli": BernoulliOptions}
SHAPES = {1: (6,), 3: (1, 2, 3)}


def coded(latents: list[int], likelihood: Likelihood, seed: int = 0, **choices: object) -> Codec:
    """A small model; its items have six numbers, in colours where the likelihood has them."""
    shape = SHAPES[likelihood.channels]
    model = small(latents, shape=shape, likelihood=likelihood, seed=seed, **choices)
    return codec.of(model, shape, [0.5] * len(latents), KEY)


def binary(seed: int = 0) -> Codec:
    """Two layers, and pixels of two levels."""
    return coded([4, 3], Bernoulli(), seed)


DISCRETE = st.sampled_from([(2, 1), (5, 1), (17, 1), (256, 1), (256, 3), (256, 2)])
CHOICES = st.fixed_dictionaries(
    {
        "latents": st.lists(st.integers(1, 5), min_size=1, max_size=3),
        "inference": st.sampled_from(["top-down", "ladder"]),
        "skip": st.booleans(),
        "categorical": st.booleans(),
        "seed": st.integers(0, 99),
    }
)
ITEMS = st.integers(1, 40)


def drawn(choices: dict, likelihood: Likelihood) -> Codec:
    """A model of drawn `CHOICES`."""
    rest = dict(choices)
    latents, more = list(rest.pop("latents")), {}
    if rest.pop("categorical"):
        latents[-1] = 6
        more = {"top": {"family": "categorical", "variables": 2, "categories": 3}}
    return coded(latents, likelihood, **rest, **more)


def discrete(levels: int, channels: int) -> Likelihood:
    """Bernoulli for two levels, else logistics; two channels count as one."""
    if levels == 2:
        return Bernoulli()
    return MixtureOfLogistics(2, 3 if channels == 3 else 1, levels)


def numbers(codec_: Codec, items: int, seed: int = 0) -> Tensor:
    """Random numbers of levels, (items, 6)."""
    source = torch.Generator().manual_seed(seed)
    return torch.randint(0, codec_.levels or 2, (items, codec_.dimensions), generator=source)


def save(folder: Path, family: str, name: str = "", **more: Any) -> Card:
    """Files of a small model for images of 2×3 pixels with a likelihood of that family."""
    likelihood = {"family": family, "sigma": 0.2 if family == "gaussian" else None}
    model = CARD.model.model_copy(update={"likelihood": FAMILIES[family](**likelihood)})
    levels = None if family == "gaussian" else 2
    update = {"name": name or family, "model": model, "levels": levels} | more
    card = CARD.model_copy(update=update)
    built = build.build(card.model, card.shape, 1, levels)
    source = torch.Generator().manual_seed(2)
    for weight in built.parameters():
        weight.data += 0.3 * torch.randn(weight.shape, generator=source)
    checkpoint.save(folder, card, built.state_dict())
    return checkpoint.card(folder, card.name)


class _Encode(nn.Module):
    def forward(self, x: Tensor) -> list[Tensor]:
        return [x]


class _Read(nn.Module):
    def __init__(self, gain: Tensor, std: Tensor) -> None:
        super().__init__()
        self.gain, self.std = nn.Parameter(gain), nn.Parameter(std)

    def forward(self, x: Tensor) -> Normal:
        return Normal(x * self.gain, self.std.expand_as(x))


class _Scale(nn.Module):
    def __init__(self, gain: Tensor) -> None:
        super().__init__()
        self.gain = nn.Parameter(gain)

    def forward(self, z: Tensor) -> Tensor:
        return z * self.gain


def gaussian(dimension: int, theta: float, beta: float) -> Codec:
    """The best VAE of N(0, I) at the water level θ = β σ²: z ~ N(0, I) over all items, too.

    x̂ = √(1 − θ) z, and q(z | x) = N(√(1 − θ) x, θ).
    """
    gain = torch.full((dimension,), (1 - theta) ** 0.5)
    backbone = Backbone(
        bottom_up=_Encode(),
        posterior=nn.ModuleList([_Read(gain, torch.full((dimension,), theta**0.5))]),
        prior=nn.ModuleList(),
        decoder=_Scale(gain),
        latents=(dimension,),
        convolutional=False,
    )
    likelihood = FixedGaussian((theta / beta) ** 0.5)
    model = HierarchicalVAE(backbone, INFERENCES["top-down"], False, likelihood)
    return codec.of(model.requires_grad_(False), (dimension,), [beta], KEY)
