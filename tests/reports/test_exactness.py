"""The comparison of experiments with the least objective: its sentence, maps, pairs and errors."""

from pathlib import Path
from typing import Any

import pytest

from hvae.config.base import parse
from hvae.config.params import Params
from hvae.errors import InputError
from hvae.io import tables
from hvae.reports.exactness import GaussianExperiment, page, read, twins
from hvae.reports.render import libraries
from hvae.reports.sections.least_objective import (
    Exactness,
    Shortfall,
    closeness,
    maps,
    sentence,
    shortfalls,
)
from hvae.results.parameters import record
from tests.reports.cases import HOSTILE, run


def experiment(config: dict[str, Any], layers: int, skip: bool) -> GaussianExperiment:
    config["model"]["skip"] = skip
    one = run(config, layers, source="gaussian")
    return GaussianExperiment(
        one.params, shortfalls(one.points, layers, [1.0, 0.25], 0.2), diverged=0
    )


def test_the_sentence_counts() -> None:
    assert sentence(Exactness(25, 23, 24, 1.1243, 0)) == (
        "Of 25 models, 23 come within 3 % of the least objective J°* and 24 within 10 %; the worst "
        "reaches 1.124 times J°*, and none is below it by more than 3 standard errors."
    )
    assert "2 are below it by more" in sentence(Exactness(5, 1, 1, 2.0, 2))
    assert "1 is below it by more" in sentence(Exactness(5, 1, 1, 2.0, 1))


def test_it_is_said_where_it_is_known(config: dict[str, Any]) -> None:
    (text,) = closeness(run(config, source="gaussian"))
    assert "least objective" in text
    assert closeness(run(config)) == []


@pytest.mark.parametrize(("layers", "count"), [(1, 1), (2, 1), (3, 2)])
def test_maps_show_every_ratio_once(config: dict[str, Any], layers: int, count: int) -> None:
    found = experiment(config, layers, skip=True).found
    drawn = maps(found, worst=2.0)
    assert len(drawn) == count
    marks = [mark for one in drawn for mark in [one.chart.to_dict(), *one.chart.to_dict()["layer"]]]
    values = [row for mark in marks if "data" in mark for row in mark["data"]["values"]]
    ratios = {row["point"]: row["ratio"] for row in values if "ratio" in row}
    assert ratios == {one.point: one.ratio for one in found}


def test_seeds_have_maps_of_their_own() -> None:
    found = [Shortfall(f"s{seed}", seed, (1.0, 2.0), 2.0, 0.1, 1.0) for seed in (0, 1)]
    assert [one.title for one in maps(found, 2.0)] == ["J° / J°*, seed 0", "J° / J°*, seed 1"]


def test_only_experiments_that_differ_in_skips_alone_are_paired(config: dict[str, Any]) -> None:
    two, three = (experiment(config, layers, skip=True) for layers in (2, 3))
    bare = experiment(config, 2, skip=False)
    assert list(twins([bare, two, three])) == [(two, bare)]
    assert list(twins([two, three])) == []
    assert "differ in skips alone" in page([two, three]).replace(libraries(), "")
    html = page([two, bare, three]).replace(libraries(), "")
    assert "Nothing to show" not in html
    assert HOSTILE not in html


def test_an_experiment_is_read_from_its_folder(config: dict[str, Any], tmp_path: Path) -> None:
    one = run(config, source="gaussian")
    columns = tables.points(2)
    rows = [
        {name: point.get(name, 0.0) for name in columns.names} | {"strategy": "independent"}
        for point in one.points
    ]
    tables.write(tables.from_rows(rows, columns), tmp_path / "points.parquet")
    (tmp_path / "params.json").write_text(record(one.params))
    found = read(tmp_path)
    assert found.params == one.params
    assert found.found == shortfalls(one.points, 2, [1.0, 0.25], 0.2)


def test_another_source_is_refused(config: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "params.json").write_text(record(parse(Params, config)))
    with pytest.raises(InputError, match=r"data\.source and .* must be Gaussian.*got 'digits'"):
        read(tmp_path)
