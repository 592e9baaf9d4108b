"""Probes, clusters and information of supplied latents, as the tables of an experiment hold them.

There is one point, and no model: half of the items fit probes, clusters and classifiers, and all
that is measured is measured on the other half.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from hvae.audit.latents import SuppliedLatents
from hvae.config.tasks import Tasks
from hvae.data.splits import halves
from hvae.errors import InputError
from hvae.information.classes import class_information
from hvae.information.estimate import Named, quantity
from hvae.information.pairwise import from_rows, gaussian_rows
from hvae.io import tables
from hvae.tasks import clustering, task
from hvae.tasks.classification import classify
from hvae.tasks.task import Found

POINT = "own"  # the one point's name in the tables


def divided(own: SuppliedLatents, seed: int) -> tuple[SuppliedLatents, SuppliedLatents]:
    """Train and test items: two random halves, each with every class in its share."""
    train, test = halves(own.latents.label, seed)
    return own.taken(train), own.taken(test)


def probes(
    train: SuppliedLatents, test: SuppliedLatents, settings: Tasks
) -> tuple[pa.Table, pa.Table]:
    """`tasks` and `counts`: classification and clustering; no rows where there are no classes."""
    latents = {"train": train.latents, "test": test.latents}
    found: list[Found] = list(classify(latents, settings.classification))
    for one in clustering.cluster(latents, len(test.classes), settings.clustering):
        found += [*clustering.scores(one), *clustering.counts(one, test.classes)]
    named = [(POINT, one) for one in found]
    return task.scores(named, "test"), task.counts(named)


def information(train: SuppliedLatents, test: SuppliedLatents, items: int) -> pa.Table:
    """`information`: I(x; z_L) from `items` test items, and I(y; z_{≥l}) from below for every l.

    Means and standard deviations tell the density of the top layer only: what a lower layer's
    posterior would be for another item takes the model. So I(x; z_{≥l}) is known at l = L alone.
    """
    try:
        named = [*_about_items(test, items), *_about_classes(train, test)]
    except ValueError as error:
        raise InputError(f"the information of these latents has no estimate: {error}") from None
    rows = [{"point": POINT, "quantity": name, **found._asdict()} for name, found in named]
    return tables.from_rows(rows, tables.information())


def rates(test: SuppliedLatents) -> pa.Table:
    """`items`: each test item's rates, nan where the file does not tell; there is no distortion."""
    layers = len(test.latents.mean)
    unknown = np.full((len(test.latents.ids), layers), np.nan)
    known = test.rates if test.rates is not None else unknown
    columns = {f"rate_{layer}": rate for layer, rate in enumerate(known.T, start=1)}
    absent = dict.fromkeys(("distortion", "squared_error"), unknown[:, 0])
    named = {"point": [POINT] * len(unknown), "index": test.latents.ids}
    return pa.table(named | columns | absent, schema=tables.items(layers))


def _about_items(own: SuppliedLatents, items: int) -> Iterator[Named]:
    latents = own.latents
    top = len(latents.mean) - 1
    parts = (part[top][:items] for part in (latents.mean, latents.std, latents.sample))
    for estimate in from_rows(gaussian_rows(*parts))[0]:
        yield quantity("x", top, top + 1), estimate


def _about_classes(train: SuppliedLatents, test: SuppliedLatents) -> Iterator[Named]:
    layers = len(test.latents.sample)
    for lowest in range(layers if len(test.classes) > 1 else 0):
        z_train, z_test = (
            np.concatenate(side.latents.sample[lowest:], axis=1) for side in (train, test)
        )
        labels = train.latents.label, test.latents.label
        found = class_information(z_train, labels[0], z_test, labels[1])
        yield quantity("y", lowest, layers), found
