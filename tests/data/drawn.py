"""Random files of a user: the source that they give, and its notes."""

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings

from hvae.data import sources
from hvae.data.source import Source
from hvae.errors import InputError
from tests.data.published import options

QUICK = settings(
    max_examples=200,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def loaded(source: str, folder: Path, **values: Any) -> Source | None:
    """The source; None where it is refused with one sentence that names the folder."""
    try:
        return sources.load(options(source, raw_dir=folder, **values), 0)
    except InputError as error:
        said = str(error)
    assert len(said.splitlines()) == 1
    assert str(folder) in said
    return None


def counts(source: Source, word: str) -> int:
    """The numbers in the notes with this word."""
    return sum(int(note.split()[0]) for note in source.notes if word in note)
