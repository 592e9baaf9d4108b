"""E‖x − x̂(z)‖² ≥ D_X(I(x; z)), where the distortion-rate function D_X is known, or one below it."""

from collections.abc import Iterator
from functools import partial

from hvae.bounds import gaussian, mixture
from hvae.bounds.verdicts import squared_error_check
from hvae.data.exact import Exact
from hvae.results.checks.budgets import budgets
from hvae.results.checks.named import Named, names
from hvae.results.evidence import Evidence
from hvae.results.rates import mean, suffix_name
from hvae.statistics.estimate import Estimate, propagated


def squared_error(evidence: Evidence) -> Iterator[Named]:
    """The error of reconstructions from samples, summed over dimensions, against R_total and Î⁺."""
    if evidence.exact is None:
        return
    layers = suffix_name(1, evidence.layers)
    for point, values in evidence.per_item("squared_error").items():
        for ending, nats in budgets(evidence, point, layers):
            limit = least_squared_error(nats, evidence.exact)
            check = squared_error_check(*mean(values), *limit, bound=f"squared-error{ending}")
            yield names(point, layers, "sample", "", "squared_error"), check


def least_squared_error(nats: Estimate, exact: Exact) -> Estimate:
    """The least E‖x − x̂‖² at that many nats, with the errors of the nats and of h(x).

    D_X for one component. For a mixture the larger of two limits that lie below D_X: Shannon's, and
    that of coders who are told the component, which lies below since naming it costs information.
    """
    if len(exact.shares) == 1:
        return propagated(partial(gaussian.distortion_rate, eigenvalues=exact.spectra[0]), nats)
    return max(_shannon(nats, exact), _told(nats, exact))


def _shannon(nats: Estimate, exact: Exact) -> Estimate:
    """Depends on h(x) − I alone, so h(x)'s error is one of I."""
    dimensions = exact.spectra.shape[1]
    least = partial(mixture.shannon_distortion, entropy=exact.entropy, dimensions=dimensions)
    return propagated(least, Estimate(nats.value, nats.std_error + exact.entropy_se))


def _told(nats: Estimate, exact: Exact) -> Estimate:
    told = partial(
        mixture.conditional_distortion_rate,
        shares=exact.shares,
        eigenvalues=list(exact.spectra),
    )
    return propagated(told, nats)
