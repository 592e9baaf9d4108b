"""What each application is judged by: which rows of `tasks.parquet` count.

A row's setting names a variant of the problem, such as a noise level. Where several settings count,
the value of an application is the mean over them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from hvae.config.tasks import TASKS, Name, Settings, Task, every
from hvae.results.quantities import METRICS, Measure
from hvae.statistics.estimate import Row

BUDGETED: Name = "compression"  # its points must keep to a budget of bits


class Application(NamedTuple):
    """A task by its name in the tables, and as `hvae.config.tasks` has it."""

    name: Name
    task: Task

    @property
    def metrics(self) -> list[Measure]:
        """The first that its rows have judges it."""
        return [METRICS[name] for name in self.task.metrics]

    @property
    def of_means(self) -> "Application":
        """The same, read from posterior means."""
        return self._replace(task=replace(self.task, features="mean"))

    def about(self, setting: str) -> "Application":
        """The same, judged by one setting alone."""
        return self._replace(task=replace(self.task, judged=_only(setting)))


APPLICATIONS: Mapping[Name, Application] = {
    name: Application(name, task) for name, task in TASKS.items()
}


def as_measured(rows: Iterable[Row]) -> Mapping[Name, Application]:
    """The same, with compression judged by its files where there are some."""
    one = APPLICATIONS[BUDGETED]
    if not any(by_file(row) for row in rows):
        return APPLICATIONS
    return {**APPLICATIONS, BUDGETED: one._replace(task=replace(one.task, features=""))}


def by_file(row: Row) -> bool:
    """Whether a row of the table is of the bytes of a point's file."""
    return bool(row["point"] and (row["task"], row["method"]) == (BUDGETED, "file"))


def each(application: Application, rows: Iterable[Row]) -> Iterator[Application]:
    """One for each setting in the rows, unless all settings judge the application together."""
    if application.task.judged is every:
        yield application
        return
    features = application.task.features
    mine = (
        row["setting"]
        for row in rows
        if row["task"] == application.name and row["point"] and row["features"] == features
    )
    yield from map(application.about, dict.fromkeys(mine))


def _only(wanted: str) -> Settings:
    def chosen(settings: Sequence[str]) -> Sequence[str]:
        return [setting for setting in settings if setting == wanted]

    return chosen
