"""The default experiment's known answers: samples keep to the limit, and means do not."""

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.reference import KEPT, departures
from hvae.bounds.accuracy import accuracy_limit
from hvae.results.evidence import Evidence
from hvae.results.judge import judged
from hvae.results.rates import suffix_rates
from tests.workflow.conftest import make

RESULTS = Path("results/digits")
OVERLAY = ("--configfile", "experiments/digits-independent.yaml")
# a point's result does not depend on which others are trained with it
FOUR = "grid: {beta: [{from: 0.1, to: 10, points: 4}, {from: 0.1, to: 10, points: 7}]}"
CLOSED = 0.05  # nats


def hold_against_the_limit(tasks: pa.Table, items: pa.Table, labels: np.ndarray) -> None:
    """Nothing on samples is violated; where R(z_2) is nearly 0, means exceed the limit."""
    shares = np.bincount(labels) / len(labels)
    rates = suffix_rates(items, 2)
    found = judged(Evidence(seed=0, layers=2, tasks=tasks, items=items, shares=shares))
    verdicts = Counter(found["verdict"].to_pylist())
    assert verdicts["violated"] == 0
    assert verdicts["holds"] + verdicts["undecided"] > 0

    evaluated = set(tasks["point"].to_pylist())
    closed = [point for point in evaluated & rates.keys() if rates[point][1].value < CLOSED]
    assert len(closed) >= 3
    for point in closed:
        limit = accuracy_limit(rates[point][1].value, shares)
        lows = [
            task["low"]
            for task in tasks.to_pylist()
            if (task["task"], task["point"], task["layers"], task["features"])
            == ("classification", point, "z2", "mean")
        ]
        assert max(lows) > limit


def test_the_row_whose_upper_layer_is_dear(tmp_path: Path) -> None:
    """β_2 = 10 and every second β_1 of `digits-independent`: z_2 closes at most β_1."""
    workspace = make(tmp_path / "project")
    (workspace.folder / "four.yaml").write_text(FOUR)
    parts = Path("results/digits-independent/parts")
    names = {name: parts / name / "10_s0.parquet" for name in ("items", "tasks/classification")}
    workspace.snakemake(*(str(path) for path in names.values()), *OVERLAY, "four.yaml")
    tables = {name: pq.read_table(workspace.folder / path) for name, path in names.items()}
    test = pq.read_table(workspace.folder / "data/prepared/digits-independent/test.parquet")
    hold_against_the_limit(
        tables["tasks/classification"], tables["items"], test["label"].to_numpy()
    )


@pytest.mark.slow
def test_the_whole_default_experiment(tmp_path: Path) -> None:
    workspace = make(tmp_path / "project")
    workspace.snakemake()
    table = {
        name: pq.read_table(workspace.folder / RESULTS / f"{name}.parquet")
        for name in ("items", "tasks", "points", "bounds")
    }
    test = pq.read_table(workspace.folder / "data/prepared/digits/test.parquet")
    hold_against_the_limit(table["tasks"], table["items"], test["label"].to_numpy())
    assert table["points"].num_rows == 3 * (441 + 20) + 4
    assert set(table["points"]["status"].to_pylist()) <= {"ok", "unconverged"}
    assert "violated" not in table["bounds"]["verdict"].to_pylist()
    page = (workspace.folder / "reports/digits/index.html").read_text()
    assert "probes on posterior means" in page
    assert departures(workspace.folder / RESULTS, KEPT / "digits") == []
