"""The documentation site, built once for all test processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from tests.browser.conftest import browser as browser
from tests.browser.conftest import driver as driver
from tests.conftest import ROOT
from tests.workflow.conftest import finished as finished


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder of the site; a warning of MkDocs fails the tests that need it."""
    base = tmp_path_factory.getbasetemp()
    made = (base if worker_id == "master" else base.parent) / "site"
    with FileLock(made.with_suffix(".lock")):
        if not made.exists():
            build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
            done = subprocess.run(
                [*build, "--site-dir", made],
                cwd=ROOT, capture_output=True, text=True,
                env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
            )  # fmt: skip
            assert done.returncode == 0, done.stdout + done.stderr
    return made
