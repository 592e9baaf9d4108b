"""`hvae`: its help, its examples, what it prints, and how it refuses."""

import os
import re
import shlex
import signal
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from click.testing import CliRunner

import hvae
from hvae.cli import main, project, snakemake
from hvae.cli.models import KINDS
from hvae.config.base import parse
from hvae.config.params import Params
from hvae.errors import InputError
from hvae.guidance import compare
from hvae.results.parameters import record
from tests.audit.test_study import channel
from tests.guidance.experiments import measured, write
from tests.workflow.conftest import merged

LINES = 40  # of help, fewer
CONTEXT = click.Context(main)
COMMANDS = {name: main.get_command(CONTEXT, name) for name in main.list_commands(CONTEXT)}


def ran(*words: object) -> Any:
    """What a command prints, and its exit status."""
    return CliRunner().invoke(main, [str(word) for word in words], prog_name="hvae")


def examples(name: str) -> Iterator[list[str]]:
    """The examples in a command's help, as words."""
    for line in ran(name, "--help").stdout.splitlines():
        if line.strip().startswith("hvae "):
            yield shlex.split(line)[1:]


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_is_short_and_has_an_example(name: str) -> None:
    done = ran(*filter(None, [name]), "--help")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"Usage: hvae {name}".strip())
    assert len(lines) < LINES
    assert any(line.strip().startswith("hvae ") for line in lines[1:])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_is_understood(name: str) -> None:
    found = list(examples(name))
    assert found
    for words in found:
        assert words[0] == name
        COMMANDS[name].make_context(name, words[1:])  # raises click.UsageError


@pytest.fixture
def experiment(tmp_path: Path, config: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a finished experiment of planted applications, as far as advice needs it."""
    monkeypatch.chdir(tmp_path)
    config["training"]["strategy"] = "independent"
    folder = tmp_path / "results" / "planted"
    folder.mkdir(parents=True)
    write(folder, measured())
    (folder / "params.json").write_text(record(parse(Params, config)))
    return folder


def test_guide_answers_for_each_application_or_for_one(experiment: Path) -> None:
    *said, remark = ran("guide").stdout.split("\n\n")
    starts = ["For reconstruction, use", "For compression within 0.5", "For classification, use"]
    assert len(said) == len(starts)
    assert all(part.startswith(start) for part, start in zip(said, starts, strict=True))
    assert remark.startswith("All values are means over 3 trainings")
    one = ran("guide", "planted", "--for", "classification", "--rate", "8")
    assert one.stdout.startswith("For classification under a total rate of 8 nats, use β = (10, 1)")


def test_without_a_name_the_experiment_that_was_finished_last_answers(experiment: Path) -> None:
    """Also beside one that was begun since; that of the parameters is first, once it has results.

    Errors of `open` and `compress` name the folder that they would have used.
    """
    results = experiment.parent
    begun, default = results / "begun", results / "digits"
    (experiment / "guidance.json").write_text("{}")
    begun.mkdir()
    (begun / "params.json").write_text((experiment / "params.json").read_text())
    done = ran("guide", "--for", "reconstruction")
    assert done.stdout.startswith("For reconstruction, use")
    told = "planted: the experiment that was finished last, as none is named\n"
    assert done.stderr == told
    for words in (["open"], ["compress", "images", "x.hvae", "--rates", 1, 1]):
        done = ran(*words)
        assert done.exit_code == 1
        assert done.stderr.startswith(told)
        assert "planted" in done.output.replace(told, "")
    os.utime(experiment / "guidance.json", (1, 1))
    (begun / "guidance.json").write_text("{}")
    assert ran("guide").stderr.startswith("begun: ")
    experiment.rename(default)
    done = ran("guide", "--for", "reconstruction")
    assert done.stdout.startswith("For reconstruction, use")
    assert not done.stderr


def test_commands_work_from_any_folder_inside_a_project(
    experiment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = experiment.parents[1]
    for name in project.NEEDED:
        (top / name).mkdir() if name == "workflow" else (top / name).touch()
    (top / "params.yaml").write_text("experiment: planted\n")
    (below := top / "docs" / "deep").mkdir(parents=True)
    monkeypatch.chdir(below)
    assert ran("guide", "--for", "reconstruction").stdout.startswith("For reconstruction, use")


def test_the_same_experiment_twice_does_not_differ(experiment: Path) -> None:
    done = ran("compare", "planted", "planted")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith("From planted to planted")
    assert [line.split()[0] for line in lines[1:]] == [
        "reconstruction", "compression", "classification",
    ]  # fmt: skip
    assert all("undecided (+0 ±" in line for line in lines[1:])


def test_experiments_of_other_test_items_are_not_compared(
    experiment: Path, config: dict[str, Any]
) -> None:
    other = experiment.with_name("other")
    other.mkdir()
    write(other, measured())
    (other / "params.json").write_text(record(parse(Params, config | {"seed": 1})))
    done = ran("compare", "planted", "other")
    assert done.stdout.count("not compared: other test items") == 3
    data = {"source": "photo-patches", "items": 300, "split": config["data"]["split"]}
    changed = config | {"data": data, "tasks": config["tasks"] | {"anomaly": None}}
    (other / "params.json").write_text(record(parse(Params, changed)))
    assert ran("compare", "planted", "other").stdout.count("not compared: other data") == 3


def test_a_difference_that_is_not_that_of_the_values_says_why(
    experiment: Path, config: dict[str, Any]
) -> None:
    """Values with a bias of a half, which the scores that are compared do not have."""
    other = experiment.with_name("other")
    other.mkdir()
    tables = measured()
    rows = [row | {"value": row["value"] + 1.5} for row in tables.tasks]
    scores = {
        metric: {point: one._replace(values=one.values + 1) for point, one in by.items()}
        for metric, by in tables.scores.items()
    }
    write(other, tables._replace(scores=scores, tasks=rows, selection=rows))
    (other / "params.json").write_text(record(parse(Params, config)))
    said = ran("compare", "planted", "other").stdout
    assert re.search(r"better \(\+1 ± \S+ without the bias of few items, \+1\.5 with it\)", said)
    assert "bias" not in ran("compare", "planted", "planted").stdout


def costing(files: bool, spent: float) -> Any:
    """A surface whose places cost as much, in bits of files or in nats."""
    return SimpleNamespace(costs={"place": spent} if files else {}, spent=lambda place: spent)


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        (costing(True, 0.2), costing(True, 0.2), ""),
        (costing(False, 17.6), costing(False, 17.8), ""),
        (costing(False, 10), costing(False, 17.8), "another total rate"),
        (costing(True, 0.196), costing(True, 0.146),
         "files of another size (0.196 and 0.146 bits per dimension)"),
        (costing(True, 0.196), costing(False, 17.8), "only one has files"),
    ],
)  # fmt: skip
def test_compression_is_compared_where_it_costs_the_same(first: Any, second: Any, why: str) -> None:
    spot: Any = SimpleNamespace(place="place")
    assert compare._cost(first, spot, second, spot) == why


def test_a_better_experiment_is_better(experiment: Path, config: dict[str, Any]) -> None:
    """Errors of a hundredth as large: three trainings each, of the same items."""
    other = experiment.with_name("other")
    other.mkdir()
    tables = measured()
    rows = [row | {"value": row["value"] + 1} for row in tables.tasks]
    shifted = tables._replace(
        scores={
            metric: {point: one._replace(values=one.values + 1) for point, one in by.items()}
            for metric, by in tables.scores.items()
        },
        tasks=rows, selection=rows,
    )  # fmt: skip
    write(other, shifted)
    (other / "params.json").write_text(record(parse(Params, config)))
    both = [("planted", "other", "better (+1"), ("other", "planted", "worse (-1")]
    for first, second, word in both:
        line = next(
            line
            for line in ran("compare", first, second).stdout.splitlines()
            if line.startswith("reconstruction")
        )
        assert word in line


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["guide", "nowhere"], "error: nowhere has no results here; there are 'planted'\n"),
        (["guide", "plated"], "here; there are 'planted'; did you mean 'planted'?"),
        (["guide", "planted", "--for", "cooking"], "--for: must be one of reconstruction, "),
        (
            ["guide", "planted", "--for", "clasification"],
            "got 'clasification'; did you mean 'classification'?",
        ),
        (
            ["audit", "--model", "../a/my_pythae.py", "--data", "digits", "--out", "own"],
            "--model: must be MODULE:NAME, such as my_pythae:adapter, got '../a/my_pythae.py'",
        ),
        (
            ["audit", "--model", "hvae:Adapter", "--data", "./my_data.py", "--out", "own"],
            "data.source: must be MODULE:NAME, such as my_data:load, got './my_data.py'",
        ),
        (["run", "nowhere"], "nowhere is no experiment and no file"),
        (["plan", "quik"], "; did you mean 'quick'?"),
        (["compare", "planted", "quick"], "holds no finished run; there are 'planted'"),
        (["open", "planted"], "planted/index.html is missing: hvae run makes it"),
        (["info", "absent.hvae"], "absent.hvae: No such file"),
    ],
)
def test_a_refusal_is_one_sentence_and_exit_status_1(
    experiment: Path, words: list[str], problem: str
) -> None:
    done = ran(*words)
    assert done.exit_code == 1
    assert problem in done.output
    assert done.output.startswith("error: ")
    assert len(done.output.splitlines()) == 1


def test_an_overlay_without_a_name_is_refused(experiment: Path) -> None:
    Path("changes.yaml").write_text("seed: 1\n")
    done = ran("run", "changes.yaml")
    assert (done.exit_code, "names no experiment" in done.output) == (1, True)


@pytest.mark.parametrize(("rate", "status"), [(1.02, 0), (0.01, 3)])
def test_an_audit_ends_with_its_verdict_and_status_3_for_a_violated_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rate: float, status: int
) -> None:
    """The channel has 1.02 nats, and its latents tell four classes apart; 0.01 nats cannot."""
    monkeypatch.chdir(tmp_path)
    columns = {name: values for name, values in channel().items() if "rate" not in name}
    pq.write_table(pa.table(columns), "z.parquet")
    done = ran("audit", "--latents", "z.parquet", "--rates", rate, "--out", "own", "--items", 300)
    assert done.exit_code == status, done.output
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("limits: "))
    bounds = pq.read_table("own/bounds.parquet")["verdict"].to_pylist()
    wrong = bounds.count("violated")
    assert f"{len(bounds)} checks: {bounds.count('holds')} holds, {wrong} violated" in line
    assert done.stdout.count("violated: own, ") == min(wrong, 3)


def test_what_snakemake_says_becomes_a_line_a_stage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = {"prepare": 1, "train_rates": 1, "classification": 2, "collect": 1}
    table = "".join(f"{name:<15}{count:>3}\n" for name, count in counts.items())
    ends = "".join(
        f"Finished jobid: {number} (Rule: {name})\n"
        for number, name in enumerate(name for name, count in counts.items() for _ in range(count))
    )
    text = (
        "Using workflow specific profile profiles/default for setting default command line "
        f"arguments.\n9 models\nBuilding DAG of jobs...\nJob stats:\njob  count\n{table}total 5\n"
        f"{ends}"
    )
    (tmp_path / "said.txt").write_text(text)
    assert snakemake.run(["cat", str(tmp_path / "said.txt")], tmp_path) == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "9 models"
    assert [line.split()[:3] for line in lines[1:]] == [
        ["data", "1", "job"], ["models", "1", "job"], ["tasks", "2", "jobs"],
    ]  # fmt: skip
    (log,) = (tmp_path / "logs").glob("run-*.log")
    assert log.read_text() == text


BARS = [f"reading images: {part:>4}%|     | 0/2 [00:00<?, ?it/s]" for part in (0, 50)]


@pytest.mark.parametrize(
    ("log", "why"),
    [
        (["error: no items"], ["error: no items"]),
        ([*BARS, f"{BARS[1]}error: a: no image", "b: none"], ["error: a: no image", "b: none"]),
        (["3it [00:00, 2it/s]", "Traceback", *BARS, "Killed"],
         ["Error in rule train:", "Traceback", "Killed"]),
    ],
)  # fmt: skip
def test_a_failed_run_shows_the_error_and_names_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], log: list[str], why: list[str]
) -> None:
    """Of a log that ends with a sentence that sentence alone, and of no log its progress bars."""
    script = tmp_path / "fails.sh"
    bar = "=" * 80
    said = ["Building DAG", "total 1", "Error in rule train:", "    shell: python -m hvae.training"]
    said += ["Logfile logs/train.log:", bar, *log, bar, "Shutting down"]
    script.write_text("".join(f"echo '{line}'\n" for line in said) + "exit 1\n")
    assert snakemake.run(["sh", str(script)], tmp_path) == 1
    *shown, last = capsys.readouterr().err.splitlines()
    assert shown == why
    assert re.fullmatch(r"The run failed; its log is .*run-.*\.log", last)


def test_who_ends_a_run_ends_snakemake(tmp_path: Path) -> None:
    """The script ends this process as a scheduler would, and waits to be told."""
    script = tmp_path / "waits.sh"
    script.write_text(
        "trap 'touch told; exit 3' TERM\necho 'Building DAG'\nsleep 1\nkill -TERM $PPID\n"
        "for _ in $(seq 600); do sleep 0.05; done\n"
    )
    before = signal.getsignal(signal.SIGTERM)
    assert snakemake.run(["sh", str(script)], tmp_path) == 3
    assert (tmp_path / "told").exists()
    assert signal.getsignal(signal.SIGTERM) == before


def test_every_rule_is_of_a_stage_or_collects_tables() -> None:
    """Rules that only name targets have no jobs of their own."""
    rules = set(re.findall(r"^rule (\w+)|as (\w+) with", _workflow(), flags=re.MULTILINE))
    names = {first or second for first, second in rules} - {"all"}
    targets = {
        "data", "models", "certificate", "latents", "tasks", "baseline", "information", "bounds",
        "guidance", "summary", "visualisation",
    }  # fmt: skip
    tables = {"collect", "collect_certificate", "collect_tasks", "summarise", "record"}
    assert names - targets - tables <= snakemake.STAGE.keys()


def _workflow() -> str:
    rules = sorted((project.PACKAGE.parent / "workflow/rules").glob("*.smk"))
    return "\n".join(path.read_text() for path in rules)


def test_a_home_that_cannot_be_written_to_needs_no_cache_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "absent"))
    assert snakemake.environment(tmp_path)["XDG_CACHE_HOME"] == str(tmp_path / ".snakemake/cache")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "XDG_CACHE_HOME" not in snakemake.environment(tmp_path)


def test_a_missing_extra_names_the_install_from_the_folder() -> None:
    with pytest.raises(InputError, match=r"no_such is not installed: run `pip install"):
        project.needs("reports", "json", "no_such")


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_part_is_a_file_that_python_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = ran("new", kind, "mine")
    assert done.exit_code == 0
    text = Path("mine.py").read_text()
    compile(text, "mine.py", "exec")
    assert "$" not in text
    said = yaml.safe_load(done.stdout.partition("in an overlay, ")[2])
    (section,) = said
    assert "mine:" in str(said[section])
    again = ran("new", kind, "mine")
    assert (again.exit_code, again.output) == (1, "error: mine.py is there already\n")
    assert "must be a name in Python" in ran("new", kind, "not-a-name").output


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_part_works_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: dict[str, Any], kind: str
) -> None:
    """The parameters that it names take it, and load it from the present folder."""
    plugins = pytest.importorskip("hvae.config.plugins")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    name = f"new_{kind}"
    said = yaml.safe_load(ran("new", kind, name).stdout.partition("in an overlay, ")[2])
    found = list(plugins.references(said))
    assert [one.partition(":")[0] for one in found] == [name]
    assert callable(plugins.load(found[0]).found)
    parse(Params, merged(config, said))


def test_completion_names_commands_and_experiments(experiment: Path) -> None:
    shown = CliRunner().invoke(
        main,
        prog_name="hvae",
        env={"_HVAE_COMPLETE": "bash_complete", "COMP_WORDS": "hvae guide ", "COMP_CWORD": "2"},
    )
    assert "planted" in shown.stdout
    assert "_hvae_completion" in ran("completion", "bash").stdout


def test_the_version_is_the_package_s() -> None:
    assert ran("--version").stdout == f"{hvae.__version__}\n"
