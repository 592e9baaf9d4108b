"""The parts of a report in their order: which runs have them, and which charts they show."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from hvae.reports import certificate, embedding, information, pictures, slack
from hvae.reports.accuracy import accuracy
from hvae.reports.bounds import counted
from hvae.reports.curves import curves, shared
from hvae.reports.known import least, rate_distortion
from hvae.reports.plane import metrics, plane
from hvae.reports.run import Run
from hvae.reports.shortfall import maps
from hvae.reports.skeleton import Figure, figure
from hvae.results.exactness import exactness, shortfalls


class Section(NamedTuple):
    """A part of the page: its template's name, its title, which runs have it, and its charts."""

    name: str
    title: str
    applies: Callable[[Run], bool]
    figures: Callable[[Run], Iterator[Figure]]


def _plane(run: Run) -> Iterator[Figure]:
    for metric in metrics(run) if run.trained else []:
        text = f"Rate plane coloured by {metric.title}"
        yield figure(f"plane-{metric.name}", "plane", plane(run, metric), text)


def _accuracy(run: Run) -> Iterator[Figure]:
    for features in ("sample", "mean"):
        for name in dict.fromkeys(task["layers"] for task in run.accuracies(features)):
            text = f"Accuracy of probes on {features}s of {name} against rate"
            label = f"accuracy-{features}-{name.replace('+', '-')}"
            yield figure(label, f"accuracy-{features}", accuracy(run, name, features), text)


def _information(run: Run) -> Iterator[Figure]:
    for quantity in information.quantities(run):
        name, section = f"information-{quantity.of}-{quantity.lowest}", f"information-{quantity.of}"
        text = f"Estimates of {quantity.name(run.layers)} against rate"
        yield figure(name, section, information.information(run, quantity), text)


def _known(run: Run) -> Iterator[Figure]:
    if run.known is not None and run.trained:
        text = "Squared error against total rate, with what is known of the source"
        yield figure("known-curve", "known", rate_distortion(run, run.known), text)


def _exactness(run: Run) -> Iterator[Figure]:
    if asked := least(run.params, run.known):
        found = shortfalls(run.points, *asked)
        worst = exactness(found).worst
        for place, one in enumerate(maps(found, worst)):
            yield figure(f"exactness-{place}", "exactness", one.chart, one.title)


def _embeddings(run: Run) -> Iterator[Figure]:
    for place, point in enumerate(embedding.shown(run)):
        for layer in range(1, run.layers + 1):
            for method, title in embedding.METHODS.items():
                if data := embedding.rows(run, point["point"], f"z{layer}", method):
                    name = f"embedding-{place}-z{layer}-{method}"
                    chart = embedding.embedding(run, point, layer, title, data)
                    text = f"z{layer} of test items in a plane by {title}, {point['point']}"
                    yield figure(name, f"embedding-{place}", chart, text)


def _bounds(run: Run) -> Iterator[Figure]:
    for place, bound in enumerate(counted(run.bounds)):
        if bound.judged:
            text = f"Slack of the bound {bound.name} over the grid"
            yield figure(f"slack-{place}", "bounds", slack.slack(run, bound.name), text)


def _certification(run: Run) -> Iterator[Figure]:
    for name, comparison in certificate.COMPARISONS.items():
        if certificate.ratios(run, name):
            text = f"Ratios of {comparison.title}, amortised to independent"
            chart = certificate.certificate(run, name)
            yield figure(f"certificate-{name}", "certification", chart, text)


def _training(run: Run) -> Iterator[Figure]:
    text = "Validation objective over training"
    if run.params.amortized and (chart := shared(run)) is not None:
        yield figure("curves-shared", "training", chart, f"{text}: the one model")
    if (chart := curves(run)) is not None:
        yield figure("curves", "training", chart, text)


def _no_charts(_: Run) -> Iterator[Figure]:
    yield from ()


def _always(_: Run) -> bool:
    return True


def _amortized(run: Run) -> bool:
    return run.params.amortized


def _has_least(run: Run) -> bool:
    return least(run.params, run.known) is not None


def _has_guidance(run: Run) -> bool:
    return run.guidance is not None


def _has_pictures(run: Run) -> bool:
    return pictures.is_image(run.test.shape)


SECTIONS = [
    Section("guidance", "Guidance", _has_guidance, _no_charts),
    Section("explorer", "Explore the plane", _always, _no_charts),
    Section("plane", "Rate plane", _always, _plane),
    Section("certification", "Certification", _amortized, _certification),
    Section("targets", "Asked for by rates", lambda run: bool(run.asked), _no_charts),
    Section("accuracy", "Accuracy and its limit", lambda run: run.labelled, _accuracy),
    Section("information", "Information", _always, _information),
    Section("known", "What is known exactly", lambda run: run.known is not None, _known),
    Section("exactness", "Least objective", _has_least, _exactness),
    Section("pictures", "Pictures", _has_pictures, _no_charts),
    Section("embeddings", "Latents in a plane", _always, _embeddings),
    Section("bounds", "Bounds", _always, _bounds),
    Section("training", "Training", _always, _training),
    Section("run", "This run", _always, _no_charts),
]


def sections(run: Run) -> list[Section]:
    """Those that this run has."""
    return [section for section in SECTIONS if section.applies(run)]


def figures(run: Run) -> list[Figure]:
    """Every chart of the page."""
    return [figure for section in sections(run) for figure in section.figures(run)]
