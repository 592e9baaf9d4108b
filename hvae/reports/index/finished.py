"""Finished experiments as their folders of results hold them, and those that cannot be read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pyarrow as pa

from hvae.config.params import Params
from hvae.errors import InputError
from hvae.io import reading, tables
from hvae.results.kinds import Row
from hvae.results.parameters import recorded
from hvae.results.places import Place, places

T = TypeVar("T")
GUIDANCE = "guidance.json"


class Experiment(NamedTuple):
    """What the index reads of one experiment.

    points: of the plane and beside it, as `points.parquet` has them; places: each β of the plane
    with its points, one a seed, that did not diverge. guidance: None where an older run has none.
    """

    name: str
    params: Params
    points: list[Row]
    places: list[Place]
    items: pa.Table
    tasks: list[Row]
    certificate: list[Row]
    summary: dict[str, Any]
    guidance: dict[str, Any] | None

    @property
    def layers(self) -> int:
        return len(self.params.model.latents)


class Unreadable(NamedTuple):
    """A folder that holds no finished experiment, and why, in a sentence."""

    name: str
    reason: str


def find(results: Path, describe: Callable[[Experiment], T]) -> tuple[list[T], list[Unreadable]]:
    """What `describe` makes of every folder in `results` by name, and those that cannot be read.

    A folder of results that does not exist holds nothing.
    """
    described, unreadable = [], []
    for folder in sorted(path for path in results.glob("[!.]*") if path.is_dir()):
        try:
            described.append(describe(read(folder)))
        except (InputError, OSError) as error:
            unreadable.append(Unreadable(folder.name, str(error)))
        except (LookupError, TypeError, ValueError) as error:  # not as this version writes it
            why = f"{folder} is not as this version writes results ({error})"
            unreadable.append(Unreadable(folder.name, why))
    return described, unreadable


def read(folder: Path) -> Experiment:
    """One experiment; InputError where a file is missing or is of another form."""
    params = recorded(folder)
    layers = len(params.model.latents)
    schemas = {
        "points": tables.points(layers),
        "items": tables.items(layers),
        "tasks": tables.tasks(),
        "certificate": tables.certificate(layers),
    }
    found = {name: _table(folder / f"{name}.parquet", schemas[name]) for name in schemas}
    points = found["points"].to_pylist()
    return Experiment(
        folder.name,
        params,
        points,
        places(points),
        found["items"],
        found["tasks"].to_pylist(),
        found["certificate"].to_pylist(),
        _object(folder / "summary.json"),
        _object(folder / GUIDANCE) if (folder / GUIDANCE).exists() else None,
    )


def _table(path: Path, schema: pa.Schema) -> pa.Table:
    _refuse_absent(path)
    table = tables.read(path)
    if not table.schema.equals(schema):
        raise InputError(f"{path} has other columns than this version writes")
    return table


def _object(path: Path) -> dict[str, Any]:
    _refuse_absent(path)
    return reading.json_object(path)


def _refuse_absent(path: Path) -> None:
    if not path.is_file():
        raise InputError(f"{path} is missing: the experiment is not finished")
