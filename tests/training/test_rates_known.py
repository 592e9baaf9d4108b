"""Models trained to rates on a Gaussian source, where D and the prices of all rates are known."""

import json
from typing import NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor

from hvae.bounds import rate_distortion as water
from hvae.bounds.rate_distortion import distortion_constant, distortion_rate
from hvae.config.model import Model
from hvae.config.synthetic import Gaussian
from hvae.config.training import RateSchedule, Schedule, miss
from hvae.data import gaussian
from hvae.data.splits import split
from hvae.latents.measure import Measured, measure
from hvae.models.build import build
from hvae.models.hierarchical import HierarchicalVAE
from hvae.training import train
from hvae.training.to_rates import TrainedToRates, train_to_rates

SEED, SIGMA, N = 0, 0.3, 4
OPTIONS = Gaussian.model_validate_json(
    json.dumps(
        {
            "source": "gaussian",
            "items": 30_000,
            "spectrum": {"dimension": N, "scale": 1.0, "exponent": 1.0},
            "split": {"train": 0.6, "validation": 0.1, "test": 0.3},
        }
    )
)
SPECTRUM = gaussian.spectrum(OPTIONS)
SCHEDULE = RateSchedule(steps=1000, batch_size=64, learning_rate=8e-3, validate_every=250)
# The squared error of 9,000 items has a standard error of at most √(2 Σλ² / 9,000) / Σλ = 0.9 %.
ERROR = 0.03
# Test items have rates up to 0.05 nats above those of the 3,000 that meet the target, which makes
# 2 % of a price; a training of this length leaves as much.
PRICE = 0.05


class Split(NamedTuple):
    train: Tensor
    validation: Tensor
    test: Tensor


def items() -> Split:
    source = gaussian.load(OPTIONS, SEED)
    parts = split(source.labels, OPTIONS.split, SEED)
    return Split(*(torch.tensor(source.x[parts[name]]) for name in Split._fields))


def start(layers: int) -> HierarchicalVAE:
    sizes = {"latents": [N] * layers, "width": 16, "skip": True, "shortcut": True}
    likelihood = {"family": "gaussian", "sigma": SIGMA}
    fixed = {"inference": "top-down", "backbone": "mlp", "likelihood": likelihood}
    return build(Model.model_validate(sizes | fixed), (N,), SEED)


def trained(layers: int, targets: list[list[float]]) -> TrainedToRates:
    known = items()
    return train_to_rates(start(layers), targets, known.train, known.validation, SCHEDULE, SEED)


def measured(models: train.TrainedModels, index: int, layers: int, x: Tensor) -> Measured:
    model = start(layers)
    model.load_state_dict(models.member(index))
    return measure(model, x, samples=4, seed=SEED, split=2)


def price(rate: float) -> float:
    """θ/σ², θ being the water level at a total rate in nats."""
    levels = np.geomspace(1e-4, SPECTRUM.max(), 20_000)
    rates = [water.at_level(level, SPECTRUM, np.ones(N)).rate for level in levels]
    return float(np.interp(-rate, -np.array(rates), levels)) / SIGMA**2


def test_every_split_of_a_rate_has_the_least_distortion_and_one_price() -> None:
    """Successive refinement: the split is free (Equitz & Cover 1991)."""
    targets = [[1.0, 0.0], [0.5, 0.5], [1.0, 2.0], [0.0, 3.0]]
    found = trained(2, targets)
    for index, target in enumerate(targets):
        assert miss(found.rates[index].numpy(), np.array(target)) <= 1
        test = measured(found.models, index, 2, items().test)
        squared = float(test.error.mean()) * N
        least = distortion_rate(float(test.rates.sum(1).mean()), SPECTRUM)
        assert squared == pytest.approx(least, rel=ERROR), target
        for rate, known in zip(target, found.prices[index].tolist(), strict=True):
            if rate > 0:
                assert known == pytest.approx(price(sum(target)), rel=PRICE), target


def test_one_layer_is_the_vae_at_the_beta_that_its_multiplier_names() -> None:
    """To the rates of β-VAEs: λ is β, and J_β is theirs."""
    known, betas = items(), [[0.5], [3.0]]
    settings = Schedule(steps=1000, batch_size=64, learning_rate=8e-3, validate_every=500)
    data = known.train, known.validation
    at_beta = train.train(start(1), betas, *data, settings, SEED)
    theirs = [measured(at_beta, index, 1, known.validation) for index in range(2)]
    found = trained(1, [one.rates.mean(0).tolist() for one in theirs])
    for index, ((beta,), one) in enumerate(zip(betas, theirs, strict=True)):
        ours = measured(found.models, index, 1, known.validation)
        assert miss(ours.rates.mean(0), one.rates.mean(0)) <= 1
        assert found.prices[index].item() == pytest.approx(beta, rel=PRICE)
        assert objective(ours, beta) == pytest.approx(objective(one, beta), rel=0.01)


def objective(of: Measured, beta: float) -> float:
    """J°, in nats."""
    return float((of.distortion + beta * of.rates[:, 0]).mean()) - distortion_constant(N, SIGMA)
