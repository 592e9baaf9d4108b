"""`python -m hvae.plane`: what it answers, what it writes, and how it refuses."""

import json
import math
import re
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hvae.config.base import parse
from hvae.config.params import Extraction, Params
from hvae.errors import InputError
from hvae.plane.__main__ import main
from hvae.plane.amortized_model import HeldOut
from hvae.results.parameters import record
from hvae.training import checkpoint
from tests.plane import cases

SCHEDULE = {
    "steps": 10, "batch_size": 4, "learning_rate": 0.1, "warm_up": 0.0, "validate_every": 5
}  # fmt: skip

RATES = {"steps": 500, "batch_size": 20, "learning_rate": 5e-3, "validate_every": 100}


@pytest.fixture
def experiment(tmp_path: Path, config: dict[str, Any]) -> Path:
    """One on disk as the workflow leaves it, as far as the command reads it."""
    beta = [{"from": low, "to": high, "points": 3} for low, high in cases.BOX]
    config |= {
        "model": cases.options().model_dump(),
        "grid": {"beta": beta, "seeds": [0]},
        "training": SCHEDULE | {"strategy": "amortized", "rates": RATES},
        "certification": {"seeds": [0], "tolerance": 0.05, "training": SCHEDULE},
    }
    config["evaluation"] |= {"samples": 2, "max_items": 50}
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "params.json").write_text(record(parse(Params, config)))
    cases.data(tmp_path / "data")
    cases.amortized_model(tmp_path / "results" / "models")
    return tmp_path


def asked(folder: Path, rates: list[float], **other: Any) -> None:
    given = {"results": folder / "results", "data": folder / "data", "out": None, "seed": 0}
    main(Namespace(rates=rates, **(given | other)))


WANTED = [1.0, 0.5]


def answer(said: str) -> dict[str, list[float]]:
    """The numbers of each line that is said, by its first word."""
    lines = (line.partition(":") for line in said.splitlines())
    return {name: [float(n) for n in re.findall(r"\d+(?:\.\d+)?", rest)] for name, _, rest in lines}


def test_it_trains_to_the_rates_and_answers_with_what_they_buy(
    experiment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(experiment, WANTED, out=experiment / "mine")
    said = answer(capsys.readouterr().out)
    card = checkpoint.card(experiment / "mine", "r1_0.5_s0")
    assert (card.strategy, card.status, card.target) == ("rates", "ok", WANTED)
    model = checkpoint.load(experiment / "mine", "r1_0.5_s0")
    held_out = HeldOut(experiment / "data", Extraction(samples=2, max_items=50), 0)
    for split in ("validation", "test"):
        found = held_out.measure(model, split)
        distortion = found.distortion.mean() - model.likelihood.constant(6)
        expected = [*found.rates.mean(0), distortion, -10 * math.log10(found.error.mean())]
        assert said[split] == pytest.approx(expected, rel=0.01, abs=1e-3)
    assert said["validation"][:2] == pytest.approx(WANTED, rel=0.05, abs=0.125)
    assert said["prices, nats of D for one more nat in each layer"] == pytest.approx(
        card.prices, rel=0.01, abs=1e-3
    )


def test_an_experiment_of_independent_models_trains_from_scratch(experiment: Path) -> None:
    independent(experiment)
    (experiment / "results" / "models" / "amortized_s0.json").unlink()
    asked(experiment, WANTED, out=experiment / "mine")
    rates = checkpoint.card(experiment / "mine", "r1_0.5_s0").rates
    assert rates == pytest.approx(WANTED, rel=0.05, abs=0.125)


def independent(folder: Path) -> None:
    path = folder / "results" / "params.json"
    values = json.loads(path.read_text())
    values["training"]["strategy"] = "independent"
    path.write_text(json.dumps(values))


@pytest.mark.parametrize(
    ("rates", "other", "message"),
    [
        ([1.0], {}, r"--rates: give 2 rates, one for each layer, got 1"),
        ([1.0, -1.0], {}, r"--rates: must be finite and not negative, got -1"),
        ([float("nan"), 1.0], {}, r"--rates: must be finite and not negative, got nan"),
        ([float("inf"), 1.0], {}, r"--rates: must be finite and not negative, got inf"),
        ([1.0, 1.0], {"seed": 7}, r"--seed: must be one of \[0\], got 7"),
        ([1.0, 1.0], {"data": Path("nowhere")}, r"nowhere/validation\.parquet cannot be read"),
        ([1.0, 1.0], {"results": Path("nowhere")}, r"--results: nowhere holds no experiment"),
        ([9e6, 1.0], {}, r"R = \(9000000, 1\) nats was not met: the model .* has R = .* λ = "),
    ],
)
def test_it_refuses_in_one_sentence(
    experiment: Path, rates: list[float], other: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message) as error:
        asked(experiment, rates, out=experiment / "mine", **other)
    assert "\n" not in str(error.value)
    assert not (experiment / "mine").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda f: cases.amortized_model(f / "results" / "models", status="diverged"),
            "diverged in train",
        ),
        (lambda f: (f / "results" / "models" / "amortized_s0.json").unlink(), "not a model's card"),
        (lambda f: (f / "results" / "params.json").write_text("{}"), "params.json cannot be read"),
    ],
    ids=["diverged", "no model", "no parameters"],
)
def test_an_experiment_that_is_broken_is_refused(
    experiment: Path, change: Callable[[Path], object], message: str
) -> None:
    change(experiment)
    with pytest.raises(InputError, match=message):
        asked(experiment, [1.0, 1.0])


def test_a_refusal_is_a_sentence_and_exit_status_1(experiment: Path) -> None:
    command = [sys.executable, "-m", "hvae.plane", "--rates", "1"]
    paths = ["--results", experiment / "results", "--data", experiment / "data"]
    done = subprocess.run([*command, *map(str, paths)], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "error: --rates: give 2 rates, one for each layer, got 1\n"
