"""What samples of layers from l up tell of an item, against I(x; z_{≥l}): guesses and pictures.

accuracy ≤ A(I), and E(t − t̂(z_{≥l}))² ≥ exp(2 (h(t) − min(I, I(t; x)))) / 2πe.

Keep z_{≥l} from the posterior and draw z_{<l} from the prior: against decoding the prior, class
histograms differ by TV ≤ min(√(κ/2), √(1 − exp(−κ))), κ = R_{≥l} − I(x; z_{≥l}) (Pinsker;
Bretagnolle & Huber, 1979).
"""

import math
from collections.abc import Iterator
from functools import partial

from hvae.bounds.accuracy import accuracy_limit
from hvae.bounds.counts import split_total_variation, total_variation_limit
from hvae.bounds.mixture import squared_error_limit
from hvae.bounds.verdicts import accuracy_check, normal_check, squared_error_check, trivial
from hvae.errors import InputError
from hvae.results.checks.catalogue import Named, budget, generator, names, of_row
from hvae.results.evidence import Counted, Evidence, counted
from hvae.results.rates import lowest_layer
from hvae.statistics.estimate import Estimate, Row, propagated

# what the data's classifier sees in a decoded cut is a guess from z_{≥l} as well: the layers below
# are drawn given it, without x
GUESSES = ("accuracy", "class_consistency")


def accuracy(evidence: Evidence) -> Iterator[Named]:
    """Guesses from samples against A(min(R_{≥l}, Î⁺)); A is 1 from H(y) on.

    Those on means are outside the theorem and are not checked. Rates, labels, guesses and class
    shares refer to the same test items.
    """
    if evidence.shares is None:
        return
    limit_of = partial(accuracy_limit, shares=evidence.shares)
    for task in filter(guesses_class, evidence.rows("tasks")):
        nats = budget(evidence, task["point"], task["layers"])
        if nats is not None:
            correct = round(task["value"] * task["n"])
            yield of_row(task), accuracy_check(correct, task["n"], *propagated(limit_of, nats))


def guesses_class(task: Row) -> bool:
    """Whether the row of `tasks.parquet` tells how often a guess from samples is right."""
    return task["metric"] in GUESSES and task["features"] == "sample"


def regression(evidence: Evidence) -> Iterator[Named]:
    """The error of guesses of the target from samples against min(R_{≥l}, Î⁺).

    Where its law is known: t − x − z is a Markov chain, so that z knows no more of t than x does.
    """
    target = evidence.exact.target if evidence.exact is not None else None
    if target is None:
        return

    def least(nats: float) -> float:
        return squared_error_limit(min(nats, target.information), target.entropy)

    for task in filter(guesses_target, evidence.rows("tasks")):
        nats = budget(evidence, task["point"], task["layers"])
        if nats is not None:
            measured = task["value"], task["std_error"]
            check = squared_error_check(*measured, *propagated(least, nats), bound="regression")
            yield of_row(task), check


def guesses_target(task: Row) -> bool:
    """Whether the row of `tasks.parquet` is a squared error of guesses of the target on samples.

    A setting names a statistic of the image that is guessed, whose law is not known.
    """
    names = (task["task"], task["metric"], task["features"], task["setting"])
    return names == ("regression", "mse", "sample", "")


def generation(evidence: Evidence) -> Iterator[Named]:
    """Predicted classes of both kinds of images; Î⁻ for I, which errs on the safe side."""
    if evidence.shares is None:
        return
    for found in counted(evidence, "generation"):
        excess = _excess(evidence, found.point, lowest_layer(found.layers))
        if excess is not None:
            limit = propagated(total_variation_limit, excess)
            named = names(found.point, found.layers, found.features, found.method, "class_tv")
            yield (
                named,
                normal_check(
                    *_distance(found, evidence.seed),
                    *limit,
                    upper=True,
                    bound="generation",
                    vacuous=trivial(limit.value, 1.0),
                ),
            )


def _excess(evidence: Evidence, point: str, lowest: int) -> Estimate | None:
    """R_{≥l} − Î⁻ of the same items, which is at least KL[q(z_{≥l}) ‖ p(z_{≥l})]."""
    rate, known = evidence.compared_rate(point, lowest), evidence.lower(point, lowest)
    if rate is None or known is None:
        return None
    return Estimate(rate.value - known.value, math.hypot(rate.std_error, known.std_error))


def _distance(found: Counted, seed: int) -> Estimate:
    random = generator(seed, found.point, found.layers, found.features, found.method)
    posterior, prior = (found.histogram("test", group) for group in ("posterior", "prior"))
    try:
        return split_total_variation(posterior, prior, random)
    except ValueError as error:
        raise InputError(
            f"counts: generation {found.method} on {found.layers} of point {found.point} needs "
            f"classes of images from posterior and prior: {error}"
        ) from None
