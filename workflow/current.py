"""Finds outdated files by the fingerprint inside them, whatever Snakemake has recorded.

Snakemake relies on its records and on dates. Records can be missing, as in a clone or in a
temporary folder of `dvc exp run`. They can belong to other files, as after a checkout. And dates
change with each copy. So before Snakemake plans, the fingerprint in each product
(`hvae.io.provenance`) is compared with that of its job. A product with another fingerprint is made
again. A product with the right fingerprint may have any date.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import snakemake.workflow
from snakemake.dag import DAG

from hvae.io import provenance

NAMED = 3  # files, at most, that a message names
GRAIN = 0.001  # seconds: more than the rounding of a date


class Verified(DAG):  # type: ignore[misc]
    """Snakemake's graph of jobs, which also checks the fingerprints of files."""

    async def check_incomplete(self) -> None:
        """Make outdated files again, like the incomplete files of a killed job."""
        await super().check_incomplete()
        if self.workflow.is_main_process:
            found = list(outdated(self))
            self.forcefiles.update(found)
            _report(found)


def install() -> None:
    """Let Snakemake plan with `Verified`."""
    snakemake.workflow.DAG = Verified


def outdated(dag: Any) -> Iterator[str]:
    """Files that Snakemake takes for current, but that lack the fingerprint of their job.

    If the records show changed parameters, the file is left to Snakemake, which gives the reason.
    If there is no record of a current file, its date is corrected.
    """
    records = dag.workflow.persistence
    for job in (job for level in dag.toposorted() for job in level):
        wanted = getattr(job.params, "fingerprint", None)
        if (
            wanted is None
            or not all(map(os.path.exists, job.output))
            or records.params_changed(job)
        ):
            continue
        if _marks(job.output) != {wanted}:
            yield from job.output
        elif not records.has_metadata(job):
            _correct_dates(job)


def _marks(files: Iterable[str]) -> set[str]:
    return {mark for path in files if (mark := provenance.of(Path(path))) is not None}


def _correct_dates(job: Any) -> None:
    """Make no output older than an input."""
    newest = max((_changed(path) for path in job.input if os.path.exists(path)), default=0.0)
    for path in job.output:
        if _changed(path) < newest:
            path.touch(times=(newest + GRAIN, newest + GRAIN))


def _changed(path: str) -> float:
    """When a file was changed; for a folder, the time that Snakemake has recorded."""
    stamp = os.path.join(path, ".snakemake_timestamp")
    return os.stat(stamp if os.path.exists(stamp) else path).st_mtime


def _report(found: list[str]) -> None:
    if found:
        named = ", ".join(found[:NAMED]) + (", …" if len(found) > NAMED else "")
        print(
            f"{len(found)} files belong to other parameters or data, or have no fingerprint, and "
            f"are made again: {named}",
            file=sys.stderr,
        )
