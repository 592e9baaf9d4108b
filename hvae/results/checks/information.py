"""Latents hold no more information than their rates pay for, about an item or about its class.

I(x; z_{≥l}) ≤ R_{≥l}, judged with Î⁻ alone: its expectation is at most I, Î⁺ is not. What latents
hold about the class they hold about the item: I(y; z_{≥l}) ≤ I(x; z_{≥l}), and so for a label-like
output f of samples, fitted on train: I(y; f(z_{≥l})) ≤ I(x; z_{≥l}).
"""

from collections.abc import Iterator, Mapping

from hvae.bounds.accuracy import entropy
from hvae.bounds.counts import held_out_information
from hvae.bounds.verdicts import normal_check, trivial
from hvae.errors import InputError
from hvae.results.checks.catalogue import Named, budget, names
from hvae.results.evidence import Counted, Evidence, counted
from hvae.results.rates import lowest_layer
from hvae.statistics.estimate import Estimate


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
