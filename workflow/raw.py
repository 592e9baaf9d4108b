"""The manifest of the user's own raw files: updated before Snakemake or DVC reads it.

Snakemake and DVC know the files that the workflow makes, but not the user's files. These may be
many, may lie anywhere, and may be replaced by older ones. One manifest represents them
(`hvae.data.manifest`).

python -m workflow.raw [--overlay FILE]: updates the manifest, as a stage of DVC.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import yaml

from hvae.config.base import parse
from hvae.config.params import Params
from hvae.data import manifest
from hvae.errors import InputError
from hvae.io.command import sentence
from workflow import environment
from workflow.stage import merged


def path(params: Params) -> Path:
    """The path of an experiment's manifest."""
    return Path("data/manifests") / f"{params.experiment}.json"


def update(params: Params) -> None:
    """Update the manifest, or exit with a sentence if the files cannot be used."""
    try:
        manifest.update(params.data, path(params))
    except (InputError, OSError) as error:
        sys.exit(f"error: {sentence(error)}")


def main() -> None:
    """Update the manifest of the experiment in `params.yaml`, or of an overlay on it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--overlay", type=Path, help="a file of changes to params.yaml")
    overlay = parser.parse_args().overlay
    try:
        files = [Path("params.yaml"), *([overlay] if overlay else [])]
        given: dict[str, Any] = {}
        for file in files:
            given = merged(given, yaml.safe_load(file.read_text()))
        params = parse(Params, given)
    except InputError as error:
        sys.exit(environment.refused(error, files[1:]))
    update(params)


if __name__ == "__main__":
    main()
