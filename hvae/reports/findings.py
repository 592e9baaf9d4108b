"""What the tables say, in sentences: every number is computed from this run."""

import math
from collections import Counter
from typing import NamedTuple

from hvae.bounds.accuracy import accuracy_limit
from hvae.reports.certificate import judged
from hvae.reports.kinds import Row
from hvae.reports.known import least
from hvae.reports.run import Run
from hvae.reports.shortfall import sentence
from hvae.results.exactness import exactness, shortfalls

NAMED = 10  # diverged points that are named
CLOSED = 0.05  # nats: a layer that says less than this is called closed


class Quality(NamedTuple):
    """What says how good reconstructions are: a column of `points.parquet`, and its range."""

    column: str
    words: str


QUALITY = {  # unbounded data have no peak, and so no PSNR
    "psnr_db": Quality("psnr_db", "reconstructions from {:.1f} to {:.1f} dB"),
    "mse": Quality("mse", "mean squared errors from {:.2g} to {:.2g} per dimension"),
}


def findings(run: Run) -> list[str]:
    """The findings that head the page."""
    return [
        _trained(run),
        *_certified(run),
        *_sigmas(run),
        _checks(run),
        *_exactness(run),
        *_means(run),
    ]


def _trained(run: Run) -> str:
    if not run.trained:
        return f"All {len(run.points)} {_of(run)} diverged: there is nothing to show."
    lost = [point["point"] for point in run.points if point["status"] != "ok"]
    rates = [point["rate_total"] for point in run.trained]
    quality = QUALITY["psnr_db" if run.test.bounded else "mse"]
    values = [point[quality.column] for point in run.trained]
    text = (
        f"{len(run.trained)} {_of(run)} span total rates from {min(rates):.2f} to {max(rates):.1f} "
        f"nats per item and {quality.words.format(min(values), max(values))} (z sampled)."
    )
    more = f" and {len(lost) - NAMED} others" if len(lost) > NAMED else ""
    return text + (f" {len(lost)} more diverged: {', '.join(lost[:NAMED])}{more}." if lost else "")


def _of(run: Run) -> str:
    """What a point of the grid is."""
    return "points of the plane" if run.params.amortized else "models"


def _certified(run: Run) -> list[str]:
    """Of an amortised plane: whether it can be trusted."""
    return [judged(run).headline] if run.params.amortized else []


def _sigmas(run: Run) -> list[str]:
    """Where σ is learned: what it has become, as `distortion_constant` = (n/2) log 2πσ² tells."""
    if not run.own_sigma or not run.trained:
        return []
    n = math.prod(run.test.shape)
    sigmas = [
        math.exp(point["distortion_constant"] / n) / math.sqrt(2 * math.pi) for point in run.trained
    ]
    return [
        f"Each model has learned its own σ, from {min(sigmas):.3g} to {max(sigmas):.3g}: compare D "
        "and squared errors between models, not J° or D°, which are in units of it."
    ]


def _checks(run: Run) -> str:
    count = Counter(check["verdict"] for check in run.bounds)
    judged = len(run.bounds) - count["vacuous"]
    return (
        f"Of {judged} checks that can bind, {count['holds']} hold, {count['violated']} are "
        f"violated and {count['undecided']} are undecided (family-wise level 1 %); "
        f"in {count['vacuous']} more the limit lies beyond what can be measured."
    )


def _exactness(run: Run) -> list[str]:
    """Where the least objective is known: how close the models come."""
    asked = least(run.params, run.known)
    if asked is None or not run.trained:
        return []
    return [sentence(exactness(shortfalls(run.points, *asked)), _of(run))]


def _means(run: Run) -> list[str]:
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
        f"({best['method']}, {best['point']}). A mean is a deterministic function of the image, so "
        "it can tell classes apart at any rate, however small its differences are beside the "
        "posterior's spread. The limit speaks of what a sample carries, which is what the rate "
        "pays for: so means are shown, but not judged."
    ]
