"""I(y; z_{≥l}) ≤ I(x; z_{≥l}): what latents hold about the class they hold about the item."""

from collections.abc import Iterator

from hvae.bounds.accuracy import entropy
from hvae.bounds.verdicts import normal_check
from hvae.results.checks.budgets import budgets
from hvae.results.checks.named import Named, names
from hvae.results.evidence import Evidence, layers_of


def classes(evidence: Evidence) -> Iterator[Named]:
    """The estimate of I(y; z_{≥l}) from below against R_{≥l} and Î⁺; it never exceeds H(y)."""
    if evidence.shares is None:
        return
    most = entropy(evidence.shares)
    for row in evidence.rows("information"):
        if row["quantity"].startswith("I(y;") and row["kind"] == "lower":
            layers = layers_of(row["quantity"])
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
