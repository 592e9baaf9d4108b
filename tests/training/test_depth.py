"""Four layers of maps, trained to rates on a simplex: small images, few weights."""

import numpy as np
import torch

from hvae.config.training import FAR, RateSchedule, miss
from hvae.data.bundled import load_digits
from hvae.training.to_rates import train_to_rates
from tests.conftest import built

DIGITS = torch.tensor(load_digits().x)
SETTINGS = RateSchedule(steps=400, batch_size=64, learning_rate=8e-3, validate_every=100)
TOTAL = 6.0  # nats


def test_rates_on_a_simplex_are_met_in_every_layer() -> None:
    """As much in each layer, and twice as much in the highest as in each other.

    Where layers are to have nothing at all, or of six layers, 400 steps are too few.
    """
    layers = 4
    part = TOTAL / (layers + 1)
    targets = [[TOTAL / layers] * layers, [*[part] * (layers - 1), 2 * part]]
    model = built([2] * layers, (8, 8), width=4, backbone="conv-spatial", skip=True, sigma=0.3)
    found = train_to_rates(model, targets, DIGITS[:1200], DIGITS[1200:], SETTINGS, 0)
    assert not found.models.diverged.any()
    for rates, target in zip(found.rates.double().numpy(), targets, strict=True):
        assert miss(rates, np.array(target)) <= FAR, (rates, target)
