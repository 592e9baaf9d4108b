"""I(y; f(z_{≥l})) ≤ I(x; z_{≥l}) for a label-like output f of samples, fitted on train."""

from collections.abc import Iterator

from hvae.bounds.accuracy import entropy
from hvae.bounds.labels import held_out_information
from hvae.bounds.verdicts import normal_check
from hvae.errors import InputError
from hvae.results.checks.budgets import budgets
from hvae.results.checks.counted import Counted, counted
from hvae.results.checks.named import Named, names
from hvae.results.evidence import Evidence
from hvae.statistics.estimate import Estimate


def clusters(evidence: Evidence) -> Iterator[Named]:
    """Clusters, whose classes train names and test measures, against R_{≥l} and Î⁺."""
    if evidence.shares is None:
        return
    most = entropy(evidence.shares)
    for found in counted(evidence, "clustering"):
        told = _information(found)
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


def _information(found: Counted) -> Estimate:
    try:
        return held_out_information(*(found.tables[split] for split in ("train", "test")))
    except (KeyError, ValueError) as error:
        raise InputError(
            f"counts: clustering {found.method} on {found.layers} of point {found.point} needs "
            f"classes and clusters of train and test items: {error}"
        ) from None
