"""No code of the data is shorter than their entropy h(x), where that is known.

D and −log p(x) hold the likelihood's constant here: both are of densities, as h(x) is.
"""

from collections.abc import Iterator

from hvae.bounds.verdicts import Check, normal_check
from hvae.data.exact import Exact
from hvae.results.checks.budgets import SHARPER
from hvae.results.checks.named import Named, names
from hvae.results.evidence import Evidence
from hvae.results.rates import mean, suffix_name
from hvae.statistics.estimate import Estimate


def entropy(evidence: Evidence) -> Iterator[Named]:
    """D + I(x; z) ≥ h(x) (Barber & Agakov, 2003), with R_total or Î⁺ for I; E[−log p(x)] ≥ h(x)."""
    if evidence.exact is None:
        return
    for point in evidence.per_item("distortion"):
        named = names(point, suffix_name(1, evidence.layers), "sample", "", "distortion")
        for bound, cost in _costs(evidence, point):
            yield named, _check(cost, evidence.exact, bound)
    for row in evidence.rows("information"):
        if row["quantity"] == "-log p(x)" and row["kind"] == "upper":
            named = names(row["point"], "", "", "importance", "likelihood")
            cost = Estimate(row["value"], row["std_error"])
            yield named, _check(cost, evidence.exact, "likelihood")


def _costs(evidence: Evidence, point: str) -> Iterator[tuple[str, Estimate]]:
    """D + R_total, with the error of the items' own sums, and D + Î⁺, with the sum of errors."""
    distortion = evidence.per_item("distortion")[point]
    if evidence.rate(point, 1) is not None:
        yield "rate-distortion", mean(distortion + evidence.total_rate(point))
    upper = evidence.upper(point, 1)
    if upper is not None:
        own = mean(distortion)
        both = Estimate(own.value + upper.value, own.std_error + upper.std_error)
        yield f"rate-distortion{SHARPER}", both


def _check(cost: Estimate, exact: Exact, bound: str) -> Check:
    return normal_check(*cost, exact.entropy, exact.entropy_se, upper=False, bound=bound)
