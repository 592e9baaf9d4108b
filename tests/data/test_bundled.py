"""Patches of photographs: their places and number, and no pixel in two splits."""

import itertools

import numpy as np
import pytest
from sklearn.datasets import load_sample_images

from hvae.data import bundled, sources
from hvae.data.source import SPLITS
from hvae.data.splits import divide
from hvae.errors import InputError
from tests.data.published import options


def test_no_pixel_is_in_patches_of_two_splits() -> None:
    chosen = options("photo-patches", items=20_000)
    seen = {name: np.zeros((2, 427, 640), bool) for name in SPLITS}
    for name, where in bundled.places(chosen, 3).items():
        for photo, row, column in zip(*where, strict=True):
            seen[name][photo, row : row + 32, column : column + 32] = True
    for one, other in itertools.combinations(SPLITS, 2):
        assert not (seen[one] & seen[other]).any()
    # the photographs are covered in about the proportions of the splits
    shares = [seen[name].mean() for name in SPLITS]
    assert shares == pytest.approx([0.6, 0.2, 0.2], abs=0.05)


def test_patches_are_what_the_photographs_show() -> None:
    chosen = options("photo-patches", items=60)
    source, photos = sources.load(chosen, 3), load_sample_images().images
    wheres = bundled.places(chosen, 3)
    places = [place for where in wheres.values() for place in zip(*where, strict=True)]
    assert len(places) == len(set(places)) == 60
    for item, label, (photo, row, column) in zip(source.x, source.labels, places, strict=True):
        expected = photos[photo][row : row + 32, column : column + 32]
        np.testing.assert_array_equal(item.reshape(32, 32, 3), expected)
        assert label == photo
    assert (source.classes, source.levels, source.shape) == (("china", "flower"), 256, (32, 32, 3))


def test_splits_are_in_their_proportions_and_even_in_both_photographs() -> None:
    source = sources.load(chosen := options("photo-patches", items=1000), 0)
    parts = divide(source, chosen, 0)
    assert {name: len(part) for name, part in parts.items()} == {
        "train": 600,
        "validation": 200,
        "test": 200,
    }
    for name, part in parts.items():
        assert np.bincount(source.labels[part]).tolist() == [len(part) // 2] * 2, name
    fewer = divide(source, options("photo-patches", items=1000, max_items=100), 0)
    assert [len(fewer[name]) for name in SPLITS] == [60, 20, 20]
    assert all(set(fewer[name]) <= set(parts[name]) for name in SPLITS)


def test_the_seed_decides() -> None:
    chosen = options("photo-patches", items=40)
    first, again, other = (sources.load(chosen, seed).x for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_more_patches_than_places_are_refused() -> None:
    split = {"train": 0.96, "validation": 0.02, "test": 0.02}
    with pytest.raises(InputError, match=r"^data\.items: a split has 1000 patches .* 1 to 990,"):
        bundled.places(options("photo-patches", items=100_000, split=split), 0)
    whole = bundled.places(options("photo-patches", items=100_000), 0)
    assert sum(len(where.photo) for where in whole.values()) == 100_000
