"""What was read, in sentences: said by `prepare`, kept with the data, shown in the report."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from hvae.data.source import UNLABELLED, Source

NAMED = 20  # classes whose counts are listed; of more, the rarest and the most frequent


def summary(source: Source, places: Mapping[str, NDArray[np.int64]]) -> list[str]:
    """One line of items, shape, range, levels, classes and splits; then what was left out, and why.

    places: those of each split's items in the source.
    """
    used = np.concatenate(list(places.values()))
    labels = source.labels[used]
    sizes = ", ".join(f"{name} {len(ids):,}" for name, ids in places.items())
    first = [f"{len(used):,} items of shape {_shape(source.shape)}", _values(source, used)]
    if len(used) < len(source.x):
        first[0] += f" of the source's {len(source.x):,}"
    return [
        "; ".join([*first, _classes(source.classes, labels), f"splits: {sizes}"]),
        *source.notes,
        *_absent(source, places),
    ]


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))


def _values(source: Source, used: NDArray[np.int64]) -> str:
    """The range of what is there, as it is in the source, and of what kind it is."""
    kept = source.x[used]
    low, high = kept.min(), kept.max()
    if source.levels and source.x.dtype == np.uint8:
        return f"whole numbers from {low} to {high} of {source.levels} levels"
    ends = f"values from {low:.4g} to {high:.4g}"
    return f"{ends} on {source.levels} levels" if source.levels else ends


def _classes(classes: tuple[str, ...], labels: NDArray[np.int64]) -> str:
    if classes == UNLABELLED:
        return "no classes"
    counts = np.bincount(labels, minlength=len(classes))
    if len(classes) <= NAMED:
        listed = ", ".join(f"{name} {count:,}" for name, count in zip(classes, counts, strict=True))
        return f"{len(classes)} classes ({listed})"
    rarest, most = classes[counts.argmin()], classes[counts.argmax()]
    return (
        f"{len(classes)} classes (from {counts.min():,} of {rarest} to {counts.max():,} of {most})"
    )


def _absent(source: Source, places: Mapping[str, NDArray[np.int64]]) -> Iterator[str]:
    """Classes that a split has no item of."""
    for name, ids in places.items():
        counts = np.bincount(source.labels[ids], minlength=len(source.classes))
        lost = [source.classes[label] for label in np.flatnonzero(counts == 0)]
        if lost and source.classes != UNLABELLED:
            more = f" and {len(lost) - NAMED} more" if len(lost) > NAMED else ""
            yield f"{name} has no item of class {', '.join(lost[:NAMED])}{more}"
