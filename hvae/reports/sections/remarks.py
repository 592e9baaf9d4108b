"""What sections say of this run beside their charts: every number is computed from its tables."""

import math

from hvae.bounds.accuracy import accuracy_limit
from hvae.guidance.words import number
from hvae.reports.charts.names import names
from hvae.reports.sections.exact_source import least
from hvae.reports.sections.least_objective import sentence
from hvae.reports.sections.overview import points_of
from hvae.results.exactness import exactness, shortfalls
from hvae.results.experiment import Run
from hvae.results.kinds import Row

CLOSED = 0.05  # nats: a layer that says less than this is called closed


def sigmas(run: Run) -> list[str]:
    """Where σ is learned: what it has become, as `distortion_constant` = (n/2) log 2πσ² tells."""
    if not run.own_sigma or not run.trained:
        return []
    n = math.prod(run.test.shape)
    found = [
        math.exp(point["distortion_constant"] / n) / math.sqrt(2 * math.pi) for point in run.trained
    ]
    return [
        f"Each model has learned its own σ, from {min(found):.3g} to {max(found):.3g}: compare D "
        "and squared errors between models, not J° or D°, which are in units of it."
    ]


def constants(run: Run) -> list[str]:
    """Where D has a constant that all points share: what D° leaves out."""
    found = {point["distortion_constant"] for point in run.trained}
    if run.own_sigma or len(found) != 1 or found == {0.0}:
        return []
    constant = number(found.pop()).replace("-", "−")
    return [
        "D° is the distortion D = E[−log p(x | z)] without the likelihood's constant, "
        f"{constant} nats for every point: what changes from point to point, and what β trades "
        "against rates. The tables have both."
    ]


def closeness(run: Run) -> list[str]:
    """Where the least objective is known: how close the models come."""
    asked = least(run.params, run.known)
    if asked is None or not run.trained:
        return []
    return [sentence(exactness(shortfalls(run.points, *asked)), points_of(run))]


def means(run: Run) -> list[str]:
    """Probes on means where the top layer is closed, beside what samples could reach there."""
    top = f"z{run.layers}"
    closed = [
        task
        for task in run.accuracies("mean")
        if task["layers"] == top and task["rate"].value < CLOSED
    ]
    shares = run.shares()
    above = [task for task in closed if task["low"] > accuracy_limit(task["rate"].value, shares)]
    if not above:
        return []
    best: Row = max(above, key=lambda task: task["value"])
    limit = accuracy_limit(best["rate"].value, shares)
    return [
        f"Where R({top}) < {CLOSED} nats, {len(above)} of {len(closed)} probes on posterior means "
        f"exceed what samples could reach, up to {best['value']:.2f} against {limit:.2f} "
        f"({best['method']}, {names(run)[best['point']]}). A mean is a deterministic "
        "function of the image, so it can tell classes apart at any rate, however small its "
        "differences are beside the posterior's spread. The limit speaks of what a sample carries, "
        "which is what the rate pays for: so means are shown, but not judged."
    ]
