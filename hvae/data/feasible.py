"""What cannot be measured of data for want of items, with the reason: known before any training.

Tasks and estimates ask here whether to leave themselves out, `prepare` says it beforehand, and the
report states it. What counts are the leading items of each split, which tasks are measured on.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hvae.config.base import Section
from hvae.config.params import Params

Labels = NDArray[np.int64]
LEAST = 2  # train items of each of two classes, without which nothing can tell them apart
SPREAD = 3  # held-out items: without one of fewer there is no covariance


class Plan(Section):
    """How many items of each split are looked into, and of train by what reads their classes."""

    max_items: int
    max_train: dict[str, int]


def plan(params: Params) -> Plan:
    """That of an experiment."""
    items, tasks = params.evaluation.max_items, params.tasks
    return Plan(
        max_items=items,
        max_train={
            "classification": tasks.classification.max_train,
            "clustering": tasks.clustering.max_train,
            "the information about the class": items,
        },
    )


def left_out(labels: Mapping[str, Labels], classes: Sequence[str], asked: Plan) -> list[str]:
    """A sentence for each reason to leave something out, by the labels of each whole split."""
    whose: dict[str, list[str]] = {}
    for what, most in asked.max_train.items():
        seen = {name: some[: asked.max_items] for name, some in labels.items()}
        seen["train"] = seen["train"][:most]
        if reason := no_classes(seen, classes):
            whose.setdefault(reason, []).append(what)
    few = min(len(some) for name, some in labels.items() if name != "train")
    if len(classes) > 1 and few < SPREAD:
        reason = f"a split has {few} items, and a covariance takes {SPREAD} at least"
        whose[reason] = ["the Fréchet distance of draws"]
    return [f"{_listed(names)} left out: {reason}" for reason, names in whose.items()]


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last} are" if first else f"{last} is"


def no_classes(labels: Mapping[str, Labels], classes: Sequence[str]) -> str | None:
    """Why nothing can be said of the classes, by the labels of each split; None where it can."""
    counts = {name: np.bincount(some, minlength=len(classes)) for name, some in labels.items()}
    for name, count in counts.items():
        least = LEAST if name == "train" else 1
        if len(classes) > 1 and (count >= least).sum() < 2:
            most = int(count.argmax())
            each = "two items each" if name == "train" else "an item"
            return (
                f"of the {count.sum():,} {name} items that are looked into {count[most]:,} are of "
                f"class {classes[most]}, and no two classes have {each}"
            )
    return None
