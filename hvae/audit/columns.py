"""The columns of a file of latents: which are read, which are not, and which names are mistakes.

Where a column is missing and another has nearly its name, the file is refused. Otherwise that
column would be left out silently.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from hvae.errors import one_line
from hvae.io.reading import near

PARTS = ("mean", "std", "sample")
LABEL, INDEX = "label", "index"  # `index` may be there and is not used
MOST = 64  # missing names that other names are compared with, at most

# Other common names; the layer's number may come first or last.
LABELS = ("labels", "y", "class", "classes", "cls", "category", "targets")
OF_LAYER = {
    "mean": ("mu", "loc", "average"),
    "std": ("sigma", "sd", "stdev", "stddev", "scale", "var", "variance", "logvar", "logstd"),
    "sample": ("z", "draw", ""),
}
RATES = ("kl", "kld", "kls")

_LAYERED = re.compile(rf"z([1-9]\d{{0,3}})_({'|'.join(PARTS)})")
_FROM_ZERO = re.compile(rf"z0_({'|'.join(PARTS)})|rate_0")


class Columns(NamedTuple):
    """The number of layers L, and the names of the columns that are not read, in order."""

    layers: int
    unread: tuple[str, ...]


def columns(names: Sequence[str]) -> Columns:
    """Sort out columns by name; ValueError where one is missing, repeated or misspelled."""
    top = max((int(match[1]) for match in map(_LAYERED.fullmatch, names) if match), default=1)
    needed = [f"z{layer}_{part}" for layer in range(1, top + 1) for part in PARTS]
    optional = [LABEL, *rates(top)]
    known, given = dict.fromkeys([*needed, *optional, INDEX]), dict.fromkeys(names)
    _refuse_doubled(names, known)
    unread = [name for name in given if name not in known]
    _refuse_mistaken(unread, [name for name in (*needed, *optional) if name not in given][:MOST])
    for name in needed:
        if name not in given:
            raise ValueError(f"needs one column {name}, has {', '.join(names)}")
    return Columns(top, tuple(unread))


def rates(layers: int) -> list[str]:
    """The names of the layers' rates."""
    return [f"rate_{layer}" for layer in range(1, layers + 1)]


def not_read(unread: Sequence[str]) -> str:
    """One line about the columns that are not read."""
    return f"Not read, since they are not columns of latents: {one_line(', '.join(unread))}"


def _refuse_doubled(names: Sequence[str], known: Iterable[str]) -> None:
    counts = Counter(names)
    for name in known:
        if counts[name] > 1:
            raise ValueError(f"has {counts[name]} columns {name}: one is needed")


def _refuse_mistaken(unread: Sequence[str], absent: Sequence[str]) -> None:
    aliases = dict(_aliases(absent))
    for name in unread:
        if _FROM_ZERO.fullmatch(name):
            raise ValueError(f"has a column {name}: layers are numbered from 1")
        if meant := near(name, absent, aliases):
            raise ValueError(
                f"has a column '{one_line(name)}', which is not read: rename it to '{meant}' if "
                "that is what it holds, or remove it"
            )


def _aliases(absent: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs of another common name and the name that it stands for."""
    for name in absent:
        first, _, second = name.partition("_")
        if name == LABEL:
            others: Sequence[str] = LABELS
        elif first == "rate":
            others = [f"{other}_{second}" for other in RATES]
        else:
            others = [f"{first}_{other}" for other in OF_LAYER[second]]
            others += [f"{other}_{first[1:]}" for other in (*OF_LAYER[second], second) if other]
        yield from ((other, name) for other in others)
