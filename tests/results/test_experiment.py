"""The one loader of results: what is asked for is read once, and what is missing is named."""

from pathlib import Path
from typing import Any

import pytest

from hvae.errors import InputError
from hvae.io import tables
from hvae.results.experiment import Experiment, finished
from tests.reports.index.cases import plant

Config = dict[str, Any]


def test_tables_are_read_when_they_are_asked_for_and_once(tmp_path: Path, config: Config) -> None:
    folder = plant(tmp_path, config, "one", seeds=2)
    experiment = Experiment(folder)
    (folder / "tasks.parquet").unlink()  # nobody asks for it
    assert (experiment.name, experiment.layers) == ("one", 2)
    assert len(experiment.points) == 2 * len(experiment.places)
    assert experiment.items.num_rows > 0
    assert experiment.points is experiment.points
    assert experiment.guidance is None
    assert experiment.kinds == (experiment.points, [], [], [])


def test_what_is_missing_is_named(tmp_path: Path, config: Config) -> None:
    experiment = Experiment(plant(tmp_path, config, "one"))
    for ask in (lambda: experiment.bounds, lambda: experiment.record("guidance")):
        with pytest.raises(InputError, match=r"is missing: the experiment is not finished$"):
            ask()
    with pytest.raises(InputError, match=r"holds no experiment, since there is no params\.json"):
        _ = experiment.baseline.params


def test_a_file_may_lie_elsewhere(tmp_path: Path, config: Config) -> None:
    folder = plant(tmp_path, config, "one")
    points = (folder / "points.parquet").rename(tmp_path / "moved")
    assert Experiment(folder, elsewhere={"points": points}).points
    assert not Experiment(folder).has("points")


def test_tables_of_other_layers_than_the_models_are_refused(tmp_path: Path, config: Config) -> None:
    folder = plant(tmp_path, config, "one")
    other = tables.items(3).empty_table()
    tables.write(other, folder / "items.parquet")
    assert Experiment(folder, depth=3).items.num_rows == 0  # as a table of items it is whole
    with pytest.raises(InputError, match=r"items\.parquet has other columns"):
        finished(folder)
