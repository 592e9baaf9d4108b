"""A summary of the data, and what cannot be measured with too few items, in sentences.

`prepare` prints both before any training. The summary is stored with the data, and the report shows
it. Tasks and estimates use `no_classes` to decide whether they can be measured on the first items
of each split.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hvae.config.base import Section
from hvae.config.params import Params
from hvae.data.source import UNLABELLED, Source

Labels = NDArray[np.int64]
LEAST = 2  # train items that each of two classes needs for a classifier to be fitted
SPREAD = 3  # held-out items that a covariance needs for a jackknife
NAMED = 20  # classes whose counts are listed; with more, the rarest and the most frequent


def summary(source: Source, places: Mapping[str, NDArray[np.int64]]) -> list[str]:
    """One line with items, shape, range, levels, classes and splits; then what was left out.

    places: the positions of each split's items in the source.
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
    """The range of the values as the source holds them, and their levels."""
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
        listed = ", ".join(
            f"{name}: {count:,}" for name, count in zip(classes, counts, strict=True)
        )
        return f"{len(classes)} classes ({listed})"
    rarest, most = classes[counts.argmin()], classes[counts.argmax()]
    return (
        f"{len(classes)} classes (from {counts.min():,} of {rarest} to {counts.max():,} of {most})"
    )


def _absent(source: Source, places: Mapping[str, NDArray[np.int64]]) -> Iterator[str]:
    """A sentence for each split that has no item of some class."""
    for name, ids in places.items():
        counts = np.bincount(source.labels[ids], minlength=len(source.classes))
        lost = [source.classes[label] for label in np.flatnonzero(counts == 0)]
        if lost and source.classes != UNLABELLED:
            more = f" and {len(lost) - NAMED} more" if len(lost) > NAMED else ""
            yield f"{name} has no item of class {', '.join(lost[:NAMED])}{more}"


class ItemLimits(Section):
    """How many items are evaluated.

    max_items: in each split. max_train: in train, for each quantity that depends on classes.
    """

    max_items: int
    max_train: dict[str, int]


def plan(params: Params) -> ItemLimits:
    """The limits of an experiment."""
    items, tasks = params.evaluation.max_items, params.tasks
    fitted = {"classification": tasks.classification, "clustering": tasks.clustering}
    most = {name: one.max_train for name, one in fitted.items() if one is not None}
    return ItemLimits(max_items=items, max_train=most | {"the information about the class": items})


def left_out(labels: Mapping[str, Labels], classes: Sequence[str], limits: ItemLimits) -> list[str]:
    """A sentence for each reason to leave something out, from the labels of whole splits."""
    whose: dict[str, list[str]] = {}
    for what, most in limits.max_train.items():
        seen = {name: some[: limits.max_items] for name, some in labels.items()}
        seen["train"] = seen["train"][:most]
        if reason := no_classes(seen, classes):
            whose.setdefault(reason, []).append(what)
    few = min(len(some) for name, some in labels.items() if name != "train")
    if len(classes) > 1 and few < SPREAD:
        reason = f"a split has {few} items, and a covariance needs at least {SPREAD}"
        whose[reason] = ["the Fréchet distance of draws"]
    return [f"{_listed(names)} left out: {reason}" for reason, names in whose.items()]


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last} are" if first else f"{last} is"


def no_classes(labels: Mapping[str, Labels], classes: Sequence[str]) -> str | None:
    """Why no classifier can be fitted or tested, from each split's labels; None if it can."""
    counts = {name: np.bincount(some, minlength=len(classes)) for name, some in labels.items()}
    for name, count in counts.items():
        least = LEAST if name == "train" else 1
        if len(classes) > 1 and (count >= least).sum() < 2:
            most = int(count.argmax())
            each = "two items each" if name == "train" else "an item"
            return (
                f"of the {count.sum():,} {name} items that are evaluated {count[most]:,} are of "
                f"class {classes[most]}, and no two classes have {each}"
            )
    return None
