"""`python -m hvae.guidance`: what it answers, and how it refuses."""

import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hvae.config.base import parse
from hvae.config.params import Params
from hvae.errors import InputError
from hvae.guidance.__main__ import main
from hvae.results.parameters import record
from tests.guidance.experiments import measured, write


@pytest.fixture
def experiment(tmp_path: Path, config: dict[str, Any]) -> Path:
    """One on disk, of models that are trained from scratch, as far as the command reads it."""
    config["training"]["strategy"] = "independent"
    write(tmp_path, measured())
    (tmp_path / "params.json").write_text(record(parse(Params, config)))
    return tmp_path


def ask(folder: Path, application: str = "classification", rate: float | None = None) -> None:
    main(Namespace(results=folder, application=application, rate=rate))


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed, without the breaks between lines."""
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("application", "rate", "start"),
    [
        ("classification", None, "For classification, use β = (10, 0.1). On test items that gives"),
        ("classification", 8.0, "For classification under a total rate of 8 nats, use β = (10, 1)"),
        ("reconstruction", None, "For reconstruction, use β = (0.1, 0.1). On test"),
        ("reconstruction", 10.5, "For reconstruction under a total rate of 10.5 nats, use β = "),
        (
            "compression",
            8.0,
            "For compression under a total rate of 8 nats and within 0.5 bits per",
        ),
    ],
)
def test_it_answers_in_plain_sentences(
    experiment: Path,
    capsys: pytest.CaptureFixture[str],
    application: str,
    rate: float | None,
    start: str,
) -> None:
    ask(experiment, application, rate)
    said = one_line(capsys)
    assert said.startswith(start)
    assert "95 % from" in said
    assert "All values are means over 3 trainings, whose spread is part of the errors." in said


def test_it_says_where_the_best_lies_at_the_edge_of_the_grid(
    experiment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(experiment, "reconstruction")
    assert "at the edge of the grid (β₁ and β₂): a wider grid might" in one_line(capsys)


def test_a_rate_is_kept_to_by_every_point_that_is_named(
    experiment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(experiment, "classification", 8.0)
    # of nine points, three have at most 8 nats: 10 / (1 + β_1) + 10 / (1 + β_2)
    assert "the other 2 points" in one_line(capsys)


def test_models_that_stopped_too_early_are_named_with_the_advice(
    experiment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(experiment)
    assert "unconverged" not in one_line(capsys)
    found = measured()
    write(experiment, found._replace(points=[p | {"status": "unconverged"} for p in found.points]))
    ask(experiment)
    said = one_line(capsys)
    assert "3 of its 3 trainings stopped too early" in said
    assert f"{len(found.points)} of {len(found.points)} points are unconverged" in said


def cut(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


@pytest.mark.parametrize(
    ("change", "application", "rate", "message"),
    [
        (None, "chess", None, r"--for: must be one of reconstruction, denoising.*got 'chess'$"),
        (None, "denoising", None, r"--for: denoising was not measured in this .* reconstruction, "),
        (
            None,
            "classification",
            0.5,
            r"--rate: must be at least 1\.82 nats, the least .*got 0\.5$",
        ),
        (None, "classification", float("nan"), r"--rate: must be at least .*got nan$"),
        (None, "classification", -3.0, r"--rate: must be at least .*got -3$"),
        (cut("params.json"), "classification", None, "holds no experiment, since there is no par"),
        (cut("tasks.parquet"), "classification", None, r"tasks\.parquet is missing: the exper"),
        (lambda f: (f / "params.json").write_text("{}"), "anomaly", None, "cannot be read: "),
    ],
)
def test_it_refuses_in_a_sentence(
    experiment: Path,
    change: Callable[[Path], object] | None,
    application: str,
    rate: float | None,
    message: str,
) -> None:
    if change is not None:
        change(experiment)
    with pytest.raises(InputError, match=message):
        ask(experiment, application, rate)


def test_it_runs_as_a_command(experiment: Path) -> None:
    command = [sys.executable, "-m", "hvae.guidance", "--results", str(experiment)]
    done = subprocess.run(
        [*command, "--for", "classification", "--rate", "0.5"], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: --rate: must be at least 1.82 nats")
    assert "Traceback" not in done.stderr
