"""Points whose training stopped too early: which they are, and how many steps to try.

A training is unconverged where its J° on held-out data still fell by more than 1 % over the last
tenth of its steps (`hvae.training.schedule`). What is measured of its points is of models that more
steps would change, so conclusions wait for them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hvae import named_tables
from hvae.params import Params
from hvae.training.schedule import STILL, fall, steps_to_try

Row = Mapping[str, Any]
NAMED = 5  # points that are named


class Short(NamedTuple):
    """Trainings of one kind that stopped too early.

    key: the parameter that says how many steps there were; points: those of these models, of
    `total`; fallen: the largest part by which J° fell over the last tenth, None where no curve is
    at hand.
    """

    key: str
    steps: int
    points: Sequence[str]
    total: int
    fallen: float | None

    @property
    def sentence(self) -> str:
        """What to do about it."""
        named = ", ".join(self.points[:NAMED]) + (", …" if len(self.points) > NAMED else "")
        much = f"more than {STILL:.0%}" if self.fallen is None else f"up to {self.fallen:.1%}"
        asked = steps_to_try(self.steps, self.fallen or 0.0)
        return (
            f"{len(self.points)} of {self.total} points are unconverged: their objective still "
            f"fell by {much} over the last tenth of {self.steps:,} steps ({named}). "
            f"Try {self.key}: {asked}"
        )


def shortfalls(
    params: Params, points: Iterable[Row], history: Iterable[Row], single: Iterable[Row] = ()
) -> list[Short]:
    """Of the grid, of the anchors and of the single-layer baseline, where there are any.

    points, history, single: rows of `points`, `history` and `baseline/points`.
    """
    falls = _falls(history)
    anchors = {anchor.name for row in params.anchors().values() for anchor in row}
    rows = list(points)
    own = [row for row in rows if row["point"] not in anchors]
    beside = [row for row in rows if row["point"] in anchors]
    shared = params.grid.shared() if params.amortized else {}
    alone = params.baseline.schedule(params.training) if params.baseline else {}
    found = [
        _short("training.steps", params.training.steps, own, falls, shared),
        _short("certification.training.steps", params.certification.training.steps, beside, falls),
        _short("baseline.training.steps", alone.get("steps", 0), list(single), {}),
    ]
    return [one for one in found if one is not None]


def _short(
    key: str,
    steps: int,
    rows: Sequence[Row],
    falls: Mapping[str, float],
    shared: Mapping[int, str] | None = None,
) -> Short | None:
    lost = [row for row in rows if row["status"] == "unconverged"]
    if not lost:
        return None
    models = {(shared or {}).get(row["seed"], row["point"]) for row in lost}
    most = max((falls[model] for model in models if model in falls), default=None)
    return Short(key, steps, [row["point"] for row in lost], len(rows), most)


def _falls(history: Iterable[Row]) -> dict[str, float]:
    """By how much each model's J° fell over the last tenth of its steps."""
    looks: dict[str, dict[int, float]] = {}
    for row in history:
        looks.setdefault(row["point"], {})[row["step"]] = row["objective"]
    return {name: fall(of) for name, of in looks.items()}


def sentences(params: Params, results: Path) -> Iterator[str]:
    """About an experiment in a folder of results; nothing where its tables are not there yet."""
    paths = [results / name for name in ("points.parquet", "history.parquet")]
    if all(path.is_file() for path in paths):
        points, history = (named_tables.read(path.stem, path).to_pylist() for path in paths)
        beside = results / "baseline" / "points.parquet"
        single = named_tables.read("points", beside).to_pylist() if beside.is_file() else []
        for one in shortfalls(params, points, history, single):
            yield one.sentence
