"""β and rates as people read them."""

from collections.abc import Sequence

import numpy as np

from hvae.plane.inversion import Solution
from hvae.plane.survey import Floats


def found(solution: Solution) -> str:
    """Where the rates are, and what they are there."""
    return f"β = {_tuple(solution.beta)} gives R = {_tuple(solution.rates)} nats on validation data"


def out_of_reach(wanted: Sequence[float], solution: Solution) -> str:
    """What is in reach instead, layer by layer, and what comes closest."""
    layers = enumerate(zip(solution.low, solution.high, strict=True), start=1)
    ranges = (f"R_{layer} from {_number(low)} to {_number(high)}" for layer, (low, high) in layers)
    return (
        f"R = {_tuple(wanted)} nats is out of reach: in its box of β the model has "
        f"{', '.join(ranges)}, and not every combination of them; nearest, {found(solution)}"
    )


def _tuple(values: Sequence[float] | Floats) -> str:
    return f"({', '.join(map(_number, values))})"


def _number(value: float) -> str:
    """Three digits, in whole numbers all of them; what is below a thousandth is 0 to people."""
    rounded = float(f"{value:.3g}") if abs(value) < 1000 else round(value)
    return "0" if abs(value) < 5e-4 else np.format_float_positional(rounded, trim="-")
