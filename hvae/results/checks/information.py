"""I(x; z_{≥l}) ≤ R_{≥l}, judged with Î⁻ alone: its expectation is at most I, Î⁺ is not."""

from collections.abc import Iterator

from hvae.bounds.verdicts import normal_check
from hvae.results.checks.named import Named, names
from hvae.results.evidence import Evidence, layers_of
from hvae.results.rates import lowest_layer


def information(evidence: Evidence) -> Iterator[Named]:
    """Î⁻ against the rate of the items that it compares.

    Î⁻ of K items never exceeds log K: a rate beyond cannot bind, and the check is vacuous. An item
    with much information has a high rate, so that their errors partly cancel in the slack.
    """
    for row in evidence.rows("information"):
        if row["quantity"].startswith("I(x;") and row["kind"] == "lower":
            point, layers = row["point"], layers_of(row["quantity"])
            rate = evidence.compared_rate(point, lowest_layer(layers))
            if rate is None:
                continue
            numbers = (row["value"], row["std_error"], *rate)
            vacuous = rate.value >= evidence.most_information(point)
            check = normal_check(*numbers, upper=True, bound="information", vacuous=vacuous)
            yield names(point, layers, "sample", "pairwise", "information"), check
