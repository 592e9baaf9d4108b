"""`python -m hvae.plane`: what it answers, what it writes, and how it refuses."""

import json
import os
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
from hvae.plane.amortized_model import AmortizedModel, HeldOut
from hvae.results.parameters import record
from hvae.training import checkpoint
from tests.plane import cases

SCHEDULE = {
    "steps": 10, "batch_size": 4, "learning_rate": 0.1, "warm_up": 0.0, "validate_every": 5
}  # fmt: skip


@pytest.fixture
def experiment(tmp_path: Path, config: dict[str, Any]) -> Path:
    """One on disk as the workflow leaves it, as far as the command reads it."""
    beta = [{"from": low, "to": high, "points": 3} for low, high in cases.BOX]
    config |= {
        "model": cases.options().model_dump(),
        "grid": {"beta": beta, "seeds": [0]},
        "training": SCHEDULE | {"strategy": "amortized"},
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


def known(folder: Path, beta: list[float]) -> list[float]:
    held_out = HeldOut(folder / "data", Extraction(samples=2, max_items=50), 0)
    return AmortizedModel(folder / "results" / "models", cases.NAME, held_out).rates(beta).tolist()


def test_it_answers_with_beta_and_rates(
    experiment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = known(experiment, [0.6, 2.5])
    asked(experiment, wanted)
    said = capsys.readouterr().out
    pattern = (
        r"β = \(([\d.]+), ([\d.]+)\) gives R = \(([\d.]+), ([\d.]+)\) nats on validation data\n"
    )
    match = re.fullmatch(pattern, said)
    assert match, said
    *beta, first, second = map(float, match.groups())
    assert known(experiment, beta) == pytest.approx([first, second], rel=0.01, abs=0.01)
    assert [first, second] == pytest.approx(wanted, rel=0.02, abs=0.05)


def test_it_writes_a_plain_model_with_those_rates(experiment: Path) -> None:
    wanted = [round(rate, 2) for rate in known(experiment, [0.6, 2.5])]
    asked(experiment, wanted, out=experiment / "mine")
    (path,) = (experiment / "mine").glob("*.safetensors")
    assert path.stem == f"r{wanted[0]:g}_{wanted[1]:g}_s0"
    assert checkpoint.card(path.parent, path.stem).status == "ok"
    held_out = HeldOut(experiment / "data", Extraction(samples=2, max_items=50), 0)
    rates = held_out.measure(checkpoint.load(path.parent, path.stem), "validation").rates.mean(0)
    assert rates.tolist() == pytest.approx(wanted, rel=0.02, abs=0.05)


def independent(folder: Path) -> None:
    path = folder / "results" / "params.json"
    values = json.loads(path.read_text())
    values["training"]["strategy"] = "independent"
    path.write_text(json.dumps(values))


@pytest.mark.parametrize(
    ("rates", "other", "message"),
    [
        ([1.0], {}, r"--rates: must be one for each of 2 layers, got 1"),
        ([1.0, -1.0], {}, r"--rates: must be finite and not negative, got -1"),
        ([float("nan"), 1.0], {}, r"--rates: must be finite and not negative, got nan"),
        ([float("inf"), 1.0], {}, r"--rates: must be finite and not negative, got inf"),
        ([1.0, 1.0], {"seed": 7}, r"--seed: must be one of \[0\], got 7"),
        ([1.0, 1.0], {"data": Path("nowhere")}, r"nowhere/validation\.parquet cannot be read"),
        ([1.0, 1.0], {"results": Path("nowhere")}, r"--results: nowhere holds no experiment"),
        ([900.0, 1.0], {}, r"R = \(900, 1\) nats is out of reach: .* has R_1 from .*nearest, β = "),
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
        (independent, "digits has independent models, which have the rates that"),
        (
            lambda f: cases.amortized_model(f / "results" / "models", status="diverged"),
            "diverged in train",
        ),
        (lambda f: (f / "results" / "models" / "amortized_s0.json").unlink(), "not a model's card"),
        (lambda f: (f / "results" / "params.json").write_text("{}"), "params.json cannot be read"),
    ],
    ids=["independent", "diverged", "no model", "no parameters"],
)
def test_an_experiment_without_a_plane_is_refused(
    experiment: Path, change: Callable[[Path], object], message: str
) -> None:
    change(experiment)
    with pytest.raises(InputError, match=message):
        asked(experiment, [1.0, 1.0])


def test_a_refusal_is_a_sentence_and_exit_status_1(experiment: Path) -> None:
    command = [sys.executable, "-m", "hvae.plane", "--rates", "900", "1"]
    paths = ["--results", experiment / "results", "--data", experiment / "data"]
    one_thread = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, *map(str, paths)], capture_output=True, text=True, env=one_thread
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith("error: R = (900, 1) nats is out of reach")
    assert "Traceback" not in done.stderr
