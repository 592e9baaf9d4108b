"""Models of every likelihood: trained together as alone, stored, and fitted to the digits."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from hvae.config.model import Model
from hvae.config.training import Schedule
from hvae.data import bundled, prepared
from hvae.data.prepared import Items
from hvae.errors import InputError
from hvae.models.build import build
from hvae.models.distributions import draw
from hvae.models.hierarchical import HierarchicalVAE
from hvae.training import checkpoint
from hvae.training.inputs import batch
from hvae.training.objective import objective
from hvae.training.train import TrainedModels, constants, main, train

FAMILIES: dict[str, dict[str, Any]] = {
    "gaussian": {"sigma": 0.3},
    "gaussian-learned": {"sigma": 0.3},
    "bernoulli": {},
    "mixture-of-logistics": {"components": 3},
}
BETAS = [[0.1, 1.0], [1.0, 1.0], [20.0, 20.0]]
SETTINGS = Schedule(
    steps=40,
    batch_size=32,
    learning_rate=1e-2,
    warm_up=0.2,
    validate_every=10,
)
X = torch.tensor(bundled.load_digits().x)  # values k / 16


def options(family: str) -> Model:
    sizes = {"latents": [8, 4], "width": 16, "skip": False}
    fixed = {"inference": "top-down", "backbone": "mlp"}
    likelihood = {"family": family} | FAMILIES[family]
    return Model.model_validate(sizes | fixed | {"likelihood": likelihood})


def start(family: str) -> HierarchicalVAE:
    return build(options(family), (8, 8), seed=0, levels=17)


def items(family: str) -> Tensor:
    return X.round() if family == "bernoulli" else X


def together(family: str, betas: list[list[float]], settings: Schedule = SETTINGS) -> TrainedModels:
    x = items(family)
    return train(start(family), betas, x[:1200], x[1200:1500], settings, seed=0)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_member_is_bit_for_bit_the_member_of_a_grid_of_one(family: str) -> None:
    all_three = together(family, BETAS)
    for index, beta in enumerate(BETAS):
        for name, tensor in together(family, [beta]).member(0).items():
            assert torch.equal(tensor, all_three.member(index)[name]), name


def alone_in_a_plain_loop(family: str, beta: list[float]) -> HierarchicalVAE:
    model = start(family)
    adam = torch.optim.Adam(model.parameters(), lr=SETTINGS.learning_rate)
    falling = torch.optim.lr_scheduler.LinearLR(adam, 1.0, 0.0, SETTINGS.steps)
    for step in range(1, SETTINGS.steps + 1):
        x, noise = batch(items(family)[:1200], model.latents, SETTINGS.batch_size, 0, step)
        rising = torch.tensor(beta) * 100 ** min(step / (0.2 * SETTINGS.steps) - 1, 0)
        adam.zero_grad()
        objective(model(x, noise), rising).mean().backward()
        adam.step()
        falling.step()
    return model


def test_each_member_learns_a_sigma_of_its_own() -> None:
    """That of a plain loop with its β; without rate, its reconstructions are coarser."""
    settings = SETTINGS.model_copy(update={"validate_every": 40})
    members = together("gaussian-learned", BETAS, settings)
    found = [members.member(index)["likelihood.rho.bias"] for index in range(3)]
    for beta, rho in zip(BETAS, found, strict=True):
        expected = alone_in_a_plain_loop("gaussian-learned", beta).likelihood.rho.bias
        torch.testing.assert_close(rho, expected.detach(), rtol=1e-3, atol=1e-4)
    assert len({rho.item() for rho in found}) == 3


def test_the_constant_of_a_look_is_that_of_the_weights_that_are_kept() -> None:
    members, model = together("gaussian-learned", BETAS), start("gaussian-learned")
    found = constants(model, members, dimensions=64)
    for index, constant in enumerate(found):
        model.load_state_dict(members.member(index))
        assert constant == model.likelihood.constant(64)
    assert len(set(found)) == 3


@pytest.mark.parametrize("family", FAMILIES)
def test_training_on_digits_lowers_the_objective(family: str) -> None:
    settings = SETTINGS.model_copy(update={"steps": 200})
    trained = together(family, BETAS, settings)
    assert not trained.diverged.any()
    looks = torch.stack([trained.looks[step] for step in (10, 50, 200)])
    assert looks.isfinite().all()
    assert (looks[1:] < looks[:-1]).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_terms_are_bit_identical_after_a_reload(tmp_path: Path, family: str) -> None:
    model = start(family)
    with torch.no_grad():
        for weight in model.parameters():
            weight += 0.1
    card = checkpoint.Card(
        name="b1_2_s0",
        strategy="independent",
        seed=9,
        beta=[1.0, 2.0],
        shape=[8, 8],
        levels=model.likelihood.levels,
        model=options(family),
        status="ok",
        parameters=sum(weight.numel() for weight in model.parameters()),
        train_seconds=1.5,
    )
    checkpoint.save(tmp_path, card, model.state_dict())
    again = checkpoint.load(tmp_path, "b1_2_s0")
    x, noise = items(family)[:4], draw([8, 4], 4, torch.Generator().manual_seed(0))
    was, now = model(x, noise), again(x, noise)
    assert torch.equal(was.distortion, now.distortion)
    assert torch.equal(model.likelihood.mean(was.decoded), again.likelihood.mean(now.decoded))
    assert model.likelihood.constant(64) == again.likelihood.constant(64)
    assert again.likelihood.levels == {"bernoulli": 2, "mixture-of-logistics": 17}.get(family)


def command(folder: Path, family: str) -> argparse.Namespace:
    """The command that trains one point on grey digits."""
    for name, first in (("train", 0), ("validation", 100)):
        ids = torch.arange(first, first + 100).numpy()
        labels = 0 * ids
        x = X.numpy()[ids]
        prepared.write(Items(x, labels, ids, (8, 8), ("all",)), folder / f"{name}.parquet")
    point = {"name": "b1_1_s0", "beta": [1.0, 1.0], "seed": 0, "model": "b1_1_s0"}
    job = {"model": options(family).model_dump(), "training": SETTINGS.model_dump()}
    return argparse.Namespace(
        params=json.dumps(job | {"points": [point]}),
        data=folder,
        models=folder / "models",
        history=folder / "history.parquet",
        checkpoints=folder / "checkpoints",
    )


def test_grey_digits_are_refused_where_bits_are_wanted(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"train\.parquet has values that are not one of the 2 "):
        main(command(tmp_path, "bernoulli"))
    assert not (tmp_path / "models").exists()


def test_a_learned_sigma_is_trained_and_stored_by_the_command(tmp_path: Path) -> None:
    main(command(tmp_path, "gaussian-learned"))
    model = checkpoint.load(tmp_path / "models", "b1_1_s0")
    assert model.likelihood.scale.item() != pytest.approx(0.3, rel=1e-3)
