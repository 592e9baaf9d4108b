"""What every group of parameters shares: strict types, known keys, and checked reading."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hvae.errors import InputError, sentences

Seed = Annotated[int, Field(ge=0, lt=2**32)]


class Section(BaseModel):
    """A group of keys; unknown keys, wrong types, NaN and infinity are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, values: Any) -> Any:
        known = [field.alias or name for name, field in cls.model_fields.items()]
        for key in set(values) - set(known) if isinstance(values, Mapping) else ():
            raise ValueError(
                f"{cls._owner()}has no key {key!r} (known: {', '.join(known)}), got {values[key]!r}"
            )
        return values

    @classmethod
    def _owner(cls) -> str:
        """Whose keys these are, where the name of the group does not say it."""
        return ""

    def job(self, *keys: str, **extra: Any) -> str:
        """The keys that one job depends on, as canonical JSON: its argument and its fingerprint."""
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
    """`values` (a mapping or JSON text) as a checked section; InputError with a line a problem."""
    text = values if isinstance(values, str) else json.dumps(values, default=str)
    try:
        return section.model_validate_json(text)
    except ValidationError as error:
        raise InputError(sentences(error, text)) from None
