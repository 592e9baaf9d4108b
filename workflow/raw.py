"""The manifest of the user's own raw files: brought up to date before Snakemake or DVC looks at it.

Both know the files that the workflow makes, not those of the user, which may be many, may lie
anywhere, and may be replaced by older ones. One manifest stands for them (`hvae.data.manifest`).

python -m workflow.raw: the same for `params.yaml`, as a stage of DVC.
"""

import sys
from pathlib import Path

import yaml

from hvae.config.base import parse
from hvae.config.params import Params
from hvae.data import manifest
from hvae.errors import InputError


def path(params: Params) -> Path:
    """Where the manifest of an experiment is."""
    return Path("data/manifests") / f"{params.experiment}.json"


def look(params: Params) -> None:
    """Bring it up to date, or exit with a sentence where the files cannot be used."""
    try:
        manifest.update(params.data, path(params))
    except (InputError, OSError) as error:
        sys.exit(str(error))


def main() -> None:
    """Of the experiment in `params.yaml`."""
    try:
        params = parse(Params, yaml.safe_load(Path("params.yaml").read_text()))
    except InputError as error:
        sys.exit(str(error))
    look(params)


if __name__ == "__main__":
    main()
