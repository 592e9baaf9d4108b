"""Regression: a real target of the item, predicted from latents.

Fitted on train latents, strength of regularisation included, and scored on test latents. Images
without a target have statistics of the image predicted instead; the setting is then the statistic's
name.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import RidgeCV
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hvae.config.tasks import Regression
from hvae.data.prepared import Items
from hvae.latents.store import Latents
from hvae.statistics.estimate import Floats
from hvae.statistics.intervals import mean
from hvae.statistics.sampled import Sampled
from hvae.tasks import task
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
    return {"": items.target} if items.target is not None else image_statistics(items)


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
            named = view.named("regression", method, setting=name)
            for split, predicted in predictions(method, view, fit_on).items():
                error = (predicted - targets[split]) ** 2
                for metric, sampled in scores(error, float(targets[split].var())).items():
                    yield Score(split, named | {"metric": metric}, sampled, latents[split].ids)


def predictions(method: str, view: View, target: Floats) -> dict[str, Floats]:
    """Of the held-out items, by split; standardised and fitted with train items alone."""
    model = make_pipeline(StandardScaler(), METHODS[method](*view.x["train"].shape))
    model.fit(view.x["train"], target)
    return {split: model.predict(x) for split, x in view.held_out().items()}


def scores(error: Floats, variance: float) -> dict[str, Sampled]:
    """`mse`, and `r2` = 1 − mse / variance, of squared errors (items,).

    Both are means over items; R² takes the variance of these items' target as given. It does not
    exist for a constant target.
    """
    scale = variance if variance > 0 else math.nan
    return {"mse": mean(error), "r2": mean(1 - error / scale)}


def image_statistics(items: Items) -> dict[str, Floats]:
    """Every statistic of images in [0, 1], by name, each (items,); none of anything else.

    A single row or column of pixels has no slant.
    """
    if len(items.shape) < 2 or not items.bounded:
        return {}
    images = grey(items.x.astype(np.float64), items.shape)
    names = [name for name in STATISTICS if name != "slant" or 1 not in items.shape[:2]]
    return {name: STATISTICS[name](images) for name in names}


def grey(x: Floats, shape: tuple[int, ...]) -> Floats:
    """Items (items, n) as images (items, height, width), colours averaged."""
    height, width, *_ = shape
    return x.reshape(len(x), height, width, -1).mean(-1)


def intensity(images: Floats) -> Floats:
    """Mean over the pixels, in [0, 1]: how much of the image is bright."""
    return images.mean((1, 2))


def slant(images: Floats) -> Floats:
    """atan(μ_uv / μ_vv) in radians, from −π/2 to π/2: how far what is bright leans to the right.

    u runs to the right and v up, both in pixels from the centre of mass; μ are central second
    moments of the intensity, so that shearing u by −v μ_uv / μ_vv sets the image upright (the usual
    deskewing of digits). 0 where there is no height to lean over, as in a black image.
    """
    _, height, width = images.shape
    mass = images.sum((1, 2))
    weights = images / np.where(mass > 0, mass, 1)[:, None, None]
    along, up = weights.sum(1), weights.sum(2)  # (items, width), (items, height)
    u, v = np.arange(width), -np.arange(height)
    du, dv = u - (along @ u)[:, None], v - (up @ v)[:, None]
    common = np.einsum("ihw,ih,iw->i", weights, dv, du)
    upright = (up * dv**2).sum(1)
    tall = upright > 1e-9
    return np.arctan(np.where(tall, common, 0) / np.where(tall, upright, 1))


STATISTICS: Mapping[str, Callable[[Floats], Floats]] = {"intensity": intensity, "slant": slant}


if __name__ == "__main__":
    task.run(__doc__, Regression, measure)
