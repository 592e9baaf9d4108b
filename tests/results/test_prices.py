"""Prices on held-out items, by differences over a lattice, against distortions that are known."""

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pytest

from hvae.bounds import rate_distortion
from hvae.io import tables
from hvae.results.prices import HeldOutPrices, held_out_prices, slopes
from hvae.statistics.estimate import Floats, Row

SHARES = (0, 0.25, 0.5, 0.75, 1)
SPECTRUM, SIGMA = 1 / np.arange(1, 9), 0.3
ITEMS = 200
Distortion = Callable[[Floats], float]


def lattice(totals: Sequence[float], layers: int = 2, shares: Sequence[float] = SHARES) -> Floats:
    splits = [s for s in itertools.product(shares, repeat=layers) if math.isclose(sum(s), 1)]
    return np.array([[total * share for share in split] for total in totals for split in splits])


def source(rates: Floats) -> float:
    """D° of the best model of a Gaussian source: the split is free."""
    return rate_distortion.distortion_rate(float(rates.sum()), SPECTRUM) / (2 * SIGMA**2)


def theta(total: float) -> float:
    """The water level at a total rate over σ²: what a nat is worth, −D′."""
    step = 1e-5
    ends = (source(np.array([total + sign * step])) for sign in (-1, 1))
    return float(-np.diff(list(ends))[0] / (2 * step))


def experiment(
    targets: Floats,
    distortion: Distortion,
    seeds: int = 1,
    noise: float = 0.0,
    spread: float = 0.0,
    off: float = 0.0,
    random_seed: int = 0,
) -> tuple[list[Row], pa.Table, int]:
    """Both tables. Each item has a level of its own, the same at all points, and independent noise.

    spread: of log D over trainings. off: by which part rates miss their targets, at random.
    """
    random = np.random.default_rng(random_seed)
    layers = targets.shape[1]
    level = random.gamma(4, 0.25, ITEMS)
    level = level if noise else level / level.mean()
    about = random.standard_normal((ITEMS, layers))
    points, parts = [], []
    for seed, target in itertools.product(range(seeds), targets):
        name = f"r{'_'.join(f'{r:g}' for r in target)}_s{seed}"
        rates = target * (1 + off * random.uniform(-1, 1, layers))
        own = distortion(rates) * math.exp(spread * random.standard_normal())
        each = own * level * (1 + noise * random.standard_normal(ITEMS))
        row = {"point": name, "strategy": "rates", "seed": seed, "status": "ok"}
        row |= tables.by_layer("target", target) | tables.by_layer("price", [0.5] * layers)
        row |= tables.by_layer("beta", [math.nan] * layers)
        row |= tables.by_layer("rate", rates) | {f"rate_{k + 1}_se": 0.01 for k in range(layers)}
        row |= {"rate_total": rates.sum(), "rate_total_se": 0.01, "distortion_constant": 3.0}
        points.append(row)
        columns = {"point": [name] * ITEMS, "index": np.arange(ITEMS)}
        columns |= tables.by_layer("rate", (rates + about - about.mean(0)).T)
        columns |= {"distortion": each + 3.0, "squared_error": each}
        parts.append(pa.table(columns, schema=tables.items(layers)))
    return points, pa.concat_tables(parts), layers


def prices(*given: object, **more: object) -> list[HeldOutPrices]:
    return held_out_prices(*experiment(*given, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("totals", "layers"), [((2, 4, 8, 16), 2), ((3, 6, 12), 3), ((2, 4, 8), 1)]
)
def test_on_a_gaussian_source_every_price_is_the_water_level(
    totals: tuple[float, ...], layers: int
) -> None:
    """Within 3 %, and 8 % at the least total, where D is steepest and one side is missing."""
    for one in prices(lattice(totals, layers, (0, 0.5, 1)), source):
        total = sum(one.place.target)
        tolerance = 0.08 if total == min(totals) else 0.03
        assert one.held_out == pytest.approx([theta(total)] * layers, rel=tolerance)


def test_an_exponential_has_exact_prices_whatever_its_layers_are_worth() -> None:
    worth = np.array([0.05, 0.08])
    for one in prices(lattice((3, 6, 12)), lambda r: 30 * math.exp(-float(worth @ r))):
        here = 30 * math.exp(-float(worth @ np.array(one.place.target)))
        assert one.held_out == pytest.approx(here * worth)
        assert one.exchange(0, 1).value == pytest.approx(5 / 8)


def test_rates_that_miss_their_targets_are_moved_there() -> None:
    """By prices on test items: multipliers that are far off do no harm."""
    worth = np.array([0.05, 0.08])
    found = prices(lattice((3, 6, 12)), lambda r: 30 * math.exp(-float(worth @ r)), off=0.03)
    for one in found:
        here = 30 * math.exp(-float(worth @ np.array(one.place.target)))
        assert one.held_out == pytest.approx(here * worth, rel=0.02)


def test_a_list_along_the_axes_has_prices_and_one_with_too_few_neighbours_has_none() -> None:
    plus = np.array([[4.0, 4.0], [2.0, 4.0], [4.0, 2.0], [6.0, 4.0], [4.0, 7.0]])
    worth = np.array([0.05, 0.08])
    first, second, *_ = prices(plus, lambda r: 30 * math.exp(-float(worth @ r)))
    assert first.held_out == pytest.approx(30 * math.exp(-float(worth @ plus[0])) * worth)
    assert np.isnan(second.held_out).all()
    assert math.isnan(second.exchange(0, 1).value)
    assert np.isnan(slopes(np.array([[3.0, 1.0], [2.0, 5.0]]), 0)).all()


@pytest.mark.parametrize(("seeds", "spread"), [(1, 0.0), (3, 0.01)])
def test_errors_are_those_of_repeated_experiments(seeds: int, spread: float) -> None:
    targets = lattice((3, 6, 12))
    planted = {"noise": 0.2, "seeds": seeds, "spread": spread}
    repeats = [prices(targets, source, random_seed=k, **planted) for k in range(50)]
    at = 7  # 6 nats, shared out evenly
    values = np.array([one[at].held_out for one in repeats])
    told = np.sqrt(np.mean([np.diag(one[at].covariance) for one in repeats], 0))
    # a standard deviation of 50 has an error of 10 %
    assert told == pytest.approx(values.std(0, ddof=1), rel=0.3)
    differences = values[:, 1] - values[:, 0]
    along = [one[at].along(np.array([-1.0, 1.0])).std_error for one in repeats]
    assert np.sqrt(np.mean(np.square(along))) == pytest.approx(differences.std(ddof=1), rel=0.3)
    assert repeats[0][at].degrees == (math.inf if seeds == 1 else 2 * 14)


def test_no_rate_at_all_is_a_place_with_prices() -> None:
    """It has no split to follow, and both axes; of others it is a neighbour as any is."""
    worth = np.array([0.05, 0.08])
    for one in prices(
        np.append(np.zeros((1, 2)), lattice((3, 6)), 0), lambda r: 30 * math.exp(-float(worth @ r))
    ):
        here = 30 * math.exp(-float(worth @ np.array(one.place.target)))
        assert one.held_out == pytest.approx(here * worth)
    assert np.isnan(slopes(np.zeros((1, 2)), 0)).all()
    (nothing, *_) = prices(lattice((0, 2, 4), layers=1, shares=(1,)), source)
    assert np.isfinite(nothing.held_out).all()


def test_places_that_were_not_reached_are_no_neighbours() -> None:
    points, items, layers = experiment(lattice((3, 6, 12)), source)
    points[0]["status"] = "unreachable"
    found = held_out_prices(points, items, layers)
    assert len(found) == 14
    assert all(np.isfinite(one.held_out).all() for one in found)
    assert held_out_prices([row | {"strategy": "amortized"} for row in points], items, 2) == []


def test_of_a_learned_sigma_the_distortions_own_constants_stay() -> None:
    """D may then be below 0, and its slope is that of D itself."""
    points, items, layers = experiment(lattice((3, 6, 12)), lambda r: 5 - 0.5 * r[0] - 0.7 * r[1])
    points = [row | {"distortion_constant": float(k)} for k, row in enumerate(points)]
    for one in held_out_prices(points, items, layers):
        assert one.held_out == pytest.approx([0.5, 0.7])
