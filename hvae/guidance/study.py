"""One experiment's tables as surfaces and choices."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from hvae.config.params import Guidance
from hvae.config.task import Name
from hvae.guidance.applications import APPLICATIONS, BUDGETED, Application, as_measured
from hvae.guidance.choose import Choice, choose
from hvae.guidance.paired import ByMetric, ScoreTables, by_metric
from hvae.guidance.surface import Surface, chosen_metric, surface, within
from hvae.results.experiment import Experiment
from hvae.results.rates import Place, places
from hvae.statistics.estimate import Row


class MeasuredTables(NamedTuple):
    """Rows of `points.parquet`, `tasks.parquet` (test) and `selection.parquet` (validation).

    scores: `scores.parquet` by metric and point, of what applications are judged by. layers: how
    many the models have.
    """

    points: Sequence[Row]
    tasks: Sequence[Row]
    selection: Sequence[Row]
    layers: int
    scores: ByMetric

    def only(self, names: Collection[str]) -> "MeasuredTables":
        """The rows of these points."""
        wanted = set(names)

        def kept(rows: Sequence[Row]) -> list[Row]:
            return [row for row in rows if row["point"] in wanted]

        return self._replace(
            points=kept(self.points), tasks=kept(self.tasks), selection=kept(self.selection)
        )


class Study(NamedTuple):
    """The places of the plane, and for what was measured of them: surfaces, and what is best.

    choices: the best of each application; none where no place may be chosen. means: the surfaces of
    posterior means, for the applications that have them. unconverged: points whose training
    stopped too early.
    """

    layers: int
    plane: Sequence[Place]
    surfaces: Mapping[Name, Surface]
    choices: Mapping[Name, Choice]
    means: Mapping[Name, Surface]
    applications: Collection[Name] = tuple(APPLICATIONS)
    unconverged: Collection[str] = ()

    @property
    def unmeasured(self) -> list[Name]:
        """Applications that the tables have no rows of."""
        return [name for name in self.applications if name not in self.surfaces]


def measured(
    experiment: Experiment, applications: Mapping[Name, Application] = APPLICATIONS
) -> MeasuredTables:
    """The tables of a folder of results, with the scores that these applications are judged by."""
    of = experiment
    judged = {name: chosen_metric(one, of.selection) for name, one in applications.items()}
    wanted = {(name, one.name) for name, one in judged.items() if one is not None}
    scores = by_metric(of.groups("scores"), lambda scored: (scored.task, scored.metric) in wanted)
    return MeasuredTables(of.points, of.tasks, of.selection, of.layers, scores)


def study(
    tables: MeasuredTables,
    asked: Guidance,
    of: Mapping[Name, Application] = APPLICATIONS,
) -> Study:
    """Everything that recommendations are made of, for the applications `of` an experiment."""
    plane = places(tables.points, tables.layers)
    found = _surfaces(tables, plane, as_measured(of, tables.selection))
    if BUDGETED in found:
        most = asked.compression_bits
        found[BUDGETED] = within(found[BUDGETED], tables.selection, most)
    of_means = {n: one.of_means for n, one in of.items() if one.task.means}
    means = _surfaces(tables, plane, of_means)
    short = {row["point"] for row in tables.points if row["status"] == "unconverged"}
    return Study(tables.layers, plane, found, _choices(found), means, tuple(of), short)


def _choices(found: Mapping[Name, Surface]) -> dict[Name, Choice]:
    """The best of each application that may choose a place."""
    chosen = {name: choose(one) for name, one in found.items()}
    return {name: choice for name, choice in chosen.items() if choice is not None}


def _surfaces(
    tables: MeasuredTables, plane: Sequence[Place], wanted: Mapping[Name, Application]
) -> dict[Name, Surface]:
    scores = ScoreTables(tables.scores, {row["point"]: row["seed"] for row in tables.points})
    found = {
        name: surface(one, plane, tables.selection, tables.tasks, scores)
        for name, one in wanted.items()
    }
    return {name: one for name, one in found.items() if one is not None}


def condition(name: Name, asked: Guidance) -> str:
    """What bars points for an application, in words; "" where nothing does."""
    return f" within {asked.compression_bits:g} bits per dimension" if name == BUDGETED else ""
