"""The command that runs a task of the user's own, `module:name` in the parameters.

The task is a function `measure(subject, settings, seed)` with `SETTINGS` and `QUANTITY` beside it.
It is given each trained point as a `TrainedSubject`, and yields `Score`s of held-out items. These
are checked against its `QUANTITY`; their column `task` is the name that follows the colon. A name
that a score does not give is empty, its features are samples, and its metric is the first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from hvae.config import plugins
from hvae.config.base import Section, parse
from hvae.config.plugins import Plugin, Reference
from hvae.config.task import SETTINGS, named, own_task
from hvae.errors import InputError
from hvae.tasks import trained
from hvae.tasks.task import HELD_OUT, Score
from hvae.tasks.trained import TrainedSubject

FEATURES = ("sample", "mean")
NAMES = {"layers": "", "features": "sample", "method": "", "setting": ""}  # where it gives none


class OwnSettings(Section):
    """What such a job depends on: which task, and its settings."""

    task: Reference
    own: dict[str, Any]


def measure(subject: TrainedSubject, settings: OwnSettings, seed: int) -> Iterator[Score]:
    """Whatever the task yields, checked and named."""
    of = own_task(settings.task)
    plugin = plugins.load(settings.task)
    asked = parse(plugin.beside(SETTINGS), settings.own)
    found: Callable[..., Iterable[Any]] = getattr(plugin.found, "measure", plugin.found)
    given = plugin.call(lambda: list(found(subject, asked, seed)))
    scores = [_checked(one, plugin, of.metrics, subject) for one in given]
    if scores and all(one.named["features"] == "mean" for one in scores):
        raise InputError(
            f"{plugin} must yield a Score of the features 'sample', by which points are compared, "
            "got 'mean' alone"
        )
    yield from scores


def _checked(one: Any, plugin: Plugin, metrics: Sequence[str], subject: TrainedSubject) -> Score:
    """A score with all its names; InputError where it is none that the tables can hold."""
    if not isinstance(one, Score):
        raise InputError(f"{plugin} must yield hvae.Scores, got a {type(one).__name__}")
    known = NAMES | {"metric": metrics[0], "task": named(plugin.reference)}
    names: Mapping[str, Any] = known | dict(one.named)
    if unknown := sorted(set(names) - set(known)):
        raise InputError(f"{plugin}: a Score may be named by {', '.join(known)}, got {unknown}")
    if one.split not in HELD_OUT:
        raise InputError(f"{plugin}: a Score must be of {' or '.join(HELD_OUT)}, got {one.split!r}")
    if names.get("metric") not in metrics:
        raise InputError(
            f"{plugin}: the metric of a Score must be the name of its QUANTITY, "
            f"{', '.join(metrics)}, got {names.get('metric')!r}"
        )
    if names["features"] not in FEATURES:
        raise InputError(
            f"{plugin}: the features of a Score must be {' or '.join(FEATURES)}, got "
            f"{names['features']!r}"
        )
    indices, scores = np.asarray(one.indices), np.asarray(one.sampled.scores)
    if indices.shape != scores.shape or indices.ndim != 1 or len(np.unique(indices)) < len(scores):
        raise InputError(
            f"{plugin}: a Score must have an item's index for each of its {len(scores)} scores at "
            f"point {subject.point}, got {len(indices)}"
        )
    return one._replace(named=dict(names), indices=indices.astype(np.int64))


if __name__ == "__main__":
    trained.run(__doc__, OwnSettings, measure)
