"""What each application is judged by: which rows of `tasks.parquet` count.

A row's setting names the problem: the same way of reading z asked about something else. Where there
are several that count, an application is worth its mean over them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from hvae.config.task import Name, Settings, Task, every
from hvae.config.tasks import TASKS
from hvae.results.quantities import Measure, of_task
from hvae.statistics.estimate import Row

BUDGETED: Name = "compression"  # of which a point must keep to a budget of bits


class Application(NamedTuple):
    """A task by its name in the tables, and as `hvae.config.tasks` has it."""

    name: Name
    task: Task

    @property
    def metrics(self) -> list[Measure]:
        """The first that its rows have judges it."""
        return [of_task(self.task, name) for name in self.task.metrics]

    @property
    def of_means(self) -> "Application":
        """The same, read from posterior means."""
        return self._replace(task=replace(self.task, features="mean"))

    def about(self, setting: str) -> "Application":
        """The same, judged by one setting alone."""
        return self._replace(task=replace(self.task, judged=_only(setting)))


def applications(tasks: Mapping[Name, Task]) -> dict[Name, Application]:
    """The applications that these tasks are."""
    return {name: Application(name, task) for name, task in tasks.items()}


APPLICATIONS: Mapping[Name, Application] = applications(TASKS)


def each(application: Application, rows: Iterable[Row]) -> Iterator[Application]:
    """One a setting that the rows have, where the application is not judged by all of them."""
    if application.task.judged is every:
        yield application
        return
    mine = (row["setting"] for row in rows if row["task"] == application.name and row["point"])
    yield from map(application.about, dict.fromkeys(mine))


def _only(wanted: str) -> Settings:
    def chosen(settings: Sequence[str]) -> Sequence[str]:
        return [setting for setting in settings if setting == wanted]

    return chosen
