"""Broken and hostile files end in an InputError that names them, whatever bytes they hold.

Each run is a process of its own, under a limit of memory and an alarm: see `fuzz`.
"""

import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT

NAMES = (
    *("weights", "card", "classifier", "table", "prepared", "latents", "own", "parquet"),
    *("npz", "idx", "cifar", "image", "json", "code", "params"),
)
FEW, MANY = 30, 10_000


def fuzz(cases: int, *names: str) -> None:
    line = [sys.executable, "-m", "tests.hostile.fuzz", str(cases), *names]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-8000:]
    found = re.findall(r"^(\w+): (\d+) read, (\d+) refused$", done.stdout, flags=re.MULTILINE)
    assert [name for name, *_ in found] == list(names)
    for name, read, refused in found:
        assert int(read) + int(refused) >= cases, name
        assert min(int(read), int(refused)) > 0, name  # some are right after all


def test_a_few_files_of_each_kind() -> None:
    fuzz(FEW, *NAMES)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_ten_thousand_files(name: str) -> None:
    fuzz(MANY, name)
