"""What the benchmark of a plane's price prints, of times that are given."""

import pytest

from benchmarks import price
from tests.conftest import ROOT


def test_the_table_compares_whole_trainings(capsys: pytest.CaptureFixture[str]) -> None:
    """100 steps of 20 ms against 50 of 10 ms: four of these cost as much as the plane."""
    alone = "one that trains alone"
    price.show({price.PLANE: 100, alone: 50}, {price.PLANE: [0.02] * 3, alone: [0.01, 0.03, 0.005]})
    head, _, plane, other = capsys.readouterr().out.splitlines()
    assert plane == "| the model for the plane | 20.0 (20.0, 20.0) | 100 | 1.0 |"
    assert other == "| one that trains alone | 10.0 (5.0, 30.0) | 50 | 4.0 |"
    cells = head.strip("| ").split(" | ")
    assert cells[-1] == "cost of the model for the plane ÷ cost of one such training"
    assert head in (ROOT / "docs/cost.md").read_text().splitlines()
