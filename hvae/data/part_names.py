"""Folders that are called as the parts of a source's own split are, or nearly so."""

from collections.abc import Sequence
from pathlib import Path

from hvae.data.wording import listed, shown
from hvae.errors import InputError

PARTS = ("train", "validation", "test")
NAMES = {  # as they are often called, in small letters and without signs between the words
    ("train",): ("train", "training", "trainset", "trainingset", "traindata", "trn"),
    ("validation",): ("validation", "validate", "validating", "val", "valid", "valset", "dev"),
    ("test",): ("test", "testing", "tests", "testset", "testdata", "tst"),
    ("validation", "test"): ("eval", "evaluation", "evalset", "holdout", "heldout"),
}
MEANT = {name: parts for parts, names in NAMES.items() for name in names}


def checked(root: Path, names: Sequence[str]) -> bool:
    """Whether the folders of `root` are the parts of a split; False where they are classes.

    They are parts as soon as one of them has a part's name, or all have nearly such names.
    InputError unless they are then `train` with `validation`, `test` or both, and no others.
    """
    meant = {name: part for name in names if (part := _meant(name, names))}
    if not names or not (set(names) & set(PARTS) or len(meant) == len(names)):
        return False
    if len(names) == 1:
        raise InputError(
            f"{shown(root / names[0])} is the only folder: set data.raw_dir to it to have it "
            "divided by data.split, or add the other parts, train with validation or test"
        )
    for name, part in meant.items():
        if name != part:
            raise InputError(
                f"{shown(root / name)} must be named {part!r} to be a part of the split"
            )
    _refuse_others(root, [name for name in names if name not in meant])
    if "train" not in names:
        raise InputError(
            f"{shown(root)} has no folder 'train' beside {listed(names)}: name the folder of the "
            "training images so"
        )
    return True


def _refuse_others(root: Path, others: Sequence[str]) -> None:
    if others:
        raise InputError(
            f"{shown(root)} holds {listed(others)} beside the parts of a split: move classes into "
            "train, validation and test, or rename those if they are classes, too"
        )


def _meant(name: str, names: Sequence[str]) -> str | None:
    """The part that a folder's name stands for, if any: one that is not there, if it may be two."""
    plain = "".join(character for character in name.casefold() if character.isalnum())
    parts = MEANT.get(plain, ())
    return next((part for part in parts if part not in names or part == name), (*parts, None)[0])
