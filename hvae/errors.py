"""The one exception for bad input by the user: a plain sentence, shown without a traceback.

Beside it, functions that put paths, names, counts and other errors into such sentences.
"""

import difflib
import re
from collections.abc import Iterable

LISTED = 5  # names in a sentence
LONGEST = 300  # characters of a parser's message
OPENED = re.compile(r"<_io\.[^>]*>")  # how Python shows a file that it reads


class InputError(ValueError):
    """A parameter, file or checkpoint that cannot be used; the message says which and why."""


def shown(path: object) -> str:
    """A path: as it is, or escaped where it would break the line or the encoding."""
    text = str(path)
    return text if text.isprintable() else ascii(text)[1:-1]


def listed(names: Iterable[str]) -> str:
    """The first few names, in quotes."""
    known = [repr(name) for name in names]
    return ", ".join(known[:LISTED] + ["…"] * (len(known) > LISTED))


def meant(word: object, known: Iterable[str]) -> str:
    """What goes on a sentence about an unknown word: the nearest of the known ones, if any is."""
    near = difflib.get_close_matches(str(word), list(known), 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def missing(module: str | None, extra: str) -> str:
    """What to install for a module of one of the package's extras: it is on no package index."""
    return (
        f"{module} is not installed: run `pip install '.[{extra}]'` in the folder of this project"
    )


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """A number and what it counts: "1 image", "2 images"."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def one_each(layers: int, noun: str, got: int) -> str:
    """What to give where a number is needed for each layer: "give 2 rates, one for each layer"."""
    each = ", one for each layer" if layers > 1 else ""
    return f"give {counted(layers, noun)}{each}, got {got}"


def were(count: int) -> str:
    """The verb that goes with a number."""
    return "was" if count == 1 else "were"


def one_line(error: object) -> str:
    """The message of an error, in one short line of printable characters."""
    known = OPENED.sub("the file", str(error))
    text = " ".join("".join(c if c.isprintable() else " " for c in known).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
