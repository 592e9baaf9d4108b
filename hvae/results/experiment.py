"""Folders of results: the only code that opens them."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pyarrow as pa

from hvae.config.grid import Point
from hvae.config.params import Params
from hvae.config.sources import OwnFiles
from hvae.errors import InputError
from hvae.io import storage, tables
from hvae.results.parameters import recorded
from hvae.results.rates import Place, places
from hvae.statistics.estimate import Row

T = TypeVar("T")
BASELINE = "baseline"  # the folder, inside an experiment's, of the models with one layer


def _rows(name: str) -> cached_property[list[Row]]:
    """The rows of NAME.parquet."""
    return cached_property(lambda experiment: experiment.table(name).to_pylist())


def _table(name: str) -> cached_property[pa.Table]:
    """NAME.parquet as it is, since there are many rows."""
    return cached_property(lambda experiment: experiment.table(name))


@dataclass(frozen=True, eq=False)
class Experiment:
    """A folder of results. Each file is read, and checked, when it is first asked for.

    given: its parameters; without them those that are recorded in the folder. elsewhere: files that
    do not lie in it, by name. depth: L, where nobody knows the parameters. InputError for a file
    that is missing, that cannot be read, or that is not as this version of the tables has it.
    """

    folder: Path
    given: Params | None = None
    elsewhere: Mapping[str, Path] = field(default_factory=dict)
    depth: int | None = None

    points = _rows("points")
    tasks = _rows("tasks")
    selection = _rows("selection")
    bounds = _rows("bounds")
    information = _rows("information")
    certificate = _rows("certificate")
    gallery = _rows("gallery")
    pictures = _rows("pictures")
    history = _rows("history")
    items = _table("items")
    embeddings = _table("embeddings")

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def params(self) -> Params:
        return self.given if self.given is not None else recorded(self.folder)

    @property
    def layers(self) -> int:
        return self.depth if self.depth is not None else len(self.params.model.latents)

    @cached_property
    def kinds(self) -> "Kinds":
        """The points by kind."""
        return split(self.params, self.points)

    @cached_property
    def places(self) -> list[Place]:
        """Each β of the plane with its points, one a seed, that did not diverge."""
        return places(self.points, self.layers)

    @property
    def test_items(self) -> str:
        """Equal for experiments of the same test items.

        Published files have checksums, wherever they lie; one's own are told by their folder.
        """
        params, own = self.params, isinstance(self.params.data, OwnFiles)
        beside = {"outliers"} if own else {"raw_dir", "outliers"}
        data = params.data.model_dump(mode="json", exclude=beside)
        return json.dumps([params.seed, params.evaluation.max_items, data], sort_keys=True)

    @property
    def data(self) -> str:
        """Equal for experiments of the same source, however it is divided."""
        params, own = self.params, isinstance(self.params.data, OwnFiles)
        beside = {"max_items", "held_out", "outliers", "split"} | (set() if own else {"raw_dir"})
        return params.data.model_dump_json(exclude=beside)

    @cached_property
    def summary(self) -> dict[str, Any]:
        return self.record("summary")

    @cached_property
    def guidance(self) -> dict[str, Any] | None:
        """None where there is none: an older run had none."""
        return self.record("guidance") if self.has("guidance", ".json") else None

    @property
    def baseline(self) -> "Experiment":
        """The models with one layer, where there are any; no parameters are recorded there."""
        return Experiment(self.folder / BASELINE, depth=1)

    def has(self, name: str, suffix: str = ".parquet") -> bool:
        """Whether there is such a file."""
        return self._path(name, suffix).is_file()

    def table(self, name: str) -> pa.Table:
        """NAME.parquet."""
        layers = self.layers  # first: without parameters there is no experiment
        return tables.read_named(name, self._there(name, ".parquet"), layers)

    def groups(self, name: str) -> Iterator[pa.Table]:
        """NAME.parquet in its row groups, of which one is in memory at a time."""
        layers = self.layers
        return tables.groups_named(name, self._there(name, ".parquet"), layers)

    def parts(self, name: str) -> list[Row]:
        """The rows of a table that is still in parts, a file a row of the grid."""
        paths = sorted((self.folder / "parts" / name).glob("*.parquet"))
        found = (tables.read_named(name, path, self.layers) for path in paths)
        return [row for table in found for row in table.to_pylist()]

    def record(self, name: str) -> dict[str, Any]:
        """NAME.json."""
        return storage.json_object(self._there(name, ".json"))

    def _path(self, name: str, suffix: str) -> Path:
        return self.elsewhere.get(name, self.folder / f"{name}{suffix}")

    def _there(self, name: str, suffix: str) -> Path:
        path = self._path(name, suffix)
        if not path.is_file():
            raise InputError(f"{path} is missing: the experiment is not finished")
        return path


class Unreadable(NamedTuple):
    """A folder that holds no finished experiment, and why, in a sentence."""

    name: str
    reason: str


def find(results: Path, describe: Callable[[Experiment], T]) -> tuple[list[T], list[Unreadable]]:
    """`describe` of every folder in `results` by name, and the folders that cannot be read.

    A folder of results that does not exist holds nothing.
    """
    described, unreadable = [], []
    for folder in sorted(path for path in results.glob("[!.]*") if path.is_dir()):
        try:
            described.append(describe(finished(folder)))
        except (InputError, OSError) as error:
            unreadable.append(Unreadable(folder.name, str(error)))
        except (LookupError, TypeError, ValueError) as error:  # not as this version writes it
            why = f"{folder} is not as this version writes results ({error})"
            unreadable.append(Unreadable(folder.name, why))
    return described, unreadable


def finished(folder: Path) -> Experiment:
    """The experiment; InputError where a table is missing or is of other layers than the models."""
    experiment = Experiment(folder)
    for name in ("points", "items", "tasks", "certificate"):
        experiment.table(name)
    return experiment


class Kinds(NamedTuple):
    """Rows of `points.parquet`, by what the points are.

    Of the plane of β, anchors beside it, at given rates, and polished: plain models at some β that
    went on from the amortized one.
    """

    points: list[Row]
    anchors: list[Row]
    rated: list[Row]
    polished: list[Row]


def split(params: Params, points: Iterable[Row]) -> Kinds:
    """The rows by kind, each in their order."""
    kinds = {
        "anchors": _names(params.anchors()),
        "rated": _names(params.rate_rows()),
        "polished": _names(params.polished_rows()),
    }
    result = Kinds([], [], [], [])
    for row in points:
        kind = next((kind for kind, names in kinds.items() if row["point"] in names), "points")
        getattr(result, kind).append(row)
    return result


def part(params: Params) -> str:
    """Which points have latents, in words; "" where all have them."""
    some, whole = (
        sum(map(len, rows.values())) for rows in (params.evaluated_rows(), params.rows())
    )
    if params.rate_rows():
        return f"the {some} points that were trained to given rates"
    if some == whole:
        return ""
    nth = ordinal(params.evaluation.every)
    return f"every {nth} value of each β, its ends and middle ({some} of {whole} points)"


def ordinal(number: int) -> str:
    """2nd, 3rd, 5th, 11th, 21st."""
    teens = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _names(rows: Mapping[str, Sequence[Point]]) -> set[str]:
    return {point.name for row in rows.values() for point in row}
