"""Regression: a real target of the item, predicted from latents.

Fitted on train latents, strength of regularisation included, and scored on test latents.
"""

import argparse
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import RidgeCV
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hvae import command, tables
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.errors import InputError
from hvae.params import Point, Section, parse
from hvae.task_options import Regression
from hvae.tasks.intervals import Numbers, mean
from hvae.tasks.views import Floats, Row, Subject, View, subjects, views

NEIGHBOURS = 10
LANDMARKS = 200  # of the kernel
PENALTIES = tuple(10.0**power for power in range(-3, 6))  # on features of variance 1


def ridge() -> Any:
    """Linear, with the penalty that is best when each train item in turn is left out."""
    return RidgeCV(PENALTIES)


# each for (items, features)
METHODS: Mapping[str, Callable[[int, int], Any]] = {
    "ridge": lambda items, features: ridge(),
    "knn": lambda items, features: KNeighborsRegressor(min(NEIGHBOURS, items)),
    "kernel": lambda items, features: make_pipeline(
        Nystroem(gamma=0.5 / features, n_components=min(LANDMARKS, items), random_state=0),
        ridge(),
    ),
}


class Job(Section):
    """What the predictions of a row depend on, beside data and latents."""

    regression: Regression
    points: list[Point]


def main(arguments: argparse.Namespace) -> None:
    """Write the row's part of `tasks.parquet`."""
    job = parse(Job, arguments.params)
    train, test = (prepared.read(arguments.data / f"{name}.parquet") for name in ("train", "test"))
    rows = [
        {"point": subject.point, **row}
        for subject in subjects(job.points, arguments.latents, "predicting targets")
        for row in regress(subject, train, test, job.regression)
    ]
    tables.write(tables.from_rows(rows, tables.tasks()), arguments.out)


def regress(subject: Subject, train: Items, test: Items, settings: Regression) -> Iterator[Row]:
    """Errors of every method on every set of layers, from samples and from means.

    Nothing where the source has no target.
    """
    if train.target is None or test.target is None:
        return
    fit_on = targets(subject.train.ids, train)[: settings.max_train]
    truth = targets(subject.test.ids, test)
    for view in views(subject.train, subject.test, settings.max_train):
        for method in settings.methods:
            error = (predicted(method, view, fit_on) - truth) ** 2
            for metric, numbers in scores(error, float(truth.var())).items():
                yield view.named("regression", method) | {"metric": metric} | numbers


def targets(ids: Any, items: Items) -> Floats:
    """The targets of the items with these ids, in their order; InputError where one is absent."""
    known = dict(zip(items.ids.tolist(), np.asarray(items.target).tolist(), strict=True))
    try:
        return np.array([known[index] for index in ids.tolist()])
    except KeyError as error:
        raise InputError(f"item {error} has latents, but is not in the prepared split") from None


def predicted(method: str, view: View, target: Floats) -> Floats:
    """Predictions for the test items, standardised and fitted with train items alone."""
    model = make_pipeline(StandardScaler(), METHODS[method](*view.train.shape))
    model.fit(view.train, target)
    return np.asarray(model.predict(view.test))


def scores(error: Floats, variance: float) -> dict[str, Numbers]:
    """`mse`, and `r2` = 1 − mse / variance, of squared errors (items,).

    Both intervals are ∓ 1.96 standard errors of the mean squared error; that of R² takes the test
    items' variance of the target as given. R² does not exist for a constant target.
    """
    mse = mean(error)
    scale = variance if variance > 0 else math.nan
    ends = {"value": mse["value"], "low": mse["high"], "high": mse["low"]}
    r2: Numbers = {name: 1 - end / scale for name, end in ends.items()}
    return {"mse": mse, "r2": r2 | {"n": mse["n"]}}


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", "latents", "out")
    command.run(main, parser.parse_args())
