"""Numbers as people read them: β, rates with errors, values with intervals."""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from hvae.guidance.applications import Metric
from hvae.guidance.series import Value
from hvae.results.places import Place
from hvae.statistics.estimate import Estimate

SMALL = 5e-3  # nats: a rate below is told as such
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def number(value: float) -> str:
    """Three digits, in whole numbers all of them; what is below a thousandth is 0 to people."""
    if not math.isfinite(value):
        return "unknown"
    rounded = float(f"{value:.3g}") if abs(value) < 1000 else round(value)
    return "0" if abs(value) < 5e-4 else np.format_float_positional(rounded, trim="-")


def error(value: float) -> str:
    """A standard error: two digits."""
    return np.format_float_positional(float(f"{value:.2g}"), trim="-")


def estimate(one: Estimate) -> str:
    """A value ± its standard error, to as many digits as the error leaves."""
    if not (math.isfinite(one.value) and 0 < one.std_error < math.inf):
        return f"{number(one.value)} ± {error(one.std_error)}"
    exponent = math.floor(math.log10(one.std_error))
    places = max(0, (1 if one.std_error < 2.95 * 10**exponent else 0) - exponent)
    return f"{one.value:.{places}f} ± {one.std_error:.{places}f}".replace("-", "−")


def beta(place: Place) -> str:
    """(β_1, …, β_L), or the one β."""
    each = ", ".join(f"{value:.4g}" for value in place.beta)
    return f"({each})" if len(place.beta) > 1 else each


def symbol(name: str, layer: int) -> str:
    """β₁, R₂."""
    return name + str(layer).translate(SUBSCRIPTS)


def rates(place: Place) -> str:
    """The rate of each layer and, where there are several, their total, in nats."""
    told = [rate(one) for one in place.rates]
    equal = [one if one.startswith("<") else f"= {one}" for one in told]
    each = [f"{symbol('R', k)} {one}" for k, one in enumerate(equal, 1)]
    total = f", {estimate(place.total)} in total" if len(each) > 1 else ""
    return f"{listed(each)} nats{total}"


def rate(one: Estimate) -> str:
    """A rate in nats ± its standard error; of a closed layer, that it is small."""
    return "< 0.01" if abs(one.value) < SMALL else estimate(one)


def interval(metric: Metric, value: Value) -> str:
    """A value with its 95 % interval."""
    low, high = (metric.form.split()[0].format(end) for end in (value.low, value.high))
    return f"{metric.told(value.value)} (95 % from {low} to {high})"


def listed(parts: Sequence[str]) -> str:
    """One, two and three."""
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def span(values: Iterable[float]) -> str:
    """From the least to the most."""
    found = list(values)
    low, high = number(min(found)), number(max(found))
    return low if low == high else f"from {low} to {high}"
