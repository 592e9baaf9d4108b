"""The command for a row: what it writes, from which files, and what it refuses."""

import argparse
import json
import math

import numpy as np
import pytest
import torch

from hvae.config.model import Model
from hvae.data import prepared
from hvae.data.bundled import load_digits
from hvae.data.prepared import Items
from hvae.errors import InputError
from hvae.information import measure
from hvae.information.classes import class_information, counted_information
from hvae.information.measure import suffix_rows
from hvae.information.pairwise import from_rows
from hvae.io import tables
from hvae.latents import extract, store
from hvae.latents import measure as rates
from hvae.models.build import build
from hvae.results.rates import suffix_rates
from hvae.training import checkpoint

MODEL = {
    "latents": [4, 2],
    "inference": "top-down",
    "backbone": "mlp",
    "width": 16,
    "skip": False,
    "likelihood": {"family": "gaussian", "sigma": 0.2},
}
EVALUATION = {"samples": 4, "max_items": 90}
INFORMATION = {"information_items": 50, "importance_samples": 6}
POINTS = [
    {"name": "fine", "beta": [1.0, 1.0], "seed": 0, "model": "fine"},
    {"name": "broken", "beta": [0.1, 1.0], "seed": 0, "model": "broken"},
]
QUANTITIES = [
    ("I(x;z1,z2)", "lower"),
    ("I(x;z1,z2)", "upper"),
    ("I(x;z2)", "lower"),
    ("I(x;z2)", "upper"),
    ("I(y;z1,z2)", "lower"),
    ("I(y;z2)", "lower"),
    ("-log p(x)", "upper"),
]


def written(tmp_path, model=MODEL):
    """Prepared data, an untrained model and a diverged one, and the latents of both."""
    source = load_digits()
    names = {"train": 0, "validation": 150, "test": 300}
    for split, first in names.items():
        part = slice(first, first + 120)
        ids = np.arange(1797)[part]
        items = Items(source.x[part], source.labels[part], ids, source.shape, source.classes)
        prepared.write(items, tmp_path / "data" / f"{split}.parquet")
    for point, status in zip(POINTS, ("ok", "diverged"), strict=True):
        weights = build(Model(**model), source.shape, seed=0).state_dict()
        state = {name: 3 * weight for name, weight in weights.items()}
        state["likelihood.sigma"] = torch.tensor(0.2)
        card = checkpoint.Card(
            name=point["name"],
            strategy="independent",
            seed=0,
            beta=point["beta"],
            shape=[8, 8],
            model=model,
            parameters=9,
            status=status,
            train_seconds=1.0,
        )
        checkpoint.save(tmp_path / "models", card, state)
    extracted(tmp_path)
    return tmp_path


@pytest.fixture
def folders(tmp_path):
    return written(tmp_path)


def extracted(folder):
    """The points' rates, and then their latents."""
    run(rates, folder, evaluation=EVALUATION)
    run(extract, folder, max_items=EVALUATION["max_items"])


def run(module, folder, **job):
    arguments = argparse.Namespace(params=json.dumps({"seed": 0, "points": POINTS} | job))
    for name in ("data", "models", "latents"):
        setattr(arguments, name, folder / name)
    for name in ("points", "items", "gallery", "information"):
        setattr(arguments, name, folder / f"{name}.parquet")
    arguments.measured, arguments.out = arguments.points, arguments.information
    module.main(arguments)


def measured(folder):
    run(measure, folder, evaluation=EVALUATION | INFORMATION)
    table = tables.read(folder / "information.parquet")
    assert table.schema == tables.information()
    return table.to_pylist()


def test_a_row_of_the_grid_gives_each_quantity_of_each_trained_point(folders):
    rows = measured(folders)
    assert [(row["quantity"], row["kind"]) for row in rows] == QUANTITIES
    assert {row["point"] for row in rows} == {"fine"}  # the diverged one has no rows
    assert all(math.isfinite(row["value"]) and row["std_error"] > 0 for row in rows)
    again = measured(folders)
    assert again == rows


def test_values_are_those_of_the_stored_samples(folders):
    rows = {(row["quantity"], row["kind"]): row for row in measured(folders)}
    train, test = (
        store.read(store.file(folders / "latents", "fine", split)) for split in ("train", "test")
    )
    model = checkpoint.load(folders / "models", "fine")
    x = prepared.read(folders / "data" / "test.parquet").x
    z = [torch.tensor(sample[:50]) for sample in test.sample]
    found = from_rows(suffix_rows(model, torch.tensor(x[:50]), z))
    for (quantity, kind), estimate in zip(QUANTITIES, [*found[0], *found[1]], strict=False):
        assert estimate == (
            kind,
            *[rows[quantity, kind][k] for k in list(rows[quantity, kind])[3:]],
        )
    found = class_information(train.sample[1], train.label, test.sample[1], test.label)
    assert rows["I(y;z2)", "lower"]["value"] == found.value


def test_values_keep_to_the_rates_and_the_elbo(folders):
    rows = {(row["quantity"], row["kind"]): row for row in measured(folders)}
    found = suffix_rates(tables.read(folders / "items.parquet"), 2)["fine"]
    for rate, layers in zip(found, ("z1,z2", "z2"), strict=True):
        for quantity in (f"I(x;{layers})", f"I(y;{layers})"):
            row = rows[quantity, "lower"]
            assert row["value"] < rate.value + 3 * math.hypot(row["std_error"], rate.std_error)
    point = tables.read(folders / "points.parquet").to_pylist()[0]
    elbo = point["distortion"] + point["rate_total"]
    assert rows["-log p(x)", "upper"]["value"] < elbo


def test_a_categorical_top_layer_is_counted_beside_its_bound(tmp_path):
    top = {"family": "categorical", "variables": 2, "categories": 3}
    rows = measured(written(tmp_path, MODEL | {"latents": [4, 6], "top": top}))
    expected = [*QUANTITIES[:-1], ("I(y;z2)", "estimate"), QUANTITIES[-1]]
    assert [(row["quantity"], row["kind"]) for row in rows] == expected
    test = store.read(store.file(tmp_path / "latents", "fine", "test"))
    assert test.mean[1].shape == test.std[1].shape == test.sample[1].shape == (90, 6)
    np.testing.assert_allclose(test.mean[1].reshape(-1, 2, 3).sum(-1), 1, rtol=1e-6)
    np.testing.assert_allclose(test.std[1] ** 2, test.mean[1] * (1 - test.mean[1]), rtol=1e-4)
    assert set(np.unique(test.sample[1])) == {0, 1}
    found = counted_information(test.mean[1].reshape(-1, 2, 3), test.label)
    row = rows[-2]
    assert (row["value"], row["std_error"]) == (found.value, found.std_error)


def test_data_of_one_class_say_nothing_of_classes(folders):
    for split in ("train", "validation", "test"):
        path = folders / "data" / f"{split}.parquet"
        items = prepared.read(path)
        prepared.write(items._replace(labels=0 * items.labels, classes=("all",)), path)
    extracted(folders)
    expected = [pair for pair in QUANTITIES if not pair[0].startswith("I(y")]
    assert [(row["quantity"], row["kind"]) for row in measured(folders)] == expected


def test_latents_of_other_items_are_refused(folders):
    with pytest.raises(InputError, match="test latents of point fine"):
        run(measure, folders, evaluation=EVALUATION | INFORMATION | {"max_items": 80})
    assert not (folders / "information.parquet").exists()


def test_classes_that_are_too_rare_are_left_out_and_the_rest_is_estimated(folders):
    path = store.file(folders / "latents", "fine", "train")
    store.write(store.Latents(*(few(part) for part in store.read(path)[:5])), path)
    found = {row["quantity"] for row in measured(folders)}
    assert "-log p(x)" in found
    assert not any(name.startswith("I(y;") for name in found)


def few(part):
    return [each[:1] for each in part] if isinstance(part, list) else part[:1]


@pytest.mark.parametrize("changed", [{"information_items": 1}, {"importance_samples": 0}])
def test_parameters_that_give_no_estimate_are_refused(folders, changed):
    with pytest.raises(InputError, match=f"evaluation.{next(iter(changed))}"):
        run(measure, folders, evaluation=EVALUATION | INFORMATION | changed)
