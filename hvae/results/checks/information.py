"""Latents hold no more information than their rates pay for, and tell no more of an item than that.

I(x; z_{≥l}) ≤ R_{≥l}, judged with Î⁻ alone: its expectation is at most I, Î⁺ is not. What latents
hold about the class they hold about the item: I(y; z_{≥l}) ≤ I(x; z_{≥l}), and so for a label-like
output f of samples, fitted on train: I(y; f(z_{≥l})) ≤ I(x; z_{≥l}).

So guesses from samples of layers from l up are limited: accuracy ≤ A(I), and
E(t − t̂(z_{≥l}))² ≥ exp(2 (h(t) − min(I, I(t; x)))) / 2πe.

So are pictures. Keep z_{≥l} from the posterior and draw z_{<l} from the prior: against decoding the
prior, class histograms differ by TV ≤ min(√(κ/2), √(1 − exp(−κ))), κ = R_{≥l} − I(x; z_{≥l})
(Pinsker; Bretagnolle & Huber, 1979).
"""

import math
from collections.abc import Iterator, Mapping
from functools import partial

from hvae.bounds.accuracy import accuracy_limit, entropy
from hvae.bounds.counts import held_out_information, split_total_variation, total_variation_limit
from hvae.bounds.rate_distortion import squared_error_limit
from hvae.bounds.verdicts import accuracy_check, normal_check, squared_error_check, trivial
from hvae.errors import InputError
from hvae.results.checks.catalogue import Named, budget, generator, names, of_row
from hvae.results.evidence import Counted, Evidence, counted
from hvae.results.rates import lowest_layer
from hvae.statistics.estimate import Estimate, Row, propagated

# Tasks and metrics that are guesses of the class from z_{≥l}. What the data's classifier sees in a
# decoded cut is one as well: the layers below are drawn given it, without x. A task of the user's
# own may call anything an accuracy, of no layer or with x at hand: nothing is known to limit it.
GUESSES = {
    ("classification", "accuracy"),
    ("clustering", "accuracy"),
    ("recognition", "accuracy"),
    ("generation", "class_consistency"),
}


def information(evidence: Evidence) -> Iterator[Named]:
    """Î⁻ against the rate of the items that it compares.

    Î⁻ of K items never exceeds log K: a rate near it or beyond is no limit (vacuous). An item
    with much information has a high rate, so that their errors partly cancel in the slack.
    """
    about = evidence.suffixes("x")
    for row in evidence.rows("information"):
        if row["quantity"] in about and row["kind"] == "lower":
            point, layers = row["point"], about[row["quantity"]]
            rate = evidence.compared_rate(point, lowest_layer(layers))
            if rate is None:
                continue
            numbers = (row["value"], row["std_error"], *rate)
            vacuous = trivial(rate.value, evidence.most_information(point))
            check = normal_check(*numbers, upper=True, bound="information", vacuous=vacuous)
            yield names(point, layers, "sample", "pairwise", "information"), check


def classes(evidence: Evidence) -> Iterator[Named]:
    """The estimate of I(y; z_{≥l}) from below against min(R_{≥l}, Î⁺)."""
    if evidence.shares is None:
        return
    about = evidence.suffixes("y")
    for row in evidence.rows("information"):
        if row["quantity"] in about and row["kind"] == "lower":
            named = names(
                row["point"], about[row["quantity"]], "sample", "classifier", "information"
            )
            told = Estimate(row["value"], row["std_error"])
            yield from _about_class(evidence, named, told, "class-information")


def clusters(evidence: Evidence) -> Iterator[Named]:
    """Clusters, whose classes train names and test measures, against min(R_{≥l}, Î⁺)."""
    if evidence.shares is None:
        return
    for found in counted(evidence, "clustering"):
        named = names(found.point, found.layers, found.features, found.method, "information")
        yield from _about_class(evidence, named, _of_clusters(found), "clusters")


def _about_class(
    evidence: Evidence, named: Mapping[str, str], told: Estimate, bound: str
) -> Iterator[Named]:
    """What is told about the class, never more than H(y), against what the layers can hold."""
    nats = budget(evidence, named["point"], named["layers"])
    if nats is not None and evidence.shares is not None:
        vacuous = trivial(nats.value, entropy(evidence.shares))
        yield (
            named,
            normal_check(*told, *nats, upper=True, bound=bound, vacuous=vacuous, independent=False),
        )


def _of_clusters(found: Counted) -> Estimate:
    try:
        return held_out_information(*(found.tables[split] for split in ("train", "test")))
    except (KeyError, ValueError) as error:
        raise InputError(
            f"counts: clustering {found.method} on {found.layers} of point {found.point} needs "
            f"classes and clusters of train and test items: {error}"
        ) from None


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
    return (task["task"], task["metric"]) in GUESSES and task["features"] == "sample"


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
