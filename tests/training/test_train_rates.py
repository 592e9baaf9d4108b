"""The command that trains models to rates, and the one that trains on from an amortized model."""

from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from hvae.config.base import parse
from hvae.io import storage, tables
from hvae.training import checkpoint, loop, train, train_rates
from tests.plane import cases

PLAN = {"steps": 200, "batch_size": 20, "learning_rate": 1e-2, "validate_every": 50}


def target(*rates: float) -> dict[str, Any]:
    name = f"r{'_'.join(f'{rate:g}' for rate in rates)}_s0"
    return {"name": name, "rates": rates, "seed": 0, "model": name}


def command(folder: Path, **job: Any) -> Namespace:
    cases.data(folder / "data")
    cases.amortized_model(folder / "models")
    whole = {"model": cases.options().model_dump(), "training": PLAN} | job
    paths = {"models": folder / "models", "history": folder / "history.parquet"}
    return cases.arguments(whole, data=folder / "data", checkpoints=folder / "checkpoints", **paths)


@pytest.mark.parametrize("start", [None, cases.NAME])
def test_it_stores_each_model_with_its_target_rates_and_prices(
    tmp_path: Path, start: str | None
) -> None:
    targets = [target(0.5, 0.5), target(0, 0.5)]
    train_rates.main(command(tmp_path, points=targets, start=start))
    for one in targets:
        card = checkpoint.card(tmp_path / "models", one["name"])
        assert card.strategy == "rates"
        assert card.target == list(one["rates"])
        assert card.prices is not None
        assert card.beta == checkpoint.priced(card.prices)
        assert card.rates is not None
        checkpoint.load(tmp_path / "models", one["name"], card.beta)
    looked = tables.read(tmp_path / "history.parquet").to_pylist()
    assert [row["step"] for row in looked] == 2 * [50, 100, 150, 180, 200]
    assert not list((tmp_path / "checkpoints").glob("*"))


def test_a_target_that_is_not_met_is_named_and_stops_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    targets = [target(0.5, 0.5), target(9e6, 1), target(3e38, 3e38)]
    train_rates.main(command(tmp_path, points=targets))
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("r")]
    assert said[-1].startswith("r9e+06_1_s0: R = (9000000, 1) nats was not met: the model ")
    assert not any("r3e+38" in line for line in said)
    cards = [checkpoint.card(tmp_path / "models", one["name"]) for one in targets]
    assert [card.status for card in cards[1:]] == ["unreachable", "diverged"]
    assert cards[0].status in tables.MEASURED
    assert cards[2].prices is None


POLISHED = {"polished_s0": [0.3, 2.0], "other_s0": [5.0, 0.5], "third_s0": [1.0, 1.0]}
POINTS = [{"name": n, "beta": b, "seed": 0, "model": n} for n, b in POLISHED.items()]


def test_models_at_a_beta_go_on_from_the_amortized_model(tmp_path: Path) -> None:
    train.main(command(tmp_path, points=POINTS, start=cases.NAME))
    looked = tables.read(tmp_path / "history.parquet").to_pylist()
    for name, beta in POLISHED.items():
        card = checkpoint.card(tmp_path / "models", name)
        assert (card.strategy, card.beta) == ("polished", beta)
        values = [row["objective"] for row in looked if row["point"] == name]
        assert min(values) < values[0]


def weights(folder: Path) -> dict[str, bytes]:
    return {name: (folder / f"models/{name}.safetensors").read_bytes() for name in POLISHED}


def test_a_polished_model_is_the_same_whatever_its_neighbours(tmp_path: Path) -> None:
    train.main(command(tmp_path / "all", points=POINTS, start=cases.NAME))
    for count, one in enumerate(POINTS):
        train.main(command(tmp_path / "alone", points=POINTS[count:][:2], start=cases.NAME))
        name = str(one["name"])
        alone = tmp_path / f"alone/models/{name}.safetensors"
        assert alone.read_bytes() == weights(tmp_path / "all")[name]


def test_a_polished_model_that_is_killed_goes_on_to_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train.main(command(tmp_path / "whole", points=POINTS, start=cases.NAME))
    asked, save = command(tmp_path / "killed", points=POINTS, start=cases.NAME), storage.store
    with monkeypatch.context() as once:
        once.setattr(loop, "EVERY", 0)

        def killing(content: bytes, path: Path) -> None:
            save(content, path)
            raise KeyboardInterrupt

        once.setattr(loop.storage, "store", killing)
        with pytest.raises(KeyboardInterrupt):
            train.main(asked)
    assert list((tmp_path / "killed/checkpoints").glob("*"))
    train.main(asked)
    assert weights(tmp_path / "killed") == weights(tmp_path / "whole")
    assert not list((tmp_path / "killed/checkpoints").glob("*"))


@pytest.mark.parametrize("started", [train, train_rates])
def test_what_goes_on_from_a_diverged_model_has_diverged(tmp_path: Path, started: Any) -> None:
    """It is not taken for a model that was trained from random weights."""
    points = POINTS if started is train else [target(0.5, 0.5)]
    asked = command(tmp_path, points=points, start=cases.NAME)
    cases.amortized_model(tmp_path / "models", status="diverged")
    started.main(asked)
    for one in points:
        assert checkpoint.card(tmp_path / "models", str(one["name"])).status == "diverged"


def test_a_checkpoint_from_another_start_is_not_used(tmp_path: Path) -> None:
    """The amortized model may have been trained again since."""
    asked = command(tmp_path, points=POINTS, start=cases.NAME)
    job = parse(train.TrainingJob, asked.params)
    found = {loop.checkpoints(asked, job, "a", cases.NAME).fingerprint}
    (tmp_path / f"models/{cases.NAME}.safetensors").write_bytes(b"trained again")
    found.add(loop.checkpoints(asked, job, "a", cases.NAME).fingerprint)
    assert len(found) == 2


def test_rates_that_buy_nothing_are_named() -> None:
    numbers = {"target": [9.0, 0.0], "rates": [9.1, 0.0], "prices": [-0.01, -0.2]}
    card = cases.card("r9_0_s0", [1.0, 1.0], cases.options(), **numbers)
    assert train_rates.problem(card) == (
        "R = (9, 0) nats is met by waste: λ = (-0.01, -0.2), and a layer whose price is not "
        "positive costs more than it can use"
    )
    assert train_rates.problem(card.model_copy(update={"prices": [0.01, -0.2]})) is None
