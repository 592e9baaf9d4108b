"""Every bound by its name in `bounds.parquet`: what it says, as a formula and in a sentence.

R_{≥l} is the rate of the layers from l up, Î⁻ and Î⁺ the estimates of I(x; z_{≥l}) from below and
above, h(x) the differential entropy of the data. Where R_{≥l} and Î⁺ both limit what z_{≥l} can
hold, the lower one counts; where one is not known, the other. z is always a sample, never a mean.
What all checks share is here, too: the names of what is checked, and the nats of a set of layers.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from hvae.bounds.verdicts import Check
from hvae.results.evidence import Evidence
from hvae.results.rates import lowest_layer
from hvae.statistics.estimate import Estimate, Row

Named = tuple[Mapping[str, str], Check]
NAMES = ("point", "layers", "features", "method", "metric")


def names(*values: str) -> dict[str, str]:
    """The values of `NAMES`, in that order."""
    return dict(zip(NAMES, values, strict=True))


def of_row(row: Mapping[str, Any]) -> dict[str, str]:
    """The names of a row of `tasks.parquet`."""
    return {name: row[name] for name in NAMES}


def generator(seed: int, *values: str) -> np.random.Generator:
    """Randomness of one check, whatever others there are and in whichever order they come."""
    return np.random.default_rng([seed, *"\n".join(values).encode()])


def budget(evidence: Evidence, point: str, layers: str) -> Estimate | None:
    """The nats that `layers` can hold: the lower of R_{≥l} and Î⁺(x; z_{≥l}), l their lowest.

    I(x; z_{≥l}) ≤ R_{≥l}, and in expectation ≤ Î⁺; layers from l up hold no more than z_{≥l} does.
    One of them alone if the other is not known, and None without either. They are one limit, since
    a value that keeps to the lower keeps to both.
    """
    lowest = lowest_layer(layers)
    found = evidence.rate(point, lowest), evidence.upper(point, lowest)
    return min((one for one in found if one is not None), default=None)


def apart(check: Row) -> float:
    """The standard error of the slack where value and limit err independently."""
    return math.hypot(check["measured_se"], check["limit_se"])


def together(check: Row) -> float:
    """The same where both come from the same items: the largest that it may be."""
    return float(check["measured_se"] + check["limit_se"])


def of_squares(check: Row) -> float:
    """The same of a mean square, whose own error below the limit is that which goes with it."""
    above = max(1.0, check["limit"] / check["measured"]) if check["measured"] > 0 else 1.0
    return float(above * check["measured_se"] + check["limit_se"])


class Bound(NamedTuple):
    """A limit for the reader.

    slack_error: from a row of `bounds.parquet`, the standard error of its slack that the verdict
    goes by, in the unit of the slack. Of accuracies, whose tests are exact, the ends of both
    intervals add up.
    """

    formula: str
    meaning: str
    slack_error: Callable[[Row], float] = apart


BOUNDS: Mapping[str, Bound] = {
    "information": Bound(
        "Î⁻(x; z_{≥l}) ≤ R_{≥l}",
        "Latents hold no more information about an item than their layers' rates pay for.",
    ),
    "class-information": Bound(
        "I(y; z_{≥l}) ≤ min(R_{≥l}, Î⁺(x; z_{≥l}))",
        "Latents hold no more information about the class than about the item.",
        together,
    ),
    "rate-distortion": Bound(
        "D + min(R_total, Î⁺(x; z_{≥1})) ≥ h(x)",
        "Distortion and rate together cost no less than the entropy of the data.",
    ),
    "likelihood": Bound(
        "E[−log p(x)] ≥ h(x)",
        "No model gives the data a shorter code than their entropy.",
    ),
    "objective": Bound(
        "J° = D° + Σ β_l R_l ≥ J°*(β_1, …, β_L)",
        "No model has a lower objective than the best code of a Gaussian source.",
    ),
    "squared-error": Bound(
        "E‖x − x̂(z)‖² ≥ D_X(min(R_total, Î⁺(x; z_{≥1})))",
        "Reconstructions are no closer than the source's distortion-rate function allows.",
        of_squares,
    ),
    "accuracy": Bound(
        "accuracy ≤ A(min(R_{≥l}, Î⁺(x; z_{≥l})))",
        "No guess of the class, nor any picture made of these layers, is right more often than "
        "the nats that they hold allow.",
        together,
    ),
    "clusters": Bound(
        "I(y; f(z_{≥l})) ≤ min(R_{≥l}, Î⁺(x; z_{≥l}))",
        "Clusters of latents tell no more about the class than latents hold.",
        together,
    ),
    "regression": Bound(
        "E(t − t̂(z_{≥l}))² ≥ exp(2 (h(t) − min(R_{≥l}, Î⁺(x; z_{≥l}), I(t; x)))) / 2πe",
        "No guess of the target is closer than the nats in z, and the target's own noise, allow.",
        of_squares,
    ),
    "generation": Bound(
        "TV(posterior, prior) ≤ min(√(κ/2), √(1 − exp(−κ))), κ = R_{≥l} − Î⁻(x; z_{≥l})",
        "Classes decoded from the prior differ from those decoded from the posterior by no more "
        "than the nats that the rate pays beyond the information.",
    ),
}
