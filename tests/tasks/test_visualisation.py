"""Latents in a plane: against known components, with neighbours kept, and whatever the latents."""

import argparse
import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier

from hvae.config.grid import Point
from hvae.config.tasks import Visualisation
from hvae.io import tables
from hvae.latents import store
from hvae.latents.store import Latents
from hvae.tasks import visualisation
from hvae.tasks.visualisation import METHODS, embed, pca, tsne
from tests.tasks.cases import latents, separated

EVERY = pytest.mark.parametrize("method", METHODS)


def test_components_are_those_of_scikit_learn_up_to_signs() -> None:
    x = np.random.default_rng(0).normal(size=(50, 6)) @ np.diag([5, 4, 3, 2, 1, 1]) + 7
    np.testing.assert_allclose(np.abs(pca(x)), np.abs(PCA(2).fit_transform(x)), atol=1e-9)
    np.testing.assert_allclose(pca(x), -pca(-x), atol=1e-9)  # signs go with the axes of x


def test_one_dimension_is_a_line() -> None:
    x = np.array([[1.0], [2.0], [6.0]])
    np.testing.assert_allclose(pca(x), [[-2, 0], [-1, 0], [3, 0]])


@EVERY
def test_separated_classes_are_neighbours_in_the_plane(method: str) -> None:
    one = separated(np.random.default_rng(1), 120, classes=3)
    places = METHODS[method](one.mean[0] + np.random.default_rng(2).normal(size=(120, 3)))
    nearest = KNeighborsClassifier(5).fit(places[:60], one.label[:60])
    assert nearest.score(places[60:], one.label[60:]) > 0.95


@EVERY
@pytest.mark.parametrize("count", [1, 2, 5, 40])
@pytest.mark.parametrize("width", [1, 2, 5])
def test_few_items_and_dimensions_have_their_places(method: str, count: int, width: int) -> None:
    places = METHODS[method](np.random.default_rng(3).normal(size=(count, width)))
    assert places.shape == (count, 2)
    assert np.isfinite(places).all()


@EVERY
@pytest.mark.parametrize("value", [0.0, 0.1, -3e4])
def test_latents_that_are_constant_are_all_in_one_place(method: str, value: float) -> None:
    places = METHODS[method](np.full((40, 3), np.float32(value), np.float64))
    np.testing.assert_allclose(places, 0, atol=1e-9)


@EVERY
def test_the_same_latents_have_the_same_places_again(method: str) -> None:
    x = np.random.default_rng(4).normal(size=(60, 5))
    first = METHODS[method](x)
    np.random.seed(5)  # noqa: NPY002  global randomness plays no part
    np.testing.assert_array_equal(first, METHODS[method](x))


def test_how_large_latents_are_does_not_matter_to_neighbours() -> None:
    x = np.random.default_rng(6).normal(size=(60, 5))
    np.testing.assert_allclose(tsne(x), tsne(x * 2.0**-20), rtol=1e-4, atol=1e-3)


def test_there_is_a_row_an_item_layer_and_method_and_means_are_shown() -> None:
    random = np.random.default_rng(7)
    samples = [random.normal(size=(30, 3)), random.normal(size=(30, 2))]
    means = [random.normal(size=(30, 3)), np.zeros((30, 2))]
    one = latents(np.arange(30) % 4, samples, means)
    rows = list(embed(one, Visualisation(max_items=20)))
    named = [(row["layers"], row["method"], row["index"]) for row in rows]
    assert len(set(named)) == len(rows) == 2 * 2 * 20
    assert {row["label"] for row in rows if row["index"] == 5} == {1}
    shown = [[row["x"], row["y"]] for row in rows if row["layers"] == "z1"][:20]
    np.testing.assert_allclose(shown, pca(one.mean[0][:20].astype(np.float64)))
    assert {(row["x"], row["y"]) for row in rows if row["layers"] == "z2"} == {(0.0, 0.0)}


def test_the_command_writes_the_table_and_a_diverged_point_has_no_rows(tmp_path: Path) -> None:
    one = separated(np.random.default_rng(8), 12)
    empty = Latents(one.ids[:0], one.label[:0], *([part[:0] for part in s] for s in one[2:5]))
    points = []
    for name, stored in {"good": one, "diverged": empty}.items():
        store.write(stored, store.file(tmp_path, name, "test"))
        points.append(Point(name=name, beta=[1.0, 1.0], seed=0, model=name).model_dump())
    settings = {"methods": ["pca"], "max_items": 10}
    params = json.dumps({"points": points, "settings": settings})
    out = tmp_path / "out.parquet"
    visualisation.main(argparse.Namespace(params=params, latents=tmp_path, out=out))
    table = tables.read(out)
    assert table.schema.equals(tables.embeddings())
    assert table["point"].to_pylist() == ["good"] * 20
