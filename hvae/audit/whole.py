"""A whole model of anybody's: every application, limits, prices and codes, and nothing trained.

The model is an adapter (`hvae.models.adapter`), and is measured as one point of an experiment is,
by the same functions, with the same noise: our own model gives the tables of its own run. Probes,
and the classifier of the data, are fitted on train items as there.
"""

import math
from collections.abc import Iterator, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pyarrow as pa
import torch
from pydantic import Field, PositiveFloat

from hvae.audit.page import Facts, page
from hvae.audit.prices import Price, prices
from hvae.coding import codec
from hvae.config.base import Section, Seed, parse
from hvae.config.data import Data
from hvae.config.grid import Point
from hvae.config.params import Evaluation
from hvae.config.task import CLASSIFIER, Task
from hvae.config.tasks import Tasks
from hvae.data import prepared, sources
from hvae.data.gaussian import exact
from hvae.data.prepared import Items, select
from hvae.data.source import SPLITS
from hvae.data.splits import divide
from hvae.errors import InputError, one_each
from hvae.information.measure import InformationJob, MeasuredPoint, estimates
from hvae.io import command, storage, tables
from hvae.latents.extract import every_split, pictures
from hvae.latents.measure import MeasurementJob, rows
from hvae.latents.store import Latents
from hvae.models import adapter
from hvae.models.adapter import AdaptedVAE
from hvae.models.likelihoods.base import FixedGaussian, LearnedGaussian
from hvae.results.evidence import Evidence
from hvae.results.judge import judged, shares_of
from hvae.statistics.estimate import Named
from hvae.tasks import classifier, fit_classifier, plugged, references, task
from hvae.tasks.classifier import DataClassifier
from hvae.tasks.fit_classifier import ClassifierJob
from hvae.tasks.plugged import OwnSettings
from hvae.tasks.references import ReferencesJob
from hvae.tasks.task import Found, Score
from hvae.tasks.trained import TrainedSubject

POINT = "own"  # the one point's name in the tables
PRICED = 500  # train items at most, on which prices are found
KEY = b"own "  # four bytes, by which files know the model
PROBED = {"probes": ["logistic", "svm-linear", "svm-rbf", "knn"], "max_train": 2000}
SPLIT = {"train": 0.6, "validation": 0.2, "test": 0.2}


class AuditSettings(Section):
    """What an audit depends on, beside model and data: as in `params.yaml`, with its defaults.

    beta: β_1, …, β_L that the model was trained with, where they are known.
    """

    title: str = "A model of your own"
    seed: Seed = 0
    beta: list[PositiveFloat] | None = None
    evaluation: Evaluation = Evaluation(
        samples=8, max_items=2000, information_items=1000, importance_samples=64
    )
    tasks: Tasks = Field(default_factory=lambda: parse(Tasks, {"classification": PROBED}))


class DataOf(Section):
    """Whatever `params.yaml` can name as data."""

    data: Data


def data_at(place: str, options: Mapping[str, Any]) -> Data:
    """The data that a file, a folder of images, the name of a source or a plug-in holds."""
    path = Path(place)
    if path.is_file() and path.suffix != ".py":
        kind = path.suffix.removeprefix(".")
        values = {"source": kind, "raw_dir": str(path.parent), "file": path.name}
    elif path.is_dir():
        values = {"source": "image-folder", "raw_dir": place}
    else:
        values = {"source": place}
    return parse(DataOf, {"data": {"split": SPLIT} | values | dict(options)}).data


def items_at(place: str, options: Mapping[str, Any], seed: int) -> tuple[Data, dict[str, Items]]:
    """Items of every split: of prepared data as they are, of other data as a run divides them."""
    folder = Path(place)
    if all((folder / f"{split}.parquet").is_file() for split in SPLITS):
        splits = {split: prepared.read(folder / f"{split}.parquet") for split in SPLITS}
        known = {"source": "prepared:data", "split": SPLIT}
        known |= {"shape": list(splits["test"].shape)} | dict(options)
        return parse(DataOf, {"data": known}).data, splits
    data = data_at(place, options)
    source = sources.load(data, seed)
    places = divide(source, data, seed)
    return data, {split: select(source, places[split]) for split in SPLITS}


class Audited(NamedTuple):
    """Tables by name, as in a folder of results, and the prices of the layers."""

    tables: Mapping[str, pa.Table]
    prices: list[Price]


def audit(reference: str, place: str, options: Mapping[str, Any], settings: AuditSettings,
          out: Path) -> Audited:  # fmt: skip
    """Write the tables and the page `index.html` into `out`; InputError where things do not fit."""
    data, whole = items_at(place, options, settings.seed)
    splits = {name: items.first(settings.evaluation.max_items) for name, items in whole.items()}
    model = adapter.load(reference)
    adapter.check(model, reference, torch.from_numpy(splits["test"].x))
    beta = settings.beta or getattr(model.adapter.given, "prices", None)
    if beta is not None and len(beta) != len(model.latents):
        raise InputError(f"--beta: {one_each(len(model.latents), 'number', len(beta))}")
    with torch.inference_mode():
        found = measured(model, data, splits, whole, settings, beta, out)
        held = torch.from_numpy(splits["train"].x[:PRICED])
        priced = prices(model, held, min(settings.evaluation.samples, 4), settings.seed)
    for name, table in found.items():
        tables.write(table, out / f"{name}.parquet")
    columns = {"point": [POINT] * len(priced)}
    columns |= {name: [getattr(one, name) for one in priced] for name in Price._fields}
    tables.write(pa.table(columns), out / "prices.parquet")
    test = splits["test"]
    sizes = len(splits["train"].ids), len(test.ids)
    facts = Facts(settings.title, *sizes, model.latents, test.classes, whole=True)
    storage.store(page(facts, found, priced, beta), out / "index.html")
    return Audited(found, priced)


def measured(
    model: AdaptedVAE,
    data: Data,
    splits: Mapping[str, Items],
    whole: Mapping[str, Items],
    settings: AuditSettings,
    beta: list[float] | None,
    out: Path,
) -> dict[str, pa.Table]:
    """All tables of one point, in the order in which an experiment makes them."""
    layers, test, of = len(model.latents), splits["test"], model.likelihood
    at = {"beta": beta} if beta else {"rates": [0.0] * layers}
    point = Point(name=POINT, seed=settings.seed, model=POINT, **at)
    options = settings.evaluation.extraction()
    job = parse(MeasurementJob, {"seed": settings.seed, "evaluation": options, "points": []})
    weights = sum(weight.numel() for weight in model.adapter.parameters())
    card = SimpleNamespace(strategy="supplied", status="ok", prices=beta, train_seconds=0.0)
    card.parameters = weights
    row = rows(job, point, card, model, test)
    untold = tables.by_layer("target", [math.nan] * layers)  # it was trained to no rates
    found = {
        "points": tables.from_rows([one | untold for one in row.points], tables.points(layers)),
        "items": tables.from_rows(row.items, tables.items(layers)),
    }
    latents = every_split(model, splits, settings.seed, settings.evaluation.closed_below)
    shown = ({"point": POINT, **one} for one in pictures(model, test, settings.seed))
    found["gallery"] = tables.from_rows(shown, tables.gallery(test.x.shape[1]))
    found |= applications(model, data, splits, whole, latents, settings, beta, out)
    asked = parse(InformationJob, {"seed": settings.seed, "points": [],
                                   "evaluation": settings.evaluation.model_dump()})  # fmt: skip
    subject = MeasuredPoint(model, test, latents["train"], latents["test"])
    named: list[Named] = estimates(asked, POINT, subject)
    about = ({"point": POINT, "quantity": name, **one._asdict()} for name, one in named)
    found["information"] = tables.from_rows(about, tables.information())
    evidence = Evidence(
        seed=settings.seed,
        layers=layers,
        sigma=of.scale.item() if isinstance(of, FixedGaussian) else None,
        own_sigma=isinstance(of, LearnedGaussian),
        **{name: found[name] for name in ("points", "items", "tasks", "counts", "information")},
        shares=shares_of(test.labels, test.classes),
        exact=exact(data, settings.seed),
        compared=test.ids[: settings.evaluation.information_items],
    )
    return found | {"bounds": judged(evidence)}


def applications(
    model: AdaptedVAE,
    data: Data,
    splits: Mapping[str, Items],
    whole: Mapping[str, Items],
    latents: Mapping[str, Latents],
    settings: AuditSettings,
    beta: list[float] | None,
    out: Path,
) -> dict[str, pa.Table]:
    """`tasks`, `selection`, `scores` and `counts` of every task that the data allow."""
    known = {name: one for name, one in settings.tasks.entries.items() if one.needs(data)}
    judges = any(CLASSIFIER in one.reads for one in known.values())
    of_data = fitted(whole, settings, out) if judges else None
    price = beta or [1.0] * len(model.latents)  # of −ELBO, where none is known
    coder = partial(codec.of, model, splits["test"].shape, price, KEY)
    subject = TrainedSubject(POINT, model, latents, splits, of_data and of_data[0], codec=coder)
    found: list[tuple[str, Found]] = []
    for name, one in command.progress(list(known.items()), "measuring applications"):
        found += [(POINT, score) for score in _scores(name, one, subject, settings)]
    real = [(task.NO_POINT, score) for score in (of_data[1] if of_data else ())]
    job = settings.tasks.model_dump(mode="json", include=set(ReferencesJob.model_fields))
    asked = parse(ReferencesJob, job | {"seed": settings.seed,
                                        "max_items": settings.evaluation.max_items})  # fmt: skip
    beside = [(task.NO_POINT, score) for score in references.references(splits, asked)]
    return {
        "tasks": task.metrics([*found, *real, *beside], "test"),
        "selection": task.metrics([*found, *beside], "validation"),
        "scores": task.scores([*found, *real, *beside]),
        "counts": task.counts(found),
    }


def _scores(
    name: str, of: Task, subject: TrainedSubject, settings: AuditSettings
) -> Iterator[Found]:
    if of.plugin is not None:
        own = OwnSettings(task=of.plugin.reference, own=settings.tasks.settings(name))
        yield from plugged.measure(subject, own, settings.seed)
        return
    module = import_module(f"hvae.tasks.{name}")
    yield from module.measure(subject, getattr(settings.tasks, name), settings.seed)


def fitted(
    whole: Mapping[str, Items], settings: AuditSettings, out: Path
) -> tuple[DataClassifier, list[Score]]:
    """The classifier of the data, kept in `out`, and what it gives for real test items."""
    job = ClassifierJob(seed=settings.seed, generation=settings.tasks.generation)
    folder = out / "classifier"
    with torch.inference_mode(False), torch.enable_grad():
        found = fit_classifier.fit_and_score(job, [whole[name] for name in SPLITS], folder)
    return classifier.load(folder), found
