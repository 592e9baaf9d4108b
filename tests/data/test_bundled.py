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


EVERY = {"photographs": "all", "items": 600}


def test_each_photograph_is_in_one_split_and_all_are_used() -> None:
    chosen = options("photo-patches", **EVERY)
    for seed in range(5):
        names = bundled.apart(chosen.split, np.random.default_rng(seed))
        assert [len(names[split]) for split in SPLITS] == [5, 2, 2]
        assert sorted(itertools.chain(*names.values())) == sorted(bundled.NINE)


def test_patches_of_a_split_are_cut_from_its_own_photographs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A pixel says of which photograph it is, and where it is in it."""
    heights = {name: 40 + 9 * k for k, name in enumerate(bundled.NINE)}

    def photo(number: int, height: int) -> np.ndarray:
        row, column = np.meshgrid(np.arange(height), np.arange(50), indexing="ij")
        return np.stack([np.full_like(row, number), row, column], -1).astype(np.uint8)

    numbered = {
        name: lambda k=k, height=height: photo(k, height)
        for k, (name, height) in enumerate(heights.items())
    }
    monkeypatch.setattr(bundled, "NINE", numbered)
    monkeypatch.setattr(bundled, "varied", lambda patches, _: patches)
    chosen = options("photo-patches", **EVERY)
    source = sources.load(chosen, 3)
    parts = divide(source, chosen, 3)
    assert [len(parts[name]) for name in SPLITS] == [360, 120, 120]
    for split, note in zip(SPLITS, source.notes, strict=True):
        own = note.removeprefix(f"{split} has patches of ").split(", ")
        patches = source.x[parts[split]].reshape(-1, 32, 32, 3).astype(int)
        numbers = patches[:, 0, 0, 0]
        places = patches[:, 0, 0]
        assert len(np.unique(places, axis=0)) == len(places)
        away = np.stack(np.meshgrid([0], range(32), range(32), indexing="ij"), -1)[0]
        np.testing.assert_array_equal(patches, places[:, None, None] + away)
        for name in own:
            assert (numbers == list(heights).index(name)).sum() == len(patches) / len(own)


def test_varied_patches_are_symmetries_with_their_colours_in_another_order() -> None:
    """Each of the 8 · 6 ways occurs, and the levels of a patch stay as they are."""
    rng = np.random.default_rng(0)
    patch = rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)
    ways = {
        np.rot90(one, turns)[:, :, order].tobytes()
        for one in (patch, patch[:, ::-1])
        for turns in range(4)
        for order in map(list, itertools.permutations(range(3)))
    }
    many = np.tile(patch.ravel(), (2000, 1))
    found = bundled.varied(many, rng)
    assert {one.tobytes() for one in found} == ways
    assert len(ways) == 48
    np.testing.assert_array_equal(many[0], patch.ravel())


def test_photographs_have_no_classes_and_the_seed_decides() -> None:
    chosen = options("photo-patches", **EVERY)
    first, again, other = (sources.load(chosen, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.x, again.x)
    assert first.notes != other.notes
    assert (first.classes, first.levels, first.shape) == (("all",), 256, (32, 32, 3))
    assert not chosen.labelled
    assert options("photo-patches").labelled
