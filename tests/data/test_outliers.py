"""A held-out class is in no split; another data set must have the form of the data."""

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

from hvae.config.data import FashionMnist, other
from hvae.config.sources import Split
from hvae.config.synthetic import Digits
from hvae.data import bundled, prepared, sources
from hvae.data.prepare import apart, main
from hvae.data.source import UNLABELLED, Source
from hvae.data.splits import SPLITS, divide
from hvae.errors import InputError

SPLIT = Split(train=0.6, validation=0.2, test=0.2)
DIGITS = Digits(source="digits", split=SPLIT)
CLASS = ("validation-outliers", "test-outliers")
OTHERS = ("validation-others", "test-others")
FILES = (*SPLITS, *CLASS)


def named(*classes: str) -> Source:
    """Ten items of each class, one after the other."""
    labels = np.repeat(np.arange(len(classes)), 10)
    return Source(np.zeros((len(labels), 1), np.float32), labels, (1,), classes)


def prepare(folder: Path, **data: object) -> dict[str, prepared.Items]:
    job = {"seed": 0, "data": DIGITS.model_dump() | data}
    main(argparse.Namespace(params=json.dumps(job), out=folder, manifest=None, plan=None))
    return {name: prepared.read(folder / f"{name}.parquet") for name in (*FILES, *OTHERS)}


@pytest.mark.parametrize("name", ["0", "4", "9"])
def test_a_class_that_is_held_out_is_in_no_split(name: str) -> None:
    source = bundled.load_digits()
    places = divide(source, DIGITS, 0)
    found = apart(source, places, name)
    assert tuple(found) == FILES
    truth = np.array(source.classes)[source.labels]
    for split in SPLITS:
        inside, ids = found[split]
        assert name not in inside.classes
        np.testing.assert_array_equal(np.array(inside.classes)[inside.labels[ids]], truth[ids])
        assert list(ids) == [one for one in places[split] if truth[one] != name]
    for split in ("validation", "test"):
        outliers, ids = found[f"{split}-outliers"]
        assert outliers.classes == (name,)
        assert not outliers.labels[ids].any()
        assert list(ids) == [one for one in places[split] if truth[one] == name]


def test_files_hold_the_items_and_none_without_a_class_held_out(tmp_path: Path) -> None:
    whole = prepare(tmp_path / "whole")
    assert [len(whole[name].x) for name in FILES] == [1078, 359, 360, 0, 0]
    assert [len(whole[name].x) for name in OTHERS] == [0, 0]
    assert whole["test-outliers"].classes == whole["test-others"].classes == ()
    less = prepare(tmp_path / "less", held_out="9")
    assert [len(less[name].x) for name in FILES] == [970, 323, 324, 36, 36]
    for split in ("validation", "test"):
        nines = whole[split].labels == 9
        np.testing.assert_array_equal(less[f"{split}-outliers"].x, whole[split].x[nines])
        np.testing.assert_array_equal(less[split].x, whole[split].x[~nines])
    assert less["test-outliers"].classes == ("9",)
    assert less["train"].classes == tuple("012345678")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (named("a", "b"), r"^data\.held_out: must be a class, one of 'a', 'b', got 'c'$"),
        (named(*UNLABELLED), r"^data\.held_out: must be null, since .* no classes, got 'c'$"),
        (named("c"), r"^data\.held_out: must be null, since 'c' is the only class$"),
    ],
)
def test_what_cannot_be_held_out_is_refused(source: Source, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        apart(source, dict.fromkeys(SPLITS, np.arange(len(source.x))), "c")


def planted(monkeypatch: pytest.MonkeyPatch, **changes: object) -> Source:
    """`mnist` as black images in the form of the digits; its last 40 items are the test set."""
    found = Source(
        x=np.zeros((140, 64), np.uint8),
        labels=np.arange(140) % 10,
        shape=(8, 8),
        classes=tuple("abcdefghij"),
        levels=17,
        parts={"train": np.arange(100), "test": np.arange(100, 140)},
    )._replace(**changes)
    monkeypatch.setitem(sources.LOADERS, "mnist", lambda _options, _seed: found)
    return found


def test_another_data_set_has_its_held_out_items_under_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted(monkeypatch)
    without, found = prepare(tmp_path / "a"), prepare(tmp_path / "b", outliers="mnist")
    validation, test = (found[name] for name in OTHERS)
    assert len(validation.x) == 25  # 100 items as 0.6 to 0.2
    assert sorted(test.ids) == list(range(100, 140))
    assert test.classes == validation.classes == ("mnist",)
    assert not test.x.any()
    for name in FILES:
        np.testing.assert_array_equal(without[name].x, found[name].x)
    few = prepare(tmp_path / "c", outliers="mnist", max_items=70)
    assert len(few["test-others"].x) == 20


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"shape": (4, 16)}, r"items of shape \(8, 8\), .* got 'mnist' with \(4, 16\)$"),
        ({"levels": 256}, r"items of levels 17, like the source, got 'mnist' with 256$"),
    ],
)
def test_another_data_set_of_another_form_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict, sentence: str
) -> None:
    planted(monkeypatch, **changes)
    with pytest.raises(InputError, match=rf"^data\.outliers: must have {sentence}"):
        prepare(tmp_path, outliers="mnist")
    assert not list(tmp_path.iterdir())


def test_a_published_set_is_divided_as_the_data_are() -> None:
    """The fractions of a published set are a proportion, which need not sum to 1."""
    values = {"source": "fashion-mnist", "outliers": "photo-patches", "max_items": 500}
    values["split"] = {"train": 0.95, "validation": 0.05, "test": 0.2}
    asked = other(FashionMnist.model_validate(values))
    assert asked is not None
    assert (asked.source, asked.max_items) == ("photo-patches", 500)
    assert asked.split.share("validation") == pytest.approx(0.05)
    assert other(DIGITS) is None
