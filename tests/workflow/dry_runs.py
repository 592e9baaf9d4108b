"""Dry runs as forks of a process that has imported Snakemake: most of a dry run is imports."""

import importlib
import multiprocessing
import os
import sys
from pathlib import Path

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["snakemake.cli", "torch"])


def run(folder: Path, log: Path, command: list[str]) -> int | None:
    """The exit status of `snakemake` with these arguments in `folder`; `log` has what it prints."""
    process = SERVER.Process(target=_snakemake, args=(folder, log, command))
    process.start()
    process.join()
    return process.exitcode


def _snakemake(folder: Path, log: Path, command: list[str]) -> None:
    # the package is imported from the folder that is planned, whatever the tests have imported
    for name in [name for name in sys.modules if name.partition(".")[0] == "hvae"]:
        del sys.modules[name]
    os.chdir(folder)
    with log.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        importlib.import_module("snakemake.cli").main(command)
