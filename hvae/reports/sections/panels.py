"""The charts of each section of the page."""

from collections.abc import Iterator

from hvae.reports.charts.names import names
from hvae.reports.render import Figure, figure
from hvae.reports.sections import (
    application_maps,
    generation,
    information,
    pareto,
    tradeoff,
)
from hvae.reports.sections import (
    bounds as bounds_charts,
)
from hvae.reports.sections import (
    certification as certification_charts,
)
from hvae.reports.sections import (
    embeddings as embeddings_charts,
)
from hvae.reports.sections.accuracy import accuracy
from hvae.reports.sections.bound_counts import counted
from hvae.reports.sections.exact_source import least, rate_distortion
from hvae.reports.sections.least_objective import maps
from hvae.reports.sections.plane import metrics, plane
from hvae.reports.sections.training import curves, shared
from hvae.results.exactness import exactness, shortfalls
from hvae.results.experiment import Run


def planes(run: Run) -> Iterator[Figure]:
    """One a metric."""
    for metric in metrics(run) if run.trained else []:
        text = f"Rate plane coloured by {metric.title}"
        yield figure(f"plane-{metric.name}", "plane", plane(run, metric), text)


def tradeoffs(run: Run) -> Iterator[Figure]:
    """D, and PSNR or the squared error."""
    for metric in tradeoff.metrics(run) if run.trained else []:
        text = f"{metric.title} against the total rate, with the convex hull"
        chart = tradeoff.tradeoff(run, metric)
        yield figure(f"tradeoff-{metric.name}", "tradeoff", chart, text)


def known(run: Run) -> Iterator[Figure]:
    """One, of a source that is known."""
    if run.known is not None and run.trained:
        text = "Squared error against total rate, with what is known of the source"
        yield figure("known-curve", "known", rate_distortion(run, run.known), text)


def bounds(run: Run) -> Iterator[Figure]:
    """One a bound that can bind."""
    for place, bound in enumerate(counted(run.bounds)):
        if bound.judged:
            text = f"Slack of the bound {bound.name} over the grid"
            yield figure(f"slack-{place}", "bounds", bounds_charts.slack(run, bound.name), text)


def accuracies(run: Run) -> Iterator[Figure]:
    """One a set of layers, of samples and of means."""
    for features in ("sample", "mean"):
        for name in dict.fromkeys(task["layers"] for task in run.accuracies(features)):
            text = f"Accuracy of probes on {features}s of {name} against rate"
            label = f"accuracy-{features}-{name.replace('+', '-')}"
            yield figure(label, f"accuracy-{features}", accuracy(run, name, features), text)


def informations(run: Run) -> Iterator[Figure]:
    """One a quantity."""
    for quantity in information.quantities(run):
        name, section = f"information-{quantity.of}-{quantity.lowest}", f"information-{quantity.of}"
        text = f"Estimates of {quantity.name(run.layers)} against rate"
        yield figure(name, section, information.information(run, quantity), text)


def exactnesses(run: Run) -> Iterator[Figure]:
    """Where the least objective is known."""
    if asked := least(run.params, run.known):
        found = shortfalls(run.points, *asked)
        worst = exactness(found).worst
        for place, one in enumerate(maps(found, worst)):
            yield figure(f"exactness-{place}", "exactness", one.chart, one.title)


def applications(run: Run) -> Iterator[Figure]:
    """One an application that has a best point."""
    for name in application_maps.applications(run):
        text = f"What {name} is worth at every point, with its best point and region"
        chart = application_maps.application_map(run, name)
        yield figure(f"map-{name}", "maps", chart, text)


def pairs(run: Run) -> Iterator[Figure]:
    """The first pair of applications."""
    if run.guidance and pareto.pairs(run):
        found = pareto.values(run.guidance)
        pair = found["fronts"][0]["pair"]
        text = f"Pareto front of {pair[0]} and {pair[1]}"
        yield figure(pareto.NAME, "fronts", pareto.fronts(found, *pair), text)


def draws(run: Run) -> Iterator[Figure]:
    """One a metric of generation."""
    for metric in generation.metrics(run):
        text = f"{generation.METRICS[metric]} of generated items against rate"
        name = f"generation-{metric.replace('_', '-')}"
        yield figure(name, "generation", generation.drawn(run, metric), text)


def certification(run: Run) -> Iterator[Figure]:
    """One a kind of comparison."""
    for name, comparison in certification_charts.COMPARISONS.items():
        if certification_charts.ratios(run, name):
            text = f"Ratios of {comparison.title}, amortised to independent"
            chart = certification_charts.certificate(run, name)
            yield figure(f"certificate-{name}", "certification", chart, text)


def embeddings(run: Run) -> Iterator[Figure]:
    """One a shown point, layer and method."""
    called = names(run)
    for place, point in enumerate(embeddings_charts.shown(run)):
        for layer in range(1, run.layers + 1):
            for method, title in embeddings_charts.METHODS.items():
                if data := embeddings_charts.rows(run, point["point"], f"z{layer}", method):
                    name = f"embedding-{place}-z{layer}-{method}"
                    chart = embeddings_charts.embedding(run, point, layer, title, data)
                    text = f"z{layer} of test items in a plane by {title}, {called[point['point']]}"
                    yield figure(name, f"embedding-{place}", chart, text)


def training(run: Run) -> Iterator[Figure]:
    """The one model's curve, and those of independent ones."""
    text = "Validation objective over training"
    if run.params.amortized and (chart := shared(run)) is not None:
        yield figure("curves-shared", "training", chart, f"{text}: the one model")
    if (chart := curves(run)) is not None:
        yield figure("curves", "training", chart, text)


def none(_: Run) -> Iterator[Figure]:
    """Of a section of text and tables."""
    yield from ()
