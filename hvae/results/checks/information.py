"""Latents hold no more information than their rates pay for, about an item or about its class.

I(x; z_{≥l}) ≤ R_{≥l}, judged with Î⁻ alone: its expectation is at most I, Î⁺ is not. What latents
hold about the class they hold about the item: I(y; z_{≥l}) ≤ I(x; z_{≥l}), and so for a label-like
output f of samples, fitted on train: I(y; f(z_{≥l})) ≤ I(x; z_{≥l}).
"""

from collections.abc import Iterator

from hvae.bounds.accuracy import entropy
from hvae.bounds.counts import held_out_information
from hvae.bounds.verdicts import normal_check
from hvae.errors import InputError
from hvae.results.checks.common import Named, budgets, names
from hvae.results.checks.counted import Counted, counted
from hvae.results.evidence import Evidence
from hvae.results.rates import lowest_layer
from hvae.statistics.estimate import Estimate


def information(evidence: Evidence) -> Iterator[Named]:
    """Î⁻ against the rate of the items that it compares.

    Î⁻ of K items never exceeds log K: a rate beyond cannot bind, and the check is vacuous. An item
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
            vacuous = rate.value >= evidence.most_information(point)
            check = normal_check(*numbers, upper=True, bound="information", vacuous=vacuous)
            yield names(point, layers, "sample", "pairwise", "information"), check


def classes(evidence: Evidence) -> Iterator[Named]:
    """The estimate of I(y; z_{≥l}) from below against R_{≥l} and Î⁺; it never exceeds H(y)."""
    if evidence.shares is None:
        return
    most, about = entropy(evidence.shares), evidence.suffixes("y")
    for row in evidence.rows("information"):
        if row["quantity"] in about and row["kind"] == "lower":
            layers = about[row["quantity"]]
            named = names(row["point"], layers, "sample", "classifier", "information")
            for ending, nats in budgets(evidence, row["point"], layers):
                yield (
                    named,
                    normal_check(
                        row["value"],
                        row["std_error"],
                        *nats,
                        upper=True,
                        bound=f"class-information{ending}",
                        vacuous=nats.value >= most,
                        independent=False,
                    ),
                )


def clusters(evidence: Evidence) -> Iterator[Named]:
    """Clusters, whose classes train names and test measures, against R_{≥l} and Î⁺."""
    if evidence.shares is None:
        return
    most = entropy(evidence.shares)
    for found in counted(evidence, "clustering"):
        told = _of_clusters(found)
        named = names(found.point, found.layers, found.features, found.method, "information")
        for ending, nats in budgets(evidence, found.point, found.layers):
            check = normal_check(
                *told,
                *nats,
                upper=True,
                bound=f"clusters{ending}",
                vacuous=nats.value >= most,
                independent=False,
            )
            yield named, check


def _of_clusters(found: Counted) -> Estimate:
    try:
        return held_out_information(*(found.tables[split] for split in ("train", "test")))
    except (KeyError, ValueError) as error:
        raise InputError(
            f"counts: clustering {found.method} on {found.layers} of point {found.point} needs "
            f"classes and clusters of train and test items: {error}"
        ) from None
