"""What is stored about a trained point, against direct computation."""

import argparse
import json
import math
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from hvae.data import prepared
from hvae.data.seeded import Stream
from hvae.data.source import SPLITS
from hvae.errors import InputError
from hvae.io import tables
from hvae.latents import extract, measure, store
from hvae.latents.extract import chosen, pictures
from hvae.models.distributions import Normal, draw, generator, kl
from hvae.models.hierarchical import HierarchicalVAE
from hvae.training import checkpoint
from tests.conftest import small
from tests.latents.cases import ITEMS, POINT, card

TOP = {"family": "categorical", "variables": 2, "categories": 2}


@torch.inference_mode()
def test_a_lower_layer_is_given_the_stored_sample_above_it() -> None:
    model = small([3, 2])
    latents = extract.extract(model, ITEMS, seed=0, split=0)
    top = torch.tensor(latents.sample[1])
    features = model.bottom_up(torch.tensor(ITEMS.x))
    prior = model.prior_of(0, [top])
    posterior = model.posterior_of(0, features[0], [top], prior)
    np.testing.assert_allclose(latents.mean[0], posterior.mean, rtol=1e-5)
    np.testing.assert_allclose(latents.std[0], posterior.std, rtol=1e-5)
    stored = Normal(torch.tensor(latents.mean[0]), torch.tensor(latents.std[0]))
    rates = measure.encode(model, torch.tensor(ITEMS.x), 0, 0, 0).rates[:, 0]
    np.testing.assert_allclose(kl(stored, prior), rates, rtol=1e-3, atol=1e-5)


@torch.inference_mode()
def test_samples_are_draws_from_the_stored_posteriors() -> None:
    latents = extract.extract(small([3, 2]), ITEMS, seed=0, split=0)
    for mean, std, sample in zip(latents.mean, latents.std, latents.sample, strict=True):
        noise = (sample - mean) / std
        assert abs(noise.mean()) < 4 / math.sqrt(noise.size)
        assert abs(noise.std() - 1) < 4 / math.sqrt(2 * noise.size)


@torch.inference_mode()
@pytest.mark.parametrize("model", [small([3, 2]), small([3, 4], top=TOP)], ids=["normal", "top"])
def test_nats_of_dimensions_are_those_of_their_layer(model: HierarchicalVAE) -> None:
    terms = measure.encode(model, torch.tensor(ITEMS.x), 0, 0, 0)
    below, top = extract.by_dimension(model, terms)
    rates = terms.rates.mean(0).tolist()
    assert float(below.sum()) == pytest.approx(rates[0], rel=1e-5)
    each = 2 if model.latents[-1] == 4 else 1  # entries of a variable, which have its KL in common
    assert float(top.sum()) == pytest.approx(each * rates[1], rel=1e-5)
    assert top[0] == pytest.approx(top[1]) or each == 1


def test_a_dimension_that_is_as_its_prior_is_closed_whatever_the_split(tmp_path: Path) -> None:
    one = extract.extract(small([3, 2]).requires_grad_(False), ITEMS, seed=0, split=0)
    assert [mask.tolist() for mask in one.open] == [[True] * 3, [True] * 2]  # nothing is known
    kl = [np.array([0.5, 0.0099, 0.01]), np.array([0.0, 0.002])]
    store.write(one._replace(kl=kl, closed_below=0.01), tmp_path / "z.parquet")
    back = store.read(tmp_path / "z.parquet")
    assert [mask.tolist() for mask in back.open] == [[True, False, True], [False, False]]
    np.testing.assert_allclose(back.kl[0], kl[0], rtol=1e-6)


@pytest.mark.parametrize(
    "known",
    [
        {"kl": "[[1, 2]]", "closed_below": "0.01"},
        {"kl": "[[1, 2, 3], [1]]", "closed_below": "0.01"},
        {"kl": "[[1, 2, 3], [1, 2]]"},
        {"kl": "[[1, 2, 3], [1, 2]]", "closed_below": "NaN"},
        {"kl": "not JSON", "closed_below": "0.01"},
        {"kl": '{"a": 1}', "closed_below": "0.01"},
        {"kl": '[["a", 2, 3], [1, 2]]', "closed_below": "0.01"},
    ],
)
def test_metadata_that_do_not_fit_are_refused(tmp_path: Path, known: dict[str, str]) -> None:
    one = extract.extract(small([3, 2]).requires_grad_(False), ITEMS, seed=0, split=0)
    store.write(one, tmp_path / "z.parquet")
    table = tables.read(tmp_path / "z.parquet").replace_schema_metadata(known)
    pq.write_table(table, tmp_path / "z.parquet")
    with pytest.raises(InputError, match="does not hold latents"):
        store.read(tmp_path / "z.parquet")


def test_latents_come_back_from_parquet(tmp_path: Path) -> None:
    latents = extract.extract(small([3, 2]).requires_grad_(False), ITEMS, seed=0, split=0)
    path = store.file(tmp_path, "b1_2_s0", "test")
    store.write(latents, path)
    back = store.read(path)
    assert path.parts[-3:] == ("point=b1_2_s0", "split=test", "part-0.parquet")
    np.testing.assert_array_equal(back.label, latents.label)
    for was, now in zip(latents[2:5], back[2:5], strict=True):
        for a, b in zip(was, now, strict=True):
            np.testing.assert_array_equal(a, b)


def test_pictures_are_of_as_many_items_of_each_class_as_there_is_room_for() -> None:
    assert chosen(np.array([1, 0, 1, 1, 0, 1, 1, 1, 0])).tolist() == [1, 4, 8, 0, 2, 3, 5, 6]
    assert chosen(np.arange(30) % 15).tolist() == list(range(10))
    assert chosen(np.zeros(30, int)).tolist() == list(range(10))


@torch.inference_mode()
def test_a_cut_keeps_the_reconstruction_s_upper_layers_and_draws_the_lower_ones() -> None:
    """Where priors hardly vary, a cut is what their means decode to, given the kept layers."""
    model = small([3, 2, 2], seed=1)
    rows = list(pictures(model, ITEMS, 0))
    kinds = list(dict.fromkeys(row["kind"] for row in rows))
    assert kinds == ["reconstruction", "cut z2+z3", "cut z3", "sample"]
    of_items = [[row["index"] for row in rows if row["kind"] == kind] for kind in kinds[:3]]
    assert of_items[0] == of_items[1] == of_items[2] == ITEMS.ids[chosen(ITEMS.labels)].tolist()
    for head in model.prior:
        head.net[2].bias[len(head.net[2].bias) // 2 :] = -40.0
    narrow = [row["image"] for row in pictures(model, ITEMS, 0) if row["kind"] == "cut z2+z3"]
    noise = draw(model.latents, 9, generator(Stream.GALLERY, 0, 0))
    z = model(torch.tensor(ITEMS.x[chosen(ITEMS.labels)]), noise).z
    mean = model.likelihood.mean(model.decode([model.prior_of(0, z[1:]).mean, *z[1:]]))
    np.testing.assert_allclose(narrow, mean, atol=2e-3)


def run(folder: Path, status: str) -> Path:
    """Run both commands for one stored point; returns the folder of their output."""
    for name in SPLITS:
        prepared.write(ITEMS, folder / f"{name}.parquet")
    checkpoint.save(folder, card(status), small([3, 2]).state_dict())
    names = {name: folder / f"{name}.out" for name in ("points", "items", "gallery")}
    paths = {"data": folder, "models": folder, "latents": folder, "measured": names["points"]}
    for module, job in (
        (measure, {"evaluation": {"samples": 2, "max_items": 30}}),
        (extract, {"max_items": 30, "closed_below": 0.01}),
    ):
        params = json.dumps({"seed": 0, "points": [POINT.model_dump()]} | job)
        module.main(argparse.Namespace(params=params, **names, **paths))
    return folder


def test_the_command_stores_every_split_and_pictures_of_each_class(tmp_path: Path) -> None:
    folder = run(tmp_path, "ok")
    for name in SPLITS:
        latents = store.read(store.file(folder, "b1_2_s0", name))
        assert len(latents.label) == 30
        assert [part.shape for part in latents.kl] == [(3,), (2,)]
        assert latents.closed_below == 0.01
    kinds = tables.read(folder / "gallery.out")["kind"].to_pylist()
    counted = [kinds.count(kind) for kind in ("reconstruction", "cut z2", "sample")]
    assert counted == [9, 9, 10]
    assert len(kinds) == sum(counted)


def test_a_point_that_was_measured_as_diverged_has_neither_latents_nor_pictures(
    tmp_path: Path,
) -> None:
    folder = run(tmp_path, "diverged")
    for name in SPLITS:
        latents = store.read(store.file(folder, "b1_2_s0", name))
        assert [part.shape for part in latents.mean] == [(0, 3), (0, 2)]
        assert len(latents.kl) == 0
    assert tables.read(folder / "gallery.out").num_rows == 0
