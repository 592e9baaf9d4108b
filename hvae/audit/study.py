"""From supplied latents to tables, verdicts and a page.

Probes, clusters and information are measured as in an experiment with one point and no model.
Probes, clusters and classifiers are fitted on half of the items and measured on the other half.
"""

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow as pa
from pydantic import Field

from hvae.audit.latents import SuppliedLatents
from hvae.audit.page import Facts, page
from hvae.config.base import Section, Seed
from hvae.config.tasks import Classification, Clustering
from hvae.data.splits import halves
from hvae.errors import InputError
from hvae.information.classes import class_information
from hvae.information.pairwise import from_rows, gaussian_rows
from hvae.io import storage, tables
from hvae.models import arguments
from hvae.results.evidence import Evidence
from hvae.results.judge import judged, shares_of
from hvae.statistics.estimate import Named, quantity
from hvae.tasks import clustering, task
from hvae.tasks.classification import classify
from hvae.tasks.task import Found
from hvae.training import library

POINT = "own"  # the one point's name in the tables
PROBES = Classification(probes=["logistic", "svm-linear", "svm-rbf", "knn"], max_train=2000)


class Settings(Section):
    """Settings of a study.

    title: the page's heading; seed: of the division into halves; items: how many test items are
    compared in pairs for I(x; z).
    """

    title: str
    seed: Seed
    items: Annotated[int, Field(ge=3)]


def study(
    own: SuppliedLatents, settings: Settings, out: str | PathLike[str]
) -> dict[str, pa.Table]:
    """Write `tasks`, `counts`, `information`, `items`, `bounds` and the page into `out`.

    InputError for an argument of the wrong type, or too few items to divide into halves.
    """
    known = arguments.instance("own", own, SuppliedLatents)
    chosen = arguments.instance("settings", settings, Settings)
    place = arguments.path("out", out)
    with library.studying():
        return _study(known, chosen, place)


def _study(own: SuppliedLatents, settings: Settings, out: Path) -> dict[str, pa.Table]:
    train, test = divided(own, settings.seed)
    found = dict(zip(("tasks", "counts"), probes(train, test), strict=True))
    found |= {"information": information(train, test, settings.items), "items": rates(test)}
    compared = test.latents.ids[: settings.items]
    shares = shares_of(test.latents.label, test.classes)
    widths = [part.shape[1] for part in test.latents.mean]
    evidence = Evidence(
        seed=settings.seed, layers=len(widths), **found, shares=shares, compared=compared
    )
    found["bounds"] = judged(evidence)
    sizes = len(train.latents.ids), len(test.latents.ids)
    facts = Facts(settings.title, *sizes, widths, test.classes, own.unread, own.rates is not None)
    html = page(facts, found)
    for name, table in found.items():
        tables.write(table, out / f"{name}.parquet")
    storage.store(html, out / "index.html")
    return found


def divided(own: SuppliedLatents, seed: int) -> tuple[SuppliedLatents, SuppliedLatents]:
    """Train and test items: two random halves with equal class shares."""
    train, test = halves(own.latents.label, seed)
    return own.select(train), own.select(test)


def probes(train: SuppliedLatents, test: SuppliedLatents) -> tuple[pa.Table, pa.Table]:
    """`tasks` and `counts`: classification and clustering; no rows if there are no classes."""
    latents = {"train": train.latents, "test": test.latents}
    found: list[Found] = list(classify(latents, PROBES))
    for one in clustering.cluster(latents, len(test.classes), Clustering()):
        found += [*clustering.scores(one), *clustering.counts(one, test.classes)]
    named = [(POINT, one) for one in found]
    return task.metrics(named, "test"), task.counts(named)


def information(train: SuppliedLatents, test: SuppliedLatents, items: int) -> pa.Table:
    """`information`: I(x; z_L) from `items` test items, and I(y; z_{≥l}) from below for every l.

    I(x; z_{≥l}) is estimated for l = L only. Means and standard deviations give the density of the
    top layer, but the posterior of a lower layer for another item's sample needs the model.
    """
    try:
        named = [*_about_items(test, items), *_about_classes(train, test)]
    except ValueError as error:
        raise InputError(f"the information of these latents has no estimate: {error}") from None
    rows = [{"point": POINT, "quantity": name, **found._asdict()} for name, found in named]
    return tables.from_rows(rows, tables.information())


def rates(test: SuppliedLatents) -> pa.Table:
    """`items`: each test item's rates, as far as they are known; the distortion is nan."""
    layers = len(test.latents.mean)
    unknown = np.full((len(test.latents.ids), layers), np.nan)
    columns = {f"rate_{layer}": rate for layer, rate in enumerate(test.known_rates.T, start=1)}
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
