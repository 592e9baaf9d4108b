"""From supplied latents to tables, verdicts and a page."""

from os import PathLike
from pathlib import Path
from typing import Annotated

import pyarrow as pa
from pydantic import Field

from hvae.audit.latents import SuppliedLatents
from hvae.audit.measure import divided, information, probes, rates
from hvae.audit.page import Facts, page
from hvae.config.base import Section, Seed
from hvae.config.tasks import Classification, Tasks
from hvae.io import tables, writing
from hvae.models import arguments
from hvae.results.evidence import Evidence
from hvae.results.judge import judged, shares_of
from hvae.training import threads

TASKS = Tasks(
    classification=Classification(
        probes=["logistic", "svm-linear", "svm-rbf", "knn"], max_train=2000
    )
)


class Settings(Section):
    """title: heads the page; seed: divides the items; items: of test, that I(x; z) compares."""

    title: str
    seed: Seed
    items: Annotated[int, Field(ge=3)]


def study(
    own: SuppliedLatents, settings: Settings, out: str | PathLike[str]
) -> dict[str, pa.Table]:
    """Write `tasks`, `counts`, `information`, `items`, `bounds` and the page into `out`.

    InputError where an argument is of another kind, or the items are too few to be halved.
    """
    known = arguments.instance("own", own, SuppliedLatents)
    chosen = arguments.instance("settings", settings, Settings)
    place = arguments.path("out", out)
    with threads.studying():
        return _study(known, chosen, place)


def _study(own: SuppliedLatents, settings: Settings, out: Path) -> dict[str, pa.Table]:
    train, test = divided(own, settings.seed)
    found = dict(zip(("tasks", "counts"), probes(train, test, TASKS), strict=True))
    found |= {"information": information(train, test, settings.items), "items": rates(test)}
    compared = test.latents.ids[: settings.items]
    shares = shares_of(test.latents.label, test.classes)
    widths = [part.shape[1] for part in test.latents.mean]
    evidence = Evidence(
        seed=settings.seed, layers=len(widths), **found, shares=shares, compared=compared
    )
    found["bounds"] = judged(evidence)
    sizes = len(train.latents.ids), len(test.latents.ids)
    html = page(Facts(settings.title, *sizes, widths, test.classes, own.unread), found)
    for name, table in found.items():
        tables.write(table, out / f"{name}.parquet")
    writing.store(html, out / "index.html")
    return found
