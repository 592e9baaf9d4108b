"""Models to code with: small ones with changed weights, and one whose answer is known."""

from pathlib import Path
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor, nn

from hvae.coding import codec
from hvae.coding.codec import Codec
from hvae.config.model import BernoulliOptions, GaussianOptions, MixtureOfLogisticsOptions
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
LOGISTICS = "mixture-of-logistics"
FAMILIES = {
    "gaussian": GaussianOptions,
    "bernoulli": BernoulliOptions,
    LOGISTICS: MixtureOfLogisticsOptions,
}
LEVELS = {"gaussian": None, "bernoulli": 2, LOGISTICS: 256}
SHAPES = {1: (6,), 3: (1, 2, 3)}
FORMS = {1: [(6,), (2, 3), (2, 3, 1), (8, 8)], 3: [(1, 2, 3), (2, 2, 3), (8, 8, 3)]}
COLOUR = (8, 8, 3)


def coded(
    latents: list[int],
    likelihood: Likelihood,
    seed: int = 0,
    shape: tuple[int, ...] = (),
    **choices: object,
) -> Codec:
    """A small model; of no `shape`, its items have six numbers, in the likelihood's colours."""
    shape = shape or SHAPES[likelihood.channels]
    model = small(latents, shape=shape, likelihood=likelihood, seed=seed, **choices)
    return codec.of(model, shape, [0.5] * len(latents), KEY)


def binary(seed: int = 0) -> Codec:
    """Two layers, and pixels of two levels."""
    return coded([4, 3], Bernoulli(), seed)


def colour(likelihood: Likelihood | None = None) -> Codec:
    """A convolutional model of images in colour; by default of 256 levels."""
    likelihood = likelihood or MixtureOfLogistics(2, 3)
    return coded([2, 3], likelihood, shape=COLOUR, backbone="conv", width=4)


DISCRETE = st.sampled_from([(2, 1), (5, 1), (17, 1), (256, 1), (256, 3), (256, 2)])
CHOICES = st.fixed_dictionaries(
    {
        "latents": st.lists(st.integers(1, 5), min_size=1, max_size=3),
        "inference": st.sampled_from(["top-down", "ladder"]),
        "skip": st.booleans(),
        "categorical": st.booleans(),
        "form": st.integers(0, 3),
        "convolutional": st.booleans(),
        "seed": st.integers(0, 99),
    }
)
ITEMS = st.integers(1, 40)


def drawn(choices: dict, likelihood: Likelihood) -> Codec:
    """A model of drawn `CHOICES`: of vectors, of grey images or of colours."""
    rest = dict(choices)
    forms = FORMS[likelihood.channels]
    shape = forms[rest.pop("form", 0) % len(forms)]
    latents, more = list(rest.pop("latents")), {}
    convolutional = rest.pop("convolutional", False)
    if rest.pop("categorical"):
        latents[-1] = 6
        more = {"top": {"family": "categorical", "variables": 2, "categories": 3}}
    elif convolutional and len(shape) > 1:
        more = {"backbone": "conv"}
    return coded(latents, likelihood, shape=shape, **rest, **more)


def discrete(levels: int, channels: int) -> Likelihood:
    """Bernoulli for two levels, else logistics; two channels count as one."""
    if levels == 2:
        return Bernoulli()
    return MixtureOfLogistics(2, 3 if channels == 3 else 1, levels)


def numbers(codec_: Codec, items: int, seed: int = 0) -> Tensor:
    """Random numbers of levels, (items, n)."""
    source = torch.Generator().manual_seed(seed)
    return torch.randint(0, codec_.levels or 2, (items, codec_.dimensions), generator=source)


def save(folder: Path, family: str, name: str = "", backbone: str = "mlp", **more: Any) -> Card:
    """Files of a small model for images of 2×3 pixels with a likelihood of that family."""
    likelihood = {"family": family, "sigma": 0.2 if family == "gaussian" else None}
    chosen = {"likelihood": FAMILIES[family](**likelihood), "backbone": backbone}
    model = CARD.model.model_copy(update=chosen)
    levels = LEVELS[family]
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
