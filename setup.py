"""The wheel also holds the workflow, which lies beside the package: `hvae run` needs no clone.

Everything else about the package is in pyproject.toml.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

WORKFLOW = ("Snakefile", "params.yaml", "experiments", "profiles", "workflow")


class WithWorkflow(build_py):
    """Copies the files of the workflow into `hvae/project`, where `hvae.cli.project` finds them."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return  # the checkout itself has them
        for name in WORKFLOW:
            to = Path(self.build_lib) / "hvae" / "project" / name
            to.parent.mkdir(parents=True, exist_ok=True)
            if Path(name).is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(name, to, ignore=ignored, dirs_exist_ok=True)
            else:
                shutil.copy2(name, to)


setup(cmdclass={"build_py": WithWorkflow})
