"""The one exception that a user's own input can cause: a plain sentence, shown without a traceback.

`sentences` turns pydantic's findings into such sentences, one a problem.
"""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError


class InputError(ValueError):
    """A parameter, file or checkpoint that cannot be used; the message says which and why."""


_TAGS = {"range", "list"}
_WORDS = {
    "missing": "is missing",
    "list_type": "must be a list",
    "model_type": "must be a group of keys",
    "model_attributes_type": "must be a group of keys",
    "too_short": "must not be empty",
}


def sentences(error: ValidationError) -> str:
    """One line a problem: key, what is allowed, and the value that was found."""
    return "\n".join(dict.fromkeys(_sentence(problem) for problem in error.errors()))


def _sentence(problem: Mapping[str, Any]) -> str:
    what = _WORDS.get(problem["type"], problem["msg"])
    what = re.sub(r"^(Input|String) should", "must", what.removeprefix("Value error, "))
    hint = _hint(problem)
    found = "" if problem["type"] == "missing" or "got " in what else f", got {problem['input']!r}"
    return f"{_key(problem['loc'])}: {what}{hint}{found}"


def _hint(problem: Mapping[str, Any]) -> str:
    value = problem["input"]
    if (
        problem["type"].startswith(("float", "int"))
        and isinstance(value, str)
        and "e" in value.lower()
    ):
        return " (YAML reads 1e-3 as text: write 1.0e-3)"
    return ""


def _key(location: tuple[str | int, ...]) -> str:
    parts = [f"[{p}]" if isinstance(p, int) else f".{p}" for p in location if p not in _TAGS]
    return "".join(parts).lstrip(".") or "params"
