"""What every group of parameters shares: strict types, known keys, and checked reading.

Each problem that pydantic finds becomes one plain sentence.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic._internal._model_construction import ModelMetaclass  # it has no public name

from hvae.config import plugins
from hvae.errors import InputError, meant

Seed = Annotated[int, Field(ge=0, lt=2**32)]


class Checked(ModelMetaclass):
    """Lets a group that is called with wrong values say so as `parse` does.

    Only the caller's own call comes here; pydantic builds the groups within a group by itself.
    """

    def __call__(cls, *arguments: Any, **values: Any) -> Any:
        try:
            return super().__call__(*arguments, **values)
        except ValidationError as error:
            text = json.dumps(values, default=str)
            wrong = sentences(error, text).removeprefix("params: ")
            raise InputError(f"{cls.__name__}: {wrong}") from None


class Section(BaseModel, metaclass=Checked):
    """A group of keys that refuses unknown keys, wrong types, NaN and infinity."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, values: Any) -> Any:
        return cls.refuse_unknown(values)

    @classmethod
    def refuse_unknown(cls, values: Any) -> Any:
        """The values, if all keys are known; ValueError for any other key."""
        known = [field.alias or name for name, field in cls.model_fields.items()]
        for key in set(values) - set(known) if isinstance(values, Mapping) else ():
            raise ValueError(
                f"{cls._owner()}has no key {key!r} (known: {', '.join(known)}), "
                f"got {values[key]!r}{meant(key, known)}"
            )
        return values

    @classmethod
    def _owner(cls) -> str:
        """The words that name the owner of the keys, where the name of the group does not."""
        return ""

    def job(self, *keys: str, **extra: Any) -> str:
        """The keys that a job depends on, as canonical JSON: its argument and fingerprint."""
        chosen = self.model_dump(mode="json", by_alias=True, include=set(keys))
        return json.dumps(chosen | extra, sort_keys=True)


def group_or_list(value: object) -> str:
    """The tag of a value that may be given as a group of keys or as a list."""
    return "group" if isinstance(value, Mapping | Section) else "list"


def group_or_name(value: object) -> str:
    """The tag of a value that may be given as a group of keys or as a name alone."""
    return "group" if isinstance(value, Mapping | Section) else "name"


S = TypeVar("S", bound=Section)


def parse(section: type[S], values: Mapping[str, Any] | str) -> S:
    """`values` (a mapping or JSON text) as a checked section.

    InputError with a line for each problem.
    """
    text = values if isinstance(values, str) else json.dumps(values, default=str)
    try:
        return section.model_validate_json(text)
    except ValidationError as error:
        raise InputError(sentences(error, text)) from None


_WORDS = {
    "missing": "is missing",
    "list_type": "must be a list",
    "model_type": "must be a group of keys",
    "model_attributes_type": "must be a group of keys",
    "too_short": "must not be empty",
}


def sentences(error: ValidationError, text: str) -> str:
    """A line for each problem: the key, what is allowed, and the value in the JSON `text`."""
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
    whole = isinstance(problem.get("ctx", {}).get("error"), InputError) or "got " in what
    found = "" if problem["type"] == "missing" or whole else f", got {problem['input']!r}"
    return f"{key}: {what}{hint}{found}"


def _unknown_tag(key: str, problem: Mapping[str, Any]) -> str:
    """The sentence for a group whose kind is missing or unknown."""
    context = problem["ctx"]
    name, found = context["discriminator"].strip("'"), context.get("tag")
    if problem["type"] == "union_tag_not_found":
        return f"{key}.{name}: is missing"
    if name in plugins.KEYS and plugins.is_path(found):
        return f"{key}.{name}: {plugins.wanted(found, plugins.EXAMPLES[name])}"
    known = [tag.strip("' ") for tag in context["expected_tags"].split(",")]
    own = ", or one of your own, 'module:name'" if name in plugins.KEYS else ""
    allowed = f"must be one of {context['expected_tags']}{own}"
    return f"{key}.{name}: {allowed}, got {found!r}{meant(found, known)}"


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
