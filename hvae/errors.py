"""The one exception that a user's own input can cause: a plain sentence, shown without a traceback.

`sentences` turns pydantic's findings into such sentences, one a problem.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError


class InputError(ValueError):
    """A parameter, file or checkpoint that cannot be used; the message says which and why."""


_WORDS = {
    "missing": "is missing",
    "list_type": "must be a list",
    "model_type": "must be a group of keys",
    "model_attributes_type": "must be a group of keys",
    "too_short": "must not be empty",
}


def sentences(error: ValidationError, text: str) -> str:
    """One line a problem: key, what is allowed, and the value that was found in the JSON `text`."""
    problems = error.errors()
    values = None if problems[0]["type"] == "json_invalid" else json.loads(text)
    return "\n".join(dict.fromkeys(_sentence(problem, values) for problem in problems))


def _sentence(problem: Mapping[str, Any], values: Any) -> str:
    key = ".".join(_keys(problem, values)).replace(".[", "[") or "params"
    if problem["type"].startswith("union_tag"):
        return _unknown_tag(key, problem)
    what = _WORDS.get(problem["type"], problem["msg"])
    what = re.sub(r"^(Input|String) should", "must", what.removeprefix("Value error, "))
    hint = _hint(problem)
    found = "" if problem["type"] == "missing" or "got " in what else f", got {problem['input']!r}"
    return f"{key}: {what}{hint}{found}"


def _unknown_tag(key: str, problem: Mapping[str, Any]) -> str:
    """A group whose kind is named by one of its keys, where that key is absent or unknown."""
    context = problem["ctx"]
    name = context["discriminator"].strip("'")
    if problem["type"] == "union_tag_not_found":
        return f"{key}.{name}: is missing"
    return f"{key}.{name}: must be one of {context['expected_tags']}, got {context['tag']!r}"


def _hint(problem: Mapping[str, Any]) -> str:
    value = problem["input"]
    if (
        problem["type"].startswith(("float", "int"))
        and isinstance(value, str)
        and "e" in value.lower()
    ):
        return " (YAML reads 1e-3 as text: write 1.0e-3)"
    return ""


def _keys(problem: Mapping[str, Any], values: Any) -> Iterator[str]:
    """The keys that lead to the problem, without pydantic's names for the branches of a union."""
    for part in problem["loc"]:
        if isinstance(part, int):
            yield f"[{part}]"
            values = values[part] if isinstance(values, list) and part < len(values) else None
        elif isinstance(values, Mapping) and part in values:
            yield part
            values = values[part]
    if problem["type"] == "missing" and isinstance(problem["loc"][-1], str):
        yield problem["loc"][-1]
