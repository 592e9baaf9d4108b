"""How far what is decoded from the prior may be from what is decoded from the posterior.

Keep z_{≥l} from the posterior and draw z_{<l} from the prior: against decoding the prior, class
histograms differ by TV ≤ min(√(κ/2), √(1 − exp(−κ))), κ = R_{≥l} − I(x; z_{≥l}) (Pinsker;
Bretagnolle & Huber, 1979).
"""

import math
from collections.abc import Iterator

from hvae.bounds.counts import split_total_variation, total_variation_limit
from hvae.bounds.verdicts import normal_check, trivial
from hvae.errors import InputError
from hvae.results.checks.common import Named, generator, names
from hvae.results.checks.counted import Counted, counted
from hvae.results.evidence import Evidence
from hvae.results.rates import lowest_layer
from hvae.statistics.estimate import Estimate, propagated


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
