"""Every bound by its name in `bounds.parquet`: what it says, as a formula and in a sentence.

R_{≥l} is the rate of the layers from l up, Î⁻ and Î⁺ the estimates of I(x; z_{≥l}) from below and
above, h(x) the differential entropy of the data. z is always a sample, never a mean.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Bound(NamedTuple):
    """A limit for the reader."""

    formula: str
    meaning: str


def _sharper(formula: str, what: str) -> Bound:
    meaning = f"{what}, with the information itself, estimated from above, in place of its rate."
    return Bound(formula, meaning)


BOUNDS: Mapping[str, Bound] = {
    "information": Bound(
        "Î⁻(x; z_{≥l}) ≤ R_{≥l}",
        "Latents hold no more information about an item than their layers' rates pay for.",
    ),
    "class-information": Bound(
        "I(y; z_{≥l}) ≤ R_{≥l}",
        "Latents hold no more information about the class than their layers' rates pay for.",
    ),
    "class-information-by-information": _sharper(
        "I(y; z_{≥l}) ≤ Î⁺(x; z_{≥l})", "The information about the class"
    ),
    "rate-distortion": Bound(
        "D + R_total ≥ h(x)",
        "Distortion and rate together cost no less than the entropy of the data.",
    ),
    "rate-distortion-by-information": _sharper(
        "D + Î⁺(x; z_{≥1}) ≥ h(x)", "Distortion and rate against the entropy of the data"
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
        "E‖x − x̂(z)‖² ≥ D_X(R_total)",
        "Reconstructions are no closer than the source's distortion-rate function allows.",
    ),
    "squared-error-by-information": _sharper(
        "E‖x − x̂(z)‖² ≥ D_X(Î⁺(x; z_{≥1}))", "The squared error of reconstructions"
    ),
    "accuracy": Bound(
        "accuracy ≤ A(R_{≥l})",
        "No guess of the class, nor any picture made of these layers, is right more often than "
        "the rate allows.",
    ),
    "accuracy-by-information": _sharper(
        "accuracy ≤ A(Î⁺(x; z_{≥l}))", "The accuracy of a guess of the class"
    ),
    "clusters": Bound(
        "I(y; f(z_{≥l})) ≤ R_{≥l}",
        "Clusters of latents tell no more about the class than the rate allows.",
    ),
    "clusters-by-information": _sharper(
        "I(y; f(z_{≥l})) ≤ Î⁺(x; z_{≥l})", "What clusters tell about the class"
    ),
    "regression": Bound(
        "E(t − t̂(z_{≥l}))² ≥ exp(2 (h(t) − min(R_{≥l}, I(t; x)))) / 2πe",
        "No guess of the target is closer than the rate, and the target's own noise, allow.",
    ),
    "regression-by-information": _sharper(
        "E(t − t̂(z_{≥l}))² ≥ exp(2 (h(t) − min(Î⁺(x; z_{≥l}), I(t; x)))) / 2πe",
        "The squared error of a guess of the target",
    ),
    "generation": Bound(
        "TV(posterior, prior) ≤ √(1 − exp(−(R_{≥l} − Î⁻(x; z_{≥l}))))",
        "Classes decoded from the prior differ from those decoded from the posterior by no more "
        "than the nats that the rate pays beyond the information.",
    ),
}
