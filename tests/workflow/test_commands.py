"""`hvae` on a finished experiment: every example of its help, and the verdict of a run."""

import os
import shlex
import shutil
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hvae.io import tables
from hvae.results.experiment import Experiment
from hvae.results.verdict import lines
from tests.audit.test_study import channel
from tests.cli.test_commands import COMMANDS, examples
from tests.workflow.conftest import Workspace

LONG = ("run",)  # of which some train for minutes


@pytest.fixture(scope="module")
def named(finished: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy in which the files and the experiment that examples name are there."""
    folder = tmp_path_factory.mktemp("named") / "project"
    shutil.copytree(finished.folder, folder, symlinks=True)
    for parent in ("results", "reports", "data/prepared"):
        (folder / parent / "quick").symlink_to("digits")
    shutil.copy(folder / "data/prepared/digits/test.parquet", folder / "images.parquet")
    pq.write_table(pa.table(channel()), folder / "z.parquet")
    rated = {name: values for name, values in channel(layers=2).items() if "rate" not in name}
    pq.write_table(pa.table(rated), folder / "two.parquet")
    return Workspace(folder)


def test_every_example_runs(named: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the help; `compress` writes what `decompress` and `info` read."""
    monkeypatch.setenv("BROWSER", "true")  # the command that does nothing
    order = ["compress", *(name for name in COMMANDS if name not in ("compress", *LONG))]
    for words in (words for name in order for words in examples(name)):
        if "--model" in words:  # whole models are in tests/audit
            continue
        if words[0] == "audit" and "--rates" in words:
            words = [word.replace("z.parquet", "two.parquet") for word in words]
        if words[0] == "compress":  # no model of two dozen steps is near the rates
            words = [*words[: words.index("--rates")], "--point", "r5_0_rates_s0"]
        command = ["python", "-m", "hvae", *words]
        if words[0] == "ask":  # a model of two dozen steps may miss the rates, and then says so
            said = named.run("sh", "-c", f"{shlex.join(command)} || true")
            assert "prices, nats of D" in said or "nats was not met" in said
        else:
            named.run(*command)
    assert {path.name for path in named.folder.glob("*.hvae")} == {"out.hvae"}
    again = pq.read_table(named.folder / "again.parquet")
    assert again.num_rows == pq.read_metadata(named.folder / "images.parquet").num_rows
    assert (named.folder / "own/index.html").is_file()


def test_a_run_ends_with_its_verdict_and_says_little(finished: Workspace) -> None:
    said = finished.run("python", "-m", "hvae", "run", "--cores", "2")
    assert len(said) < 10_000
    experiment = Experiment(finished.folder / "results/digits")
    verdicts = Counter(row["verdict"] for row in experiment.bounds)
    total = f"{len(experiment.bounds)} checks: {verdicts['holds']} holds, {verdicts['violated']} v"
    assert total in said
    assert "digits:\n  trusted    " in said
    assert "from 3 places, 1 training each, on 100 test items" in said
    assert f"report     {finished.folder / 'reports/digits/index.html'}" in said
    assert experiment.guidance is not None
    for name, one in experiment.guidance["applications"].items():
        (line,) = (line for line in said.splitlines() if line.strip().startswith(f"{name} "))
        assert f"R = ({', '.join(f'{rate:g}' for rate in one['best']['target'])})" in line


def test_a_violated_limit_is_named_in_the_verdict(workspace: Workspace) -> None:
    folder = workspace.folder / "results/digits"
    rows = pq.read_table(folder / "bounds.parquet").to_pylist()
    wrong = rows[0] | {"verdict": "violated", "measured": 0.75, "limit": 0.5}
    others = [row | {"verdict": "holds"} for row in rows[1:]]
    tables.write(tables.from_rows([wrong, *others], tables.bounds()), folder / "bounds.parquet")
    said = lines(Experiment(folder))
    assert any(f"{len(rows) - 1} holds, 1 violated" in line for line in said)
    (line,) = (line for line in said if "violated: " in line)
    assert f"{wrong['point']}, {wrong['bound']}" in line
    assert line.endswith("0.75 against 0.5")


def test_an_experiment_that_is_not_finished_has_no_advice(workspace: Workspace) -> None:
    os.remove(workspace.folder / "results/digits/guidance.json")
    said = lines(Experiment(workspace.folder / "results/digits"))
    assert not any("advice" in line for line in said)
