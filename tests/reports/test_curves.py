"""The chart of PSNR over bits of files, as means over trainings."""

from typing import Any

import pytest

from hvae.reports.charts import files
from hvae.results.run import Run
from tests.reports.cases import run
from tests.reports.test_compression import rows

TARGETS = [[total / 3, 2 * total / 3] for total in (10.0, 20.0, 40.0)]
SEEDS = [0, 1, 2]


def filed(config: dict[str, Any], lost: tuple[str, ...] = ()) -> Run:
    """Three trainings of each total, a third of it in z_1: 10 and 20 nats are so to six digits."""
    config["grid"]["seeds"] = SEEDS
    targets = [[float(f"{rate:.6g}") for rate in target] for target in TARGETS]
    given = run(config, rates=targets, diverged=lost)
    own = [
        row
        for point in given.rated
        if point["status"] == "ok"
        for row in rows(point["point"], [point["target_1"], point["target_2"]], 1.2)
    ]
    return given._replace(tasks=given.tasks + own)


def drawn(shown: Run) -> dict[str, list[float]]:
    """The bits of the marks of each line."""
    found: dict[str, list[float]] = {}
    for row in files.psnr(shown).to_dict()["data"]["values"]:
        found.setdefault(row["line"], []).append(row["x"])
    return found


def test_a_total_that_a_training_lacks_is_left_out(config: dict[str, Any]) -> None:
    (name, whole), *others = drawn(filed(config)).items()
    assert (name, others, len(whole)) == ("33.3 : 66.7", [], 3)
    part = drawn(filed(config, lost=("r6.66667_13.3333_rates_s1",)))
    assert part[name] == pytest.approx([whole[0], whole[2]])


def test_trainings_that_lack_different_totals_are_averaged_where_both_are(
    config: dict[str, Any],
) -> None:
    """As many totals in each, and the same places among them, but of other totals."""
    whole = drawn(filed(config))["33.3 : 66.7"]
    lost = ("r6.66667_13.3333_rates_s0", "r13.3333_26.6667_rates_s1", "r13.3333_26.6667_rates_s2")
    assert drawn(filed(config, lost))["33.3 : 66.7"] == pytest.approx(whole[:1])
