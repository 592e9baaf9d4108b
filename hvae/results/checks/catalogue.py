"""Every bound by its name in `bounds.parquet`: what it says, as a formula and in a sentence.

R_{≥l} is the rate of the layers from l up, Î⁻ and Î⁺ the estimates of I(x; z_{≥l}) from below and
above, h(x) the differential entropy of the data. Where R_{≥l} and Î⁺ both limit what z_{≥l} can
hold, the lower one counts; where one is not known, the other. z is always a sample, never a mean.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Bound(NamedTuple):
    """A limit for the reader."""

    formula: str
    meaning: str


BOUNDS: Mapping[str, Bound] = {
    "information": Bound(
        "Î⁻(x; z_{≥l}) ≤ R_{≥l}",
        "Latents hold no more information about an item than their layers' rates pay for.",
    ),
    "class-information": Bound(
        "I(y; z_{≥l}) ≤ min(R_{≥l}, Î⁺(x; z_{≥l}))",
        "Latents hold no more information about the class than about the item.",
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
    ),
    "accuracy": Bound(
        "accuracy ≤ A(min(R_{≥l}, Î⁺(x; z_{≥l})))",
        "No guess of the class, nor any picture made of these layers, is right more often than "
        "the nats that they hold allow.",
    ),
    "clusters": Bound(
        "I(y; f(z_{≥l})) ≤ min(R_{≥l}, Î⁺(x; z_{≥l}))",
        "Clusters of latents tell no more about the class than latents hold.",
    ),
    "regression": Bound(
        "E(t − t̂(z_{≥l}))² ≥ exp(2 (h(t) − min(R_{≥l}, Î⁺(x; z_{≥l}), I(t; x)))) / 2πe",
        "No guess of the target is closer than the nats in z, and the target's own noise, allow.",
    ),
    "generation": Bound(
        "TV(posterior, prior) ≤ min(√(κ/2), √(1 − exp(−κ))), κ = R_{≥l} − Î⁻(x; z_{≥l})",
        "Classes decoded from the prior differ from those decoded from the posterior by no more "
        "than the nats that the rate pays beyond the information.",
    ),
}
