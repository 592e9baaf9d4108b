"""One experiment's tables as surfaces and choices."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from hvae.config.guidance import Guidance
from hvae.config.tasks import Name
from hvae.guidance.applications import APPLICATIONS, BUDGETED, Application
from hvae.guidance.choose import Choice, choose
from hvae.guidance.surface import Surface, surface, within
from hvae.results.experiment import Experiment
from hvae.results.places import Place, places
from hvae.statistics.estimate import Row


class MeasuredTables(NamedTuple):
    """Rows of `points.parquet`, `tasks.parquet` (test) and `selection.parquet` (validation).

    layers: how many the models have.
    """

    points: Sequence[Row]
    tasks: Sequence[Row]
    selection: Sequence[Row]
    layers: int

    def only(self, names: Collection[str]) -> "MeasuredTables":
        """The rows of these points."""
        wanted = set(names)

        def kept(rows: Sequence[Row]) -> list[Row]:
            return [row for row in rows if row["point"] in wanted]

        of = self
        return MeasuredTables(kept(of.points), kept(of.tasks), kept(of.selection), of.layers)


class Study(NamedTuple):
    """The places of the plane, and for what was measured of them: surfaces, and what is best.

    means: the surfaces of posterior means, for the applications that tell them.
    """

    layers: int
    plane: Sequence[Place]
    surfaces: Mapping[Name, Surface]
    means: Mapping[Name, Surface]

    @property
    def choices(self) -> dict[Name, Choice]:
        """The best of each application; none where no place may be chosen."""
        found = {name: choose(one) for name, one in self.surfaces.items()}
        return {name: choice for name, choice in found.items() if choice is not None}

    @property
    def unmeasured(self) -> list[Name]:
        """Applications that the tables have no rows of."""
        return [name for name in APPLICATIONS if name not in self.surfaces]


def measured(experiment: Experiment) -> MeasuredTables:
    """The tables of a folder of results."""
    of = experiment
    return MeasuredTables(of.points, of.tasks, of.selection, of.layers)


def study(tables: MeasuredTables, asked: Guidance) -> Study:
    """Everything that recommendations are made of."""
    plane = places(tables.points, tables.layers)
    found = _surfaces(tables, plane, APPLICATIONS)
    if BUDGETED in found:
        most = asked.compression_bits
        found[BUDGETED] = within(found[BUDGETED], tables.selection, most)
    of_means = {n: one.of_means for n, one in APPLICATIONS.items() if one.task.means}
    return Study(tables.layers, plane, found, _surfaces(tables, plane, of_means))


def _surfaces(
    tables: MeasuredTables, plane: Sequence[Place], wanted: Mapping[Name, Application]
) -> dict[Name, Surface]:
    found = {
        name: surface(one, plane, tables.selection, tables.tasks) for name, one in wanted.items()
    }
    return {name: one for name, one in found.items() if one is not None}


def condition(name: Name, asked: Guidance) -> str:
    """What bars points for an application, in words; "" where nothing does."""
    return f" within {asked.compression_bits:g} bits per dimension" if name == BUDGETED else ""
