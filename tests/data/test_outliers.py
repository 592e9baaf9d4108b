"""A class that is held out: nowhere in the splits, and apart from them, item by item."""

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

from hvae.data import digits, prepared
from hvae.data.outliers import apart
from hvae.data.prepare import main
from hvae.data.source import UNLABELLED, Source
from hvae.data.splits import SPLITS, divide
from hvae.errors import InputError
from hvae.options import Digits
from hvae.params import Split

SPLIT = Split(train=0.6, validation=0.2, test=0.2)
DIGITS = Digits(source="digits", split=SPLIT)
FILES = (*SPLITS, "validation-outliers", "test-outliers")


def named(*classes: str) -> Source:
    """Ten items of each class, one after the other."""
    labels = np.repeat(np.arange(len(classes)), 10)
    return Source(np.zeros((len(labels), 1), np.float32), labels, (1,), classes)


def prepare(folder: Path, **data: object) -> dict[str, prepared.Items]:
    job = {"seed": 0, "data": DIGITS.model_dump() | data}
    main(argparse.Namespace(params=json.dumps(job), out=folder))
    return {name: prepared.read(folder / f"{name}.parquet") for name in FILES}


@pytest.mark.parametrize("name", ["0", "4", "9"])
def test_a_class_that_is_held_out_is_in_no_split(name: str) -> None:
    source = digits.load()
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
    assert whole["test-outliers"].classes == ()
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
