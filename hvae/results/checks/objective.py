"""J_β ≥ J*(β_1, …, β_L): the whole plane of a Gaussian source is known."""

import math
from collections.abc import Iterator

import numpy as np

from hvae.bounds.gaussian import optimal_objective
from hvae.bounds.verdicts import normal_check
from hvae.results.checks.named import Named, names
from hvae.results.evidence import Evidence, Row
from hvae.results.rates import suffix_name

AGREEMENT = 1e-3  # relative: distortions are sums of float32


def objective(evidence: Evidence) -> Iterator[Named]:
    """J° against J*, where the source is Gaussian and p(x|z) = N(x̂, σ² I) with a fixed σ."""
    if evidence.exact is None or len(evidence.exact.shares) > 1:
        return
    spectrum = evidence.exact.spectra[0]
    for row in evidence.rows("points"):
        sigma = fixed_sigma(evidence, row, len(spectrum))
        beta = [row[f"beta_{layer}"] for layer in range(1, evidence.layers + 1)]
        if sigma is not None and np.isfinite([row["objective"], row["objective_se"], *beta]).all():
            limit = optimal_objective(beta, spectrum, sigma)
            numbers = (row["objective"], row["objective_se"], limit, 0.0)
            named = names(row["point"], suffix_name(1, evidence.layers), "sample", "", "objective")
            yield named, normal_check(*numbers, upper=False, bound="objective")


def fixed_sigma(evidence: Evidence, row: Row, dimensions: int) -> float | None:
    """The σ of distortion_constant = n/2 log(2πσ²), if each D is that + ‖x − x̂‖²/(2σ²)."""
    error, distortion = (evidence.per_item(name) for name in ("squared_error", "distortion"))
    point, constant = row["point"], row["distortion_constant"]
    if point not in error or point not in distortion or not math.isfinite(constant):
        return None
    variance = math.exp(2 * constant / dimensions) / (2 * math.pi)
    from_error = constant + error[point] / (2 * variance)
    close = np.allclose(distortion[point], from_error, rtol=AGREEMENT, atol=AGREEMENT)
    return math.sqrt(variance) if close else None
