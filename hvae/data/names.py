"""What the arrays of a file are called: those that are read, those nearly so, and all others."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from hvae.data.wording import counted, listed, were
from hvae.errors import InputError
from hvae.io.reading import near, one_line

Known = Mapping[str, str]  # what "x", "label" and "target" are called in a kind of file
OTHERS = {  # how else they are often called
    "x": ("data", "image", "images", "img", "input", "inputs", "features", "arr_0", "x_train"),
    "label": ("label", "labels", "y", "class", "classes", "category", "categories", "y_train"),
    "target": ("target", "targets"),
}


def unread(found: Sequence[str], known: Known, noun: str, path: Path) -> tuple[str, ...]:
    """A note on the arrays that are not read.

    InputError where x is missing, a known name occurs twice, or another name is close to it.
    """
    if known["x"] not in found:
        raise InputError(_without_x(found, known, noun, path))
    for name in known.values():
        if found.count(name) > 1:
            raise InputError(f"{path} has {found.count(name)} {noun}s {name!r}: keep one of them")
    others = [name for name in found if name not in known.values()]
    for name in others:
        if meant := _meant(name, known):
            way_out = f" beside {meant!r}: remove it"
            if meant not in found:
                way_out = f": rename it to {meant!r} or remove it"
            raise InputError(f"{path} has {name!r}, which is not read{way_out}")
    if not others:
        return ()
    return (f"{counted(len(others), noun)} {were(len(others))} not read: {listed(others)}",)


def _without_x(found: Sequence[str], known: Known, noun: str, path: Path) -> str:
    said = f"{path} has no {noun} 'x' (it has: {one_line(', '.join(found))})"
    meant = [name for name in found if _meant(name, known) == known["x"]]
    return f"{said}: rename {meant[0]!r} to 'x'" if meant else said


def _meant(name: str, known: Known) -> str | None:
    """The known name that another one stands for, if any: one of few other letters, too."""
    aliases = {other: known[role] for role, others in OTHERS.items() for other in others}
    spelled = list(dict.fromkeys([*known.values(), "label", "labels", "target", "targets"]))
    meant = aliases.get(name) or near(name, spelled, aliases)
    return aliases.get(meant, meant) if meant else None
