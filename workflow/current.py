"""A file counts as current only if it says itself that it is made of what it should be made of.

Snakemake goes by its records and by dates. Records can be missing, as in a clone or in a temporary
folder of `dvc exp run`; they can be of other files, as after a checkout; and dates change with each
copy. So before Snakemake plans, a product's fingerprint (`hvae.io.provenance`) is compared with
that of its job. A product with another one is made anew, one with the right one may have any date.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import snakemake.workflow
from snakemake.dag import DAG

from hvae.io import provenance

NAMED = 3  # files that are named
GRAIN = 0.001  # seconds: more than what a date loses as a number


class Verified(DAG):  # type: ignore[misc]
    """Snakemake's graph of jobs, whose files are looked into once the jobs are known."""

    async def check_incomplete(self) -> None:
        """Beside files that a killed job has left, those of another job than theirs run anew."""
        await super().check_incomplete()
        if self.workflow.is_main_process:
            found = list(strangers(self))
            self.forcefiles.update(found)
            _tell(found)


def install() -> None:
    """Let Snakemake plan with `Verified`."""
    snakemake.workflow.DAG = Verified


def strangers(dag: Any) -> Iterator[str]:
    """Files that are of another job than theirs, or do not say of which, though records pass them.

    Those whose parameters have changed by the records are left to Snakemake, which says why. Where
    there is no record of a file that is what it should be, its date is put in order.
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
            _put_in_order(job)


def _marks(files: Iterable[str]) -> set[str]:
    return {mark for path in files if (mark := provenance.of(Path(path))) is not None}


def _put_in_order(job: Any) -> None:
    """Let no output be older than an input."""
    newest = max((_changed(path) for path in job.input if os.path.exists(path)), default=0.0)
    for path in job.output:
        if _changed(path) < newest:
            path.touch(times=(newest + GRAIN, newest + GRAIN))


def _changed(path: str) -> float:
    """When a file was changed; of a folder, when Snakemake says that it was."""
    stamp = os.path.join(path, ".snakemake_timestamp")
    return os.stat(stamp if os.path.exists(stamp) else path).st_mtime


def _tell(found: list[str]) -> None:
    if found:
        named = ", ".join(found[:NAMED]) + (", …" if len(found) > NAMED else "")
        print(
            f"{len(found)} files are of other parameters or data, or do not say of which, and are "
            f"made anew: {named}",
            file=sys.stderr,
        )
