"""Files of trained points: how close they are to the rates, and which lattice makes smaller ones.

Lengths are bits an item. Curves of PSNR over bits are compared by their BD-rate (Bjøntegaard,
VCEG-M33, 2001): by how much more bits one of them takes at equal PSNR, as a mean over the PSNR that
both reach.
"""

import math
from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np
from scipy.interpolate import PchipInterpolator

from hvae.io.tables import over_layers
from hvae.statistics.comparison import Difference
from hvae.statistics.estimate import Floats, Row, error_of_mean

TASK, LENGTH = "compression", "bits_per_dim"
FEWEST = 3  # points of a curve
# by which part totals and shares may differ and be the same, since a target's rates are written
# with six digits: a total is off by half a unit of the sixth, a share by that of its total, too
SAME_TOTAL, SAME_SHARE = 1e-5, 1e-4


class Filed(NamedTuple):
    """One point: bits an item of its rate, of the symbols in its file, and of the whole file.

    rates, symbols: by layer. psnr: of the file, in dB, nan of data without a peak. objective: of
    the file, in nats, and of the model with sampled z. target: R in nats that it was trained to; ()
    where β was given.
    """

    point: str
    seed: int
    target: tuple[float, ...]
    rates: tuple[float, ...]
    symbols: tuple[float, ...]
    rate: float
    bits: float
    psnr: float
    objective: float
    objective_model: float

    @property
    def nats(self) -> float:
        """The total rate."""
        return self.rate * math.log(2)


def filed(points: Iterable[Row], tasks: Iterable[Row], layers: int, dimensions: int) -> list[Filed]:
    """The points that have files, in the order of their table; tasks: rows of test items."""
    known: dict[str, dict[tuple[str, str, str], float]] = {}
    for row in tasks:
        if row["task"] == TASK and row["point"]:
            of = row["method"], row["metric"], row["layers"]
            known.setdefault(row["point"], {})[of] = row["value"]
    return [
        _filed(point, known[point["point"]], layers, dimensions)
        for point in points
        if ("file", LENGTH, "") in known.get(point["point"], ())
    ]


def _filed(
    point: Row, values: Mapping[tuple[str, str, str], float], layers: int, dimensions: int
) -> Filed:
    target = over_layers(point, "target", layers)
    names = [f"z{layer}" for layer in range(1, layers + 1)]

    def length(method: str, of: str = "") -> float:
        return values[method, LENGTH, of] * dimensions

    def rest(method: str, metric: str) -> float:
        return values.get((method, metric, ""), math.nan)

    return Filed(
        point["point"],
        point["seed"],
        () if math.isnan(sum(target)) else target,
        rates=tuple(length("rate", name) for name in names),
        symbols=tuple(length("file", name) for name in names),
        rate=length("rate"),
        bits=length("file"),
        psnr=rest("file", "psnr_db"),
        objective=rest("file", "objective"),
        objective_model=rest("rate", "objective"),
    )


def averaged(found: Iterable[Filed]) -> list[Filed]:
    """The mean over the trainings of each target; points of β, which have one, as they are."""
    groups: dict[tuple[float, ...] | str, list[Filed]] = {}
    for one in found:
        groups.setdefault(one.target or one.point, []).append(one)
    return [_mean(group) for group in groups.values()]


def _mean(group: Sequence[Filed]) -> Filed:
    first = group[0]
    mean: dict[str, Any] = {
        name: fmean(getattr(one, name) for one in group)
        for name in ("rate", "bits", "psnr", "objective", "objective_model")
    }
    for name in ("rates", "symbols"):
        layers = zip(*(getattr(one, name) for one in group), strict=True)
        mean[name] = tuple(map(fmean, layers))
    return first._replace(**mean)


def totals(targets: Iterable[Sequence[float]]) -> list[float]:
    """What each of the targets adds up to, in nats: one number for those of the same total."""
    return _agreed([sum(target) for target in targets], SAME_TOTAL)


def splits(targets: Iterable[Sequence[float]]) -> list[tuple[float, ...]]:
    """Each layer's share of the total, of each target; one split for those that share it alike.

    Nothing of a target of no rate at all is any layer's.
    """
    shares = [[rate / (sum(target) or 1.0) for rate in target] for target in targets]
    layers = (_agreed(layer, SAME_SHARE) for layer in zip(*shares, strict=True))
    return list(zip(*layers, strict=True))


def _agreed(values: Sequence[float], within: float) -> list[float]:
    """The values, where those that agree are all as the least of them.

    Rounded, two that agree might still fall on either side of a half.
    """
    known: list[float] = []
    for value in sorted(values):
        if not known or not math.isclose(value, known[-1], rel_tol=within):
            known.append(value)
    return [known[bisect(known, value) - 1] for value in values]


class Curve(NamedTuple):
    """PSNR over bits of one training, from the fewest bits, and the totals in nats: (k,) each."""

    bits: Floats
    psnr: Floats
    totals: Floats


Curves = Mapping[int, Curve]  # by seed


def curves(found: Iterable[Filed]) -> dict[tuple[float, ...], Curves]:
    """For each split of the totals, by shares of the layers, a curve of each training."""
    given = [one for one in found if sum(one.target)]
    targets = [one.target for one in given]
    groups: dict[tuple[float, ...], dict[int, list[tuple[float, float, float]]]] = {}
    for one, shares, total in zip(given, splits(targets), totals(targets), strict=True):
        points = groups.setdefault(shares, {}).setdefault(one.seed, [])
        points.append((one.bits, one.psnr, total))
    return {
        shares: {seed: Curve(*np.array(sorted(points)).T) for seed, points in by_seed.items()}
        for shares, by_seed in groups.items()
    }


def mean_curve(trainings: Curves) -> Curve:
    """The mean over trainings, at each total that all of them have, from the least total.

    A training that diverged at a total lacks it. The others have another mean, so that with their
    point the curve might bend where none of the trainings does.
    """
    each = [
        {total: (bits, psnr) for bits, psnr, total in zip(*one, strict=True)}
        for one in trainings.values()
    ]
    shared = sorted(set(each[0]).intersection(*each))
    numbers = np.array([[one[total] for total in shared] for one in each])
    bits, decibels = numbers.reshape(len(each), -1, 2).mean(0).T
    return Curve(bits, decibels, np.array(shared))


def bd_rate(reference: Curve, curve: Curve) -> float:
    """exp(mean of log bits − log bits of the reference) − 1 at equal PSNR: above 0 takes more.

    Between points log bits is the shape-preserving cubic of PSNR (PCHIP). nan where a curve has
    fewer than three points or PSNR that does not rise with bits, or where no PSNR is common.
    """
    both = reference, curve
    if any(len(one.bits) < FEWEST or not (np.diff(one.psnr) > 0).all() for one in both):
        return math.nan
    low, high = (end(*ends) for end, ends in zip((max, min), _ends(both), strict=True))
    if low >= high:
        return math.nan
    areas = [PchipInterpolator(one.psnr, np.log(one.bits)).integrate(low, high) for one in both]
    return math.expm1((areas[1] - areas[0]) / (high - low))


def _ends(both: Sequence[Curve]) -> tuple[list[float], list[float]]:
    return [float(one.psnr[0]) for one in both], [float(one.psnr[-1]) for one in both]


def compared(reference: Curves, curve: Curves) -> Difference | None:
    """The mean BD-rate over trainings of one seed each, and its error over these trainings alone.

    Of one training the error is nan. None where no training has both curves comparable.
    """
    pairs = [bd_rate(reference[seed], curve[seed]) for seed in curve if seed in reference]
    known = np.array([one for one in pairs if not math.isnan(one)])
    if not len(known):
        return None
    error = error_of_mean(known) if len(known) > 1 else math.nan
    return Difference(*map(np.array, (known.mean(), error, len(known) - 1.0)))
