"""Limits that need the law of the data: no code is shorter, and none is closer, than it allows.

D + I(x; z) ≥ h(x) and E[−log p(x)] ≥ h(x), where the entropy is known; J° ≥ J°*(β_1, …, β_L), where
the source is Gaussian; E‖x − x̂(z)‖² ≥ D_X(I(x; z)), where the distortion-rate function is known, or
one below it. D and −log p(x) hold the likelihood's constant here, since h(x) is of a density too.
"""

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from hvae.bounds import rate_distortion
from hvae.bounds.verdicts import Check, normal_check, squared_error_check
from hvae.data.gaussian import Exact
from hvae.io import tables
from hvae.results.checks.catalogue import Named, budget, names
from hvae.results.evidence import Evidence
from hvae.results.rates import mean, suffix_name
from hvae.statistics.estimate import Estimate, Row, propagated


def entropy(evidence: Evidence) -> Iterator[Named]:
    """D + I(x; z) ≥ h(x) (Barber & Agakov, 2003), and E[−log p(x)] ≥ h(x).

    For I stands R_total or Î⁺, whichever makes the sum lower.
    """
    if evidence.exact is None:
        return
    for point in evidence.per_item("distortion"):
        named = names(point, suffix_name(1, evidence.layers), "sample", "", "distortion")
        cost = min(_costs(evidence, point), default=None)
        if cost is not None:
            yield named, _of_density(cost, evidence.exact, "rate-distortion")
    for row in evidence.rows("information"):
        if row["quantity"] == "-log p(x)" and row["kind"] == "upper":
            named = names(row["point"], "", "", "importance", "likelihood")
            cost = Estimate(row["value"], row["std_error"])
            yield named, _of_density(cost, evidence.exact, "likelihood")


def _costs(evidence: Evidence, point: str) -> Iterator[Estimate]:
    """D + R_total, with the error of the items' own sums, and D + Î⁺, with the sum of errors."""
    distortion = evidence.per_item("distortion")[point]
    if evidence.rate(point, 1) is not None:
        yield mean(distortion + evidence.total_rate(point))
    upper = evidence.upper(point, 1)
    if upper is not None:
        own = mean(distortion)
        yield Estimate(own.value + upper.value, own.std_error + upper.std_error)


def _of_density(cost: Estimate, exact: Exact, bound: str) -> Check:
    return normal_check(*cost, exact.entropy, exact.entropy_se, upper=False, bound=bound)


def objective(evidence: Evidence) -> Iterator[Named]:
    """J° against J*, where the source is Gaussian and p(x|z) = N(x̂, σ² I)."""
    if evidence.exact is None or len(evidence.exact.shares) > 1:
        return
    spectrum = evidence.exact.spectra[0]
    for row in evidence.rows("points"):
        sigma = _sigma(evidence, row, len(spectrum))
        beta = tables.betas(row, evidence.layers)
        if sigma is not None and np.isfinite([row["objective"], row["objective_se"], *beta]).all():
            limit = rate_distortion.optimal_objective(beta, spectrum, sigma)
            numbers = (row["objective"], row["objective_se"], limit, 0.0)
            named = names(row["point"], suffix_name(1, evidence.layers), "sample", "", "objective")
            yield named, normal_check(*numbers, upper=False, bound="objective")


def _sigma(evidence: Evidence, row: Row, dimensions: int) -> float | None:
    """σ of the likelihood at a point; None of another family."""
    if not evidence.own_sigma:
        return evidence.sigma
    return math.exp(row["distortion_constant"] / dimensions) / math.sqrt(2 * math.pi)


def squared_error(evidence: Evidence) -> Iterator[Named]:
    """The error of reconstructions from samples, over all dimensions, against min(R_total, Î⁺)."""
    if evidence.exact is None:
        return
    layers = suffix_name(1, evidence.layers)
    for point, values in evidence.per_item("squared_error").items():
        nats = budget(evidence, point, layers)
        if nats is not None:
            limit = least_squared_error(nats, evidence.exact)
            check = squared_error_check(*mean(values), *limit, bound="squared-error")
            yield names(point, layers, "sample", "", "squared_error"), check


def least_squared_error(nats: Estimate, exact: Exact) -> Estimate:
    """The least E‖x − x̂‖² at that many nats, with the errors of the nats and of h(x).

    D_X for one component. For a mixture the larger of two limits that lie below D_X: Shannon's, and
    that of coders who are told the component, which lies below since naming it costs information.
    """
    if len(exact.shares) == 1:
        return propagated(
            partial(rate_distortion.distortion_rate, eigenvalues=exact.spectra[0]), nats
        )
    return max(_shannon(nats, exact), _conditional(nats, exact))


def _shannon(nats: Estimate, exact: Exact) -> Estimate:
    """Depends on h(x) − I alone, so h(x)'s error is one of I."""
    dimensions = exact.spectra.shape[1]
    least = partial(
        rate_distortion.shannon_distortion, entropy=exact.entropy, dimensions=dimensions
    )
    return propagated(least, Estimate(nats.value, nats.std_error + exact.entropy_se))


def _conditional(nats: Estimate, exact: Exact) -> Estimate:
    least = partial(
        rate_distortion.conditional_distortion_rate,
        shares=exact.shares,
        eigenvalues=list(exact.spectra),
    )
    return propagated(least, nats)
