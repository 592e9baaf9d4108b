"""Trained models on the Gaussian source, where the best that any model can reach is known."""

import itertools
import json
from typing import NamedTuple

import pytest
import torch

from hvae.bounds.rate_distortion import optimal_objective
from hvae.config.model import Model
from hvae.config.synthetic import Gaussian
from hvae.config.training import Training
from hvae.data import gaussian
from hvae.data.splits import split
from hvae.latents.measure import measure, summary
from hvae.models.build import build
from hvae.training.train import train

SEED, WIDTH, SIGMA = 0, 48, 0.3
BETAS = [0.1, 10**-0.5, 1.0, 10**0.5, 10.0]
OPTIONS = Gaussian.model_validate_json(
    json.dumps(
        {
            "source": "gaussian",
            "items": 30_000,
            "split": {"train": 0.6, "validation": 0.1, "test": 0.3},
        }
    )
)


class Held(NamedTuple):
    """J° of a model on test items, and the J°* that it is held against."""

    objective: float
    std_error: float
    optimum: float

    @property
    def ratio(self) -> float:
        return self.objective / self.optimum

    @property
    def excess(self) -> float:
        """In standard errors: well below zero, it would contradict the theory."""
        return (self.objective - self.optimum) / self.std_error


def trained(betas: list[tuple[float, ...]], steps: int, skip: bool = False) -> list[Held]:
    """Train a model for each β vector, and hold it against the optimum of the exact covariance."""
    source, eigenvalues = gaussian.load(OPTIONS, SEED), gaussian.spectrum(OPTIONS)
    parts = split(source.labels, OPTIONS.split, SEED)
    data, held_out, test = (torch.tensor(source.x[parts[name]]) for name in parts)
    likelihood = {"family": "gaussian", "sigma": SIGMA}
    shape = {"latents": [len(eigenvalues)] * len(betas[0]), "width": WIDTH, "skip": skip}
    fixed = {"inference": "top-down", "backbone": "mlp", "likelihood": likelihood}
    model = build(Model.model_validate_json(json.dumps(shape | fixed)), source.shape, SEED)
    settings = Training(
        strategy="independent",
        steps=steps,
        batch_size=128,
        learning_rate=8e-3,
        warm_up=0.25,
        validate_every=100,
    )
    models = train(model, betas, data, held_out, settings, SEED)
    result = []
    for index, beta in enumerate(betas):
        model.load_state_dict(models.member(index))
        with torch.inference_mode():
            measured = measure(model, test, samples=4, seed=SEED, split=2)
        row = summary(measured, beta, model.likelihood.constant(len(eigenvalues)), bounded=False)
        optimum = optimal_objective(beta, eigenvalues, SIGMA)
        result.append(Held(row["objective"], row["objective_se"], optimum))
    return result


def test_one_layer_comes_within_three_per_cent_of_the_optimum() -> None:
    held = trained([(beta,) for beta in BETAS], steps=1000)
    assert max(one.ratio for one in held) < 1.03
    assert min(one.excess for one in held) > -3


def test_two_layers_pass_everything_through_whichever_is_cheaper() -> None:
    held = trained(list(itertools.product(BETAS[::2], repeat=2)), steps=1500, skip=True)
    assert sum(one.ratio < 1.03 for one in held) >= 8
    assert min(one.excess for one in held) > -3


@pytest.mark.slow
@pytest.mark.parametrize("skip", [True, False])
def test_the_plane_of_two_layers(skip: bool) -> None:
    """Where the β_l differ by 3 a direction may stay in the dearer layer: a local optimum."""
    held = trained(list(itertools.product(BETAS, repeat=2)), steps=5000, skip=skip)
    assert sum(one.ratio < 1.1 for one in held) >= 20
    assert min(one.excess for one in held) > -3
