"""What jobs inherit from the process that starts them."""

import os
import sys


def share_python() -> None:
    """Let jobs' `python` be the one that runs Snakemake, also where no environment is activated."""
    folders = [os.path.dirname(sys.executable), *os.environ.get("PATH", "").split(os.pathsep)]
    os.environ["PATH"] = os.pathsep.join(folders)
