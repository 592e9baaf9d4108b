"""What a section of a report is.

Each module beside this one offers its sections as constants, and has their templates beside it;
`registry` has the order in which a page shows them.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from hvae.reports.render import Figure
from hvae.results.run import Run


def always(_: Run) -> bool:
    """For a section that every run has."""
    return True


def no_figures(_: Run) -> Iterable[Figure]:
    """For a section of text and tables."""
    return ()


def no_values(_: Run) -> dict[str, Any]:
    """For a template that needs nothing of its own."""
    return {}


class ReportSection(NamedTuple):
    """A part of a chapter: which runs have it, its charts, and what its template needs.

    name: its id on the page, which links point to. values: by name, beside what every template is
    given: `run`, `figures`, `called` (what points are called) and `part` (what was evaluated).
    """

    name: str
    title: str
    template: str
    applies: Callable[[Run], bool] = always
    figures: Callable[[Run], Iterable[Figure]] = no_figures
    values: Callable[[Run], dict[str, Any]] = no_values


class Chapter(NamedTuple):
    """A chapter of the page; links from elsewhere point to its sections, by their names."""

    name: str
    title: str
    sections: list[ReportSection]
