"""From one β towards the rates that are wanted: nonlinear least squares in log β within a box of::

    r_l = log[ (R_l + c) / (wanted_l + c) ],        c = 2.5 nats

by trust regions (Branch, Coleman & Li 1999; scipy's `trf`). c makes 0.02 in r_l mean 2 % of a large
rate or 0.05 nats of a small one, and lets a layer be closed (rate 0), where r_l is flat in β_l.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import least_squares

from hvae.plane.survey import Floats, Range, Rates

RELATIVE, ABSOLUTE = 0.02, 0.05  # a rate is reached within 2 % or 0.05 nats, what is larger
OFFSET = ABSOLUTE / RELATIVE
CLOSE = 0.05  # of that is what a descent stops at
STEP = 0.03  # of log β, for derivatives: weights are float32
LIMITS = {"gtol": 1e-5, "xtol": 1e-5, "max_nfev": 30}


def residuals(rates: Floats, wanted: Floats) -> Floats:
    """r_l, of shape (..., L)."""
    return np.log((rates + OFFSET) / (wanted + OFFSET))


def miss(rates: Floats, wanted: Floats) -> float:
    """The largest deviation of a layer's rate as a multiple of what is allowed."""
    return float((np.abs(rates - wanted) / np.maximum(RELATIVE * wanted, ABSOLUTE)).max())


class Descent(NamedTuple):
    """rates: remembers what it was asked; start: β (L,). An axis without width stays as it is."""

    rates: Rates
    box: Sequence[Range]
    wanted: Floats
    start: Floats

    def end(self) -> Floats:
        """The β where it stops."""
        low, high = np.log(np.array(self.box)).T[:, self.free]
        if not self.free.any():
            return self.start
        given = (self.residuals, np.log(self.start)[self.free], self.jacobian, (low, high))
        return self.beta(least_squares(*given, callback=self.stop_if_close, **LIMITS).x)

    @property
    def free(self) -> Floats:
        """Which axes have a width, (L,)."""
        return np.array([low < high for low, high in self.box])

    def beta(self, point: Floats) -> Floats:
        """β (L,) for log β along the free axes; rounding does not lead out of the box."""
        whole = self.start.copy()
        whole[self.free] = np.exp(point)
        return np.clip(whole, *np.array(self.box).T)

    def residuals(self, point: Floats) -> Floats:
        """r there, (L,)."""
        return residuals(self.rates(tuple(self.beta(point).tolist())), self.wanted)

    def jacobian(self, point: Floats) -> Floats:
        """∂r/∂log β by finite differences, downwards where a step up would leave the box."""
        low, high = np.log(np.array(self.box)).T[:, self.free]
        steps = np.minimum(STEP, (high - low) / 4)
        steps = np.where(point + steps <= high, steps, -steps)
        here = self.residuals(point)
        columns = [(self.residuals(point + row) - here) / row.sum() for row in np.diag(steps)]
        return np.stack(columns, axis=1)

    def stop_if_close(self, point: Floats) -> None:
        """Nothing is gained by going on."""
        if miss(self.rates(tuple(self.beta(point).tolist())), self.wanted) <= CLOSE:
            raise StopIteration
