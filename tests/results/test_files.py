"""BD-rates of curves that are known, and files by point."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from hvae.results.files import (
    Curve,
    Filed,
    averaged,
    bd_rate,
    compared,
    curves,
    filed,
    mean_curve,
    splits,
    totals,
)
from hvae.statistics.estimate import Floats

BITS = np.array([5.0, 10.0, 20.0, 40.0])
PSNR = np.array([14.0, 17.1, 20.0, 22.4])


def curve_of(bits: Floats, psnr: Floats) -> Curve:
    """Of totals that are as the bits."""
    return Curve(bits, psnr, bits)


def shifted(factor: float) -> Curve:
    return curve_of(BITS * factor, PSNR)


@pytest.mark.parametrize("factor", [0.5, 1.0, 1.1, 3.0])
def test_a_curve_of_so_many_times_the_bits(factor: float) -> None:
    assert bd_rate(shifted(1), shifted(factor)) == pytest.approx(factor - 1)
    assert bd_rate(shifted(factor), shifted(1)) == pytest.approx(1 / factor - 1)


def test_of_a_line_in_log_bits_it_is_by_hand() -> None:
    """PSNR = 3 log₂ bits against half a decibel less: at equal PSNR 2^(1/6) times the bits.

    The curves reach other ends, and have points at other places.
    """
    bits = np.array([2.0, 3.0, 8.0, 30.0, 64.0])
    first = curve_of(bits, 3 * np.log2(bits))
    other = curve_of(BITS, 3 * np.log2(BITS) - 0.5)
    assert bd_rate(first, other) == pytest.approx(2 ** (1 / 6) - 1, rel=1e-6)


@pytest.mark.parametrize(
    "curve",
    [
        curve_of(BITS[:2], PSNR[:2]),
        curve_of(BITS, PSNR[[0, 2, 1, 3]]),
        curve_of(BITS, PSNR + 20),
    ],
)
def test_what_cannot_be_compared(curve: Curve) -> None:
    assert math.isnan(bd_rate(shifted(1), curve))
    assert compared({0: shifted(1)}, {0: curve}) is None


def test_trainings_are_compared_with_their_own() -> None:
    reference = {seed: shifted(1 + seed) for seed in range(3)}
    others = {seed: shifted((1 + seed) * (1.2 + 0.1 * seed)) for seed in range(4)}
    found = compared(reference, others)
    assert found is not None
    assert found.value == pytest.approx(0.3)
    assert found.std_error == pytest.approx(0.1 / math.sqrt(3))
    single = compared({0: shifted(1)}, {0: shifted(2)})
    assert single is not None
    assert math.isnan(single.std_error)


def rows(point: str, seed: int, target: tuple[float, float]) -> tuple[dict, list[dict]]:
    """A file takes a quarter more than its rate, in bits per dimension of four dimensions."""
    total = sum(target) / math.log(2) / 4
    each = {"z1": target[0] / math.log(2) / 4, "z2": target[1] / math.log(2) / 4, "": total}
    tasks = [
        {"point": point, "task": "compression", "method": method, "metric": "bits_per_dim",
         "layers": layers, "value": value * more}
        for method, more in (("rate", 1.0), ("file", 1.25))
        for layers, value in each.items()
    ]  # fmt: skip
    for method, decibels, objective in (("rate", 10 + total, 2.0), ("file", 11 + total, 1.0)):
        named = {"point": point, "task": "compression", "method": method, "layers": ""}
        tasks.append(named | {"metric": "psnr_db", "value": decibels + seed})
        tasks.append(named | {"metric": "objective", "value": objective})
    target_columns = {"target_1": target[0], "target_2": target[1]}
    return {"point": point, "seed": seed} | target_columns, tasks


def test_points_have_their_files_by_place_and_by_split() -> None:
    targets = [(t * s, t * (1 - s)) for s in (0.25, 1.0) for t in (4.0, 8.0, 16.0)]
    made = [rows(f"r{t}_s{seed}", seed, t) for t in targets for seed in (0, 1)]
    points, tasks = [one for one, _ in made], [row for _, some in made for row in some]
    without = {"point": "b1", "seed": 0, "target_1": math.nan, "target_2": math.nan}
    found = filed([*points, without], tasks, layers=2, dimensions=4)
    assert len(found) == len(points)
    assert found[0].bits == pytest.approx(1.25 * found[0].rate)
    assert found[0].nats == pytest.approx(4.0)
    assert sum(found[0].symbols) == pytest.approx(1.25 * 4 / math.log(2))
    places = averaged(found)
    assert [one.target for one in places] == targets
    assert places[0].psnr == pytest.approx((found[0].psnr + found[1].psnr) / 2)
    by_split = curves(found)
    assert list(by_split) == [(0.25, 0.75), (1.0, 0.0)]
    assert list(by_split[1.0, 0.0]) == [0, 1]
    alike = compared(by_split[1.0, 0.0], by_split[0.25, 0.75])
    assert alike == pytest.approx((0, 0, 1), abs=1e-9)  # of two trainings


def placed(targets: Sequence[tuple[float, float]], seeds: Sequence[int] = (0,)) -> list[Filed]:
    """Files of each target in each training."""
    made = [rows(f"r{k}_s{seed}", seed, t) for k, t in enumerate(targets) for seed in seeds]
    points, tasks = [one for one, _ in made], [row for _, some in made for row in some]
    return filed(points, tasks, layers=2, dimensions=4)


THIRDS = [(6.66667, 13.3333), (3.33333, 6.66667), (33.3333, 66.6667), (20.0, 0.0)]


def test_totals_and_splits_are_the_same_to_the_digits_of_their_rates() -> None:
    """Of 20, 10, 100 and 20 nats: 6.66667 and 13.3333 are 19.99997 together."""
    twenty, ten, hundred, again = totals(THIRDS)
    assert twenty == again == pytest.approx(20, rel=1e-5)
    assert (ten, hundred) == (10, 100)
    assert len(set(splits(THIRDS))) == 2
    assert splits(THIRDS)[0] == pytest.approx((1 / 3, 2 / 3), rel=1e-4)
    assert splits([(0.0, 0.0)]) == [(0, 0)]
    assert totals([]) == splits([]) == []
    # on either side of a half in any digit, and totals that differ in their fifth
    assert len(set(totals([(1.23455, 0.0), (1.0, 0.234549)]))) == 1
    assert len(set(totals([(1.2345, 0.0), (1.2346, 0.0)]))) == 2


def test_thirds_of_every_total_are_one_curve() -> None:
    found = curves(placed(THIRDS[:3]))
    assert [len(one[0].bits) for one in found.values()] == [3]


def test_the_mean_curve_is_of_the_totals_that_every_training_has() -> None:
    """The second training lacks the middle total, and the third the first one."""
    targets = [(t / 4, 3 * t / 4) for t in (4.0, 8.0, 16.0, 32.0)]
    lost = ("r1_s1", "r0_s2")
    kept = [one for one in placed(targets, (0, 1, 2)) if one.point not in lost]
    ((split, trainings),) = curves(kept).items()
    mean = mean_curve(trainings)
    assert mean.totals.tolist() == [16, 32]
    bits = np.array([16, 32]) / math.log(2) * 1.25
    assert mean.bits == pytest.approx(bits)
    assert mean.psnr == pytest.approx(11 + bits / 5 + 1)  # of seeds 0, 1 and 2
    nothing = mean_curve({0: curve_of(BITS[:2], PSNR[:2]), 1: curve_of(BITS[2:], PSNR[2:])})
    assert [len(part) for part in nothing] == [0, 0, 0]
    assert mean_curve({0: shifted(2)}).bits.tolist() == (2 * BITS).tolist()
    assert split == (0.25, 0.75)
