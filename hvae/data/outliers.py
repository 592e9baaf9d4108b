"""Items that no model sees: a class that is held out of its source, for anomaly detection."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from hvae.data.source import UNLABELLED, Source
from hvae.data.splits import Indices
from hvae.errors import InputError

HELD_OUT = ("validation", "test")  # the splits that have outliers: nothing is fitted on them


class Portion(NamedTuple):
    """A part of a source: its items at these places."""

    source: Source
    ids: Indices


def file(split: str) -> str:
    """What the outliers of a split are called, as the split itself is by its name."""
    return f"{split}-outliers"


def apart(
    source: Source, places: Mapping[str, Indices], held_out: str | None
) -> dict[str, Portion]:
    """The splits without the class that is held out, and that class's own items by `file`.

    Labels are numbered anew, and `classes` lacks the class; outliers have it as their only one. Its
    train items are in neither. InputError where there is no such class, or no other one.
    """
    own = _position(source, held_out)
    outside = source.labels == own
    inside = source._replace(
        labels=source.labels - (source.labels > own),
        classes=source.classes[:own] + source.classes[own + 1 :],
    )
    outliers = source._replace(
        labels=np.zeros_like(source.labels), classes=source.classes[own : own + 1]
    )
    kept = {name: Portion(inside, ids[~outside[ids]]) for name, ids in places.items()}
    return kept | {
        file(name): Portion(outliers, places[name][outside[places[name]]]) for name in HELD_OUT
    }


def _position(source: Source, held_out: str | None) -> int:
    """The class's place among the classes; the place after the last where none is held out."""
    if held_out is None:
        return len(source.classes)
    if source.classes == UNLABELLED:
        raise InputError(
            f"data.held_out: must be null, since the source has no classes, got {held_out!r}"
        )
    if held_out not in source.classes:
        known = ", ".join(map(repr, source.classes))
        raise InputError(f"data.held_out: must be a class, one of {known}, got {held_out!r}")
    if len(source.classes) == 1:
        raise InputError(f"data.held_out: must be null, since {held_out!r} is the only class")
    return source.classes.index(held_out)
