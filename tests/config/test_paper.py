"""The overlays `…-paper` state what `docs/paper.md` says of the runs of Xiao & Bamler (2023)."""

import math
from typing import Any, NamedTuple

import pytest
import yaml

from hvae.config.base import parse
from hvae.config.params import Params
from tests.conftest import ROOT
from tests.workflow.conftest import merged

Config = dict[str, Any]


class Stated(NamedTuple):
    """A row of the table: items that train, their channels, z_2, the likelihood, and steps."""

    source: str
    items: int
    channels: int
    top: int
    family: str
    sigma: float | None
    steps: int
    inference: str = "top-down"
    warm_up: float = 0
    rise: str = "log"


TABLE = {
    "mnist-paper": Stated("binary-mnist", 60_000, 16, 20, "bernoulli", None, 117_500),
    "svhn-paper": Stated("svhn", 73_257, 32, 32, "gaussian", 0.71, 143_500),
    "svhn-ladder-paper": Stated(
        "svhn", 73_257, 32, 32, "gaussian", 0.71, 143_500, "ladder", 0.2, "linear"
    ),
    "cifar10-paper": Stated("cifar10", 50_000, 32, 32, "gaussian", 0.71, 98_000),
    "fashion-mnist-paper": Stated("fashion-mnist", 60_000, 16, 10, "gaussian", 0.71, 117_500),
}
EVERY = pytest.mark.parametrize(("name", "stated"), TABLE.items(), ids=list(TABLE))


def overlaid(config: Config, name: str) -> Params:
    overlay = yaml.safe_load((ROOT / f"experiments/{name}.yaml").read_text())
    return parse(Params, merged(config, overlay))


@EVERY
def test_an_overlay_has_the_models_that_are_stated(
    config: Config, name: str, stated: Stated
) -> None:
    params = overlaid(config, name)
    model, data = params.model, params.data
    assert (data.source, data.extent.items) == (stated.source, stated.items)
    assert getattr(data, "binary", "threshold") == "threshold"
    assert (model.backbone, model.width, model.skip) == ("conv", stated.channels, False)
    assert model.latents == [stated.channels, stated.top]
    assert model.inference == stated.inference
    likelihood = model.likelihood.model_dump()
    assert (likelihood["family"], likelihood.get("sigma")) == (stated.family, stated.sigma)


@EVERY
def test_an_overlay_trains_as_is_stated(config: Config, name: str, stated: Stated) -> None:
    params = overlaid(config, name)
    training = params.training.model_dump()
    assert {key: training[key] for key in TRAINING} == TRAINING
    assert training["steps"] == stated.steps == 500 * math.ceil(stated.items / 256)
    assert (training["warm_up"], training["rise"]) == (stated.warm_up, stated.rise)
    assert params.grid.seeds == [0]
    assert params.data.whole == "test"
    split = params.data.split
    assert (split.share("validation", "test"), split.test) == (0.2, 0.8)
    for axis in params.grid.axes():
        assert axis == pytest.approx([10 ** (k / 10 - 1) for k in range(21)], rel=1e-5)
    assert params.tasks.classification.protocol == "hit"
    assert params.evaluation.max_items == 2000


TRAINING: Config = {
    "strategy": "independent",
    "learning_rate": 3e-4,
    "schedule": "constant",
    "weight_decay": 0,
    "batch_size": 256,
    "batches": "epochs",
    "keep": "last",
}


@EVERY
def test_the_page_has_the_same_table(name: str, stated: Stated) -> None:
    rows = (ROOT / "docs/paper.md").read_text().splitlines()
    (row,) = [line for line in rows if line.startswith(f"| `{name}` |")]
    _, items, latents, likelihood, inference, steps, _ = row.strip("| ").split(" | ")
    assert items.partition(", each")[0] == f"{stated.items:,}"
    assert latents == f"{stated.channels} maps, {stated.top}"
    sigma = "" if stated.sigma is None else f", σ = {stated.sigma}"
    assert likelihood == f"{stated.family.capitalize()}{sigma}"
    assert (inference, steps) == (stated.inference, f"{stated.steps:,}")


def test_all_overlays_of_the_paper_are_in_the_table() -> None:
    assert {path.stem for path in (ROOT / "experiments").glob("*-paper.yaml")} == set(TABLE)
