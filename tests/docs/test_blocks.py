"""Every block of code in the README and in the documentation is run, or compared with what runs it.

* Walks, pages that are followed from top to bottom: every block is run, in order, as it stands. An
  overlay has shorter training merged into it.
* Python of other pages: the blocks of a page are run as one program, beside a finished experiment.
* YAML: merged over `params.yaml`, and parsed.
* Shell of other pages, and the table of commands: the syntax, the targets of make, the files that
  are named, and every option, by the `--help` of the command itself.
"""

import copy
import functools
import itertools
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

import hvae.cli
from hvae.config.base import parse
from hvae.config.params import Params
from tests.conftest import ROOT
from tests.workflow.conftest import SMALL, Workspace, merged

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
WALKS = ("tutorial.md", "audit.md")
SHORTER: dict[str, Any] = {
    "model": {"width": 32},
    "training": {
        "steps": 300,
        "batch_size": 64,
        "validate_every": 100,
        "rates": {"steps": 1500, "batch_size": 64, "validate_every": 50},
    },
    "certification": {"training": SMALL["certification"]["training"]},
    **{name: SMALL[name] for name in ("baseline", "evaluation", "tasks")},
}
BY_SYNTAX = ("cd", "git", "pip", "source")  # and nothing else is known of them
SUBCOMMANDS = {"dvc": 2, "hvae": 1, "python": 2, "python3": 2, "snakemake": 0}
DEEPER = {"remote", "metrics", "plots", "compress", "decompress", "info"}


class Block(NamedTuple):
    """A block of code; title: the file that it is."""

    page: Path
    language: str
    title: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.page.name}: {self.text[:40]!r}"


def blocks(page: Path) -> Iterator[Block]:
    fence = r"^```(\w*)(?: title=\"(.*?)\")?\n(.*?)^```$"
    for language, title, text in re.findall(fence, page.read_text(), flags=re.M | re.S):
        yield Block(page, language, title, text)


ALL = [block for page in PAGES for block in blocks(page)]
SHELL = [block for block in ALL if block.language == "sh" and block.page.name not in WALKS]
YAML = [block for block in ALL if block.language == "yaml"]
PROGRAMS = {
    page: "\n".join(block.text for block in blocks(page) if block.language == "python")
    for page in PAGES
    if page.name not in WALKS
}


def test_every_block_has_a_language_that_is_tested() -> None:
    assert {block.language for block in ALL} == {"python", "sh", "yaml"}
    assert sum(page.read_text().count("\n```") for page in PAGES) == 2 * len(ALL)
    assert len(ALL) > 25


@pytest.mark.slow  # a minute and a half
@pytest.mark.parametrize("name", WALKS)
def test_a_page_can_be_followed(name: str, finished: Workspace) -> None:
    page = ROOT / "docs" / name
    for block in blocks(page):
        if block.language == "yaml":
            short = merged(yaml.safe_load(block.text), SHORTER)
            (finished.folder / block.title).write_text(yaml.safe_dump(short))
        elif block.title:
            (finished.folder / block.title).write_text(block.text)
        elif block.language == "python":
            finished.run(sys.executable, "-c", block.text)
        else:
            finished.run("bash", "-euc", block.text)


@pytest.mark.slow
def test_the_walks_leave_what_they_say(finished: Workspace) -> None:
    """After the walks of this process, which pytest runs in order."""
    folder = finished.folder
    if not (folder / "my-images").exists():
        pytest.skip("another process took the walks")
    count = len(list((folder / "my-images").rglob("*.png")))
    assert len(list((folder / "images-again").rglob("*.png"))) == count == 1797
    assert (folder / "reports/mine/index.html").is_file()
    assert list((folder / "chosen").glob("*.safetensors"))
    assert (folder / "mine-audited/index.html").is_file()


@pytest.mark.parametrize("page", [page for page, text in PROGRAMS.items() if text], ids=str)
def test_python_runs(page: Path, finished: Workspace) -> None:
    finished.run(sys.executable, "-c", PROGRAMS[page])


@pytest.mark.parametrize("block", YAML, ids=[block.name for block in YAML])
def test_an_overlay_is_accepted(block: Block) -> None:
    default = copy.deepcopy(yaml.safe_load((ROOT / "params.yaml").read_text()))
    parse(Params, merged(default, yaml.safe_load(block.text)))
    named = yaml.safe_load(block.text).get("experiment")
    assert not block.title or block.title == f"experiments/{named}.yaml"


@pytest.mark.parametrize("block", SHELL, ids=[block.name for block in SHELL])
def test_shell_is_what_the_commands_take(block: Block) -> None:
    subprocess.run(["bash", "-n"], input=block.text, text=True, check=True)
    for line in block.text.replace("\\\n", " ").splitlines():
        check(shlex.split(line, comments=True))


def test_the_table_of_commands() -> None:
    table = (ROOT / "docs/reference/commands.md").read_text()
    first = re.findall(r"^\| (`.*?`) \|", table, flags=re.M)
    found = [command for cell in first for command in re.findall(r"`(.*?)`", cell)]
    assert len(found) > 15
    for command in found:
        check(shlex.split(command))
    named = {words[1] for words in map(shlex.split, found) if words[0] == "hvae"}
    assert named == set(hvae.cli.main.commands)


def check(words: list[str]) -> None:
    """Every target, file and option of a command is there."""
    while words and re.match(r"\w+=", words[0]):
        words = words[1:]
    if not words or words[0] in BY_SYNTAX:
        return
    if words[0] == "make":
        plainly("make", "--dry-run", *words[1:])
        return
    depth = SUBCOMMANDS[words[0]]
    depth += len(words) > depth + 1 and words[depth + 1] in DEEPER
    depth -= words[0] == "dvc" and words[1] not in DEEPER
    shown = helped(tuple(words[: depth + 1]))
    for option in (word.partition("=")[0] for word in words if word.startswith("--")):
        assert re.search(rf"{option}\b", shown), (words, option)
    for option, path in itertools.pairwise(words):
        if option in ("--configfile", "--profile"):
            assert (ROOT / path).exists() or path in known(), path


def known() -> set[str]:
    """The files that are written by blocks, and what stands for one."""
    return {block.title for block in ALL} | {"experiments/NAME.yaml"}


@functools.cache
def helped(command: tuple[str, ...]) -> str:
    return plainly(*command, "--help")


def plainly(*command: str) -> str:
    """The output of a command that must succeed."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env=os.environ | {"PATH": path}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
