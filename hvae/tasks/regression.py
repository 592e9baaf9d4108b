"""Regression: a real target of the item, predicted from latents.

Fitted on train latents, strength of regularisation included, and scored on test latents. Of images
without a target, statistics of the image itself are predicted: methods are then `ridge:intensity`.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import RidgeCV
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hvae.config.tasks import Regression
from hvae.data.prepared import Items
from hvae.latents.store import Latents
from hvae.statistics.estimate import Floats
from hvae.statistics.intervals import Numbers, mean
from hvae.tasks import task
from hvae.tasks.image_statistics import statistics
from hvae.tasks.task import Score, Subject
from hvae.tasks.views import View, views

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


def measure(subject: Subject, settings: Regression, seed: int) -> Iterator[Score]:
    """Errors of every method; nothing where there is neither a target nor an image."""
    of_splits = {split: targets(items) for split, items in subject.items.items()}
    for name in of_splits["train"]:
        one = {split: found[name] for split, found in of_splits.items()}
        yield from regress(subject.latents, one, settings, name)


def targets(items: Items) -> Mapping[str, Floats]:
    """What is predicted of the items, each (items,): the target, "", or statistics by name."""
    return {"": items.target} if items.target is not None else statistics(items)


def regress(
    latents: Mapping[str, Latents],
    targets: Mapping[str, Floats],
    settings: Regression,
    name: str = "",
) -> Iterator[Score]:
    """Errors of every method on every set of layers, from samples and from means."""
    fit_on = targets["train"][: settings.max_train]
    for view in views(latents, settings.max_train):
        for method in settings.methods:
            named = view.named("regression", f"{method}:{name}" if name else method)
            for split, predicted in predictions(method, view, fit_on).items():
                error = (predicted - targets[split]) ** 2
                for metric, numbers in scores(error, float(targets[split].var())).items():
                    yield Score(split, named | {"metric": metric} | numbers)


def predictions(method: str, view: View, target: Floats) -> dict[str, Floats]:
    """Of the held-out items, by split; standardised and fitted with train items alone."""
    model = make_pipeline(StandardScaler(), METHODS[method](*view.x["train"].shape))
    model.fit(view.x["train"], target)
    return {split: model.predict(x) for split, x in view.held_out().items()}


def scores(error: Floats, variance: float) -> dict[str, Numbers]:
    """`mse`, and `r2` = 1 − mse / variance, of squared errors (items,).

    Both intervals are ∓ 1.96 standard errors of the mean squared error; that of R² takes the
    variance of these items' target as given. R² does not exist for a constant target.
    """
    mse = mean(error)
    scale = variance if variance > 0 else math.nan
    ends = {"value": mse["value"], "low": mse["high"], "high": mse["low"]}
    r2: Numbers = {name: 1 - end / scale for name, end in ends.items()}
    return {"mse": mse, "r2": r2 | {"n": mse["n"]}}


if __name__ == "__main__":
    task.run(__doc__, Regression, measure)
