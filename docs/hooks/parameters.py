"""The reference of `params.yaml`, from its pydantic models: key, type, default, what it is.

What a key is, is said by its comment in `params.yaml`, or by the docstring of its group, in a
paragraph that begins with the key's name and a colon.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from hvae.config.base import Section
from hvae.config.params import Params

ROOT = Path(__file__).parents[2]
HEAD = """# Parameters

All keys of `params.yaml`. An overlay (`experiments/NAME.yaml`) is merged over it, key by key, so it
has only what differs. *Default* is the value in `params.yaml`; where there is none, it is that of
the program, and *required* means that there is none either. Unknown keys and wrong values are
refused before any job starts. Lists over layers run bottom to top, z₁ first.
"""
ESCAPED = str.maketrans({"|": r"\|", "{": "&#123;"})  # braces would be attributes
WORDS = {
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "string": "text",
}
SCHEDULED = ("training", "certification", "baseline")  # have the keys of `training`
Schema = Mapping[str, Any]


class Row(NamedTuple):
    """A line of a table."""

    key: str
    type: str
    default: str
    text: str


class Reference:
    """The parameters as JSON schema, with the defaults and comments of `params.yaml`."""

    def __init__(self) -> None:
        self.schema: Schema = Params.model_json_schema(by_alias=True)
        text = (ROOT / "params.yaml").read_text()
        self.values: Any = yaml.safe_load(text)
        self.comments = comments(text)

    def group(self, schema: Schema) -> Schema | None:
        """The group of keys that a value is, if it is one, or may be one or null."""
        parts = [self._found(part) for part in schema.get("anyOf", [schema])]
        groups = [part for part in parts if "properties" in part]
        others = [part for part in parts if part.get("type") not in ("null", None)]
        return groups[0] if groups and len(groups) == len(others) == 1 else None

    def variants(self, schema: Schema) -> list[Schema]:
        """The kinds of a value that is one of several groups, each with a name for its kind.

        Those of the user's own are not among them: they have no name here.
        """
        found = [self._found(part) for part in schema.get("oneOf", [])]
        nested = [self.variants(part) if "oneOf" in part else [part] for part in found]
        return [part for parts in nested for part in parts if kind(part)]

    def _found(self, schema: Schema) -> Schema:
        if "$ref" in schema:
            return self.schema["$defs"][schema["$ref"].rpartition("/")[2]]
        return schema

    def rows(self, group: Schema, path: str, values: Any) -> Iterator[Row]:
        """All keys of a group, those of groups within it too."""
        for name, schema in group["properties"].items():
            key = f"{path}.{name}" if path else name
            value = values.get(name, ...) if isinstance(values, Mapping) else ...
            if inner := self.group(schema):
                if value is None:
                    text = self.text(key, said(docstrings(group["title"]), name))
                    yield Row(key, "group of the keys below or null", shown(value), text)
                yield from self.rows(inner, key, schema.get("default") if value is ... else value)
            else:
                needed = name in group.get("required", [])
                default = "required" if needed else shown(schema.get("default"))
                text = self.text(key, said(docstrings(group["title"]), name))
                given = default if value is ... else shown(value)
                yield Row(key, self.type(schema), given, text)

    def text(self, key: str, docstring: str) -> str:
        """What is said of a key, of the same key in `training`, or of its name in its section."""
        section, *rest = key.split(".")
        ends = [".".join(rest[place:]) for place in range(len(rest))]
        schedules = [f"training.{end}" for end in ends] if section in SCHEDULED else []
        found = [self.comments.get(one, "") for one in (key, *schedules)]
        alike = [
            text
            for other, text in self.comments.items()
            if rest and other.startswith(f"{section}.") and other.endswith(f".{rest[-1]}")
        ]
        return next(filter(None, [*found, docstring, *alike]), "")

    def type(self, schema: Schema) -> str:
        """In words."""
        parts = [self._found(p) for p in schema.get("anyOf", schema.get("oneOf", [schema]))]
        return " or ".join(dict.fromkeys(self._type(part) for part in parts))

    def _type(self, schema: Schema) -> str:
        if names := schema.get("enum") or ([schema["const"]] if "const" in schema else []):
            return ", ".join(f"`{name}`" for name in names if name is not None)
        if "anyOf" in schema or "oneOf" in schema:
            return self.type(schema)
        if schema.get("type") == "array":
            inner = self.type(schema.get("items", {}))
            return f"list of ({inner})" if " or " in inner else f"list of {inner}"
        if "properties" in schema:
            return "group of " + ", ".join(f"`{name}`" for name in schema["properties"])
        if of := schema.get("additionalProperties"):
            return f"{self.type(of) if isinstance(of, Mapping) else 'anything'} by name"
        name = str(schema.get("type", "anything"))
        return " ".join([WORDS.get(name, name), *_range(schema)])


def kind(group: Schema) -> str | None:
    """The name of a group's kind, where it has one."""
    parts = group.get("properties", {}).values()
    return next((str(part["const"]) for part in parts if "const" in part), None)


def _range(schema: Schema) -> Iterator[str]:
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    ends = [f"{sign} {schema[name]:g}" for name, sign in signs.items() if name in schema]
    if ends:
        yield " and ".join(ends)


def shown(value: Any) -> str:
    """As in YAML, on one line."""
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def docstrings(name: str) -> str:
    """Of a group of keys and of what it is derived from, the group's own first."""
    (found,) = (one for one in _derived(Section) if one.__name__ == name)
    return "\n\n".join(one.__doc__ or "" for one in found.__mro__ if issubclass(one, Section))


def _derived(of: type[Section]) -> Iterator[type[Section]]:
    for one in of.__subclasses__():
        yield one
        yield from _derived(one)


def said(docstring: str, name: str) -> str:
    """What a docstring says of a key, in a part that begins `name: …`."""
    for paragraph in docstring.split("\n\n"):
        text = " ".join(paragraph.split())
        if own := re.search(rf"(?:^|(?<=[.;] ))`?{name}`?: (.*?)(?= `?\w+`?: |$)", text):
            return own[1].rstrip(".")
    return ""


def comments(text: str) -> dict[str, str]:
    """What is said in `params.yaml` beside each key, by its path."""
    found: dict[str, list[str]] = {}
    path: list[tuple[int, str]] = []
    for line in text.splitlines():
        key = re.match(r"(\s*)(\w+):", line)
        _, _, comment = line.partition("# ")
        if key:
            path = [(depth, name) for depth, name in path if depth < len(key[1])]
            path.append((len(key[1]), key[2]))
        if comment and path and not line.startswith("#"):
            found.setdefault(".".join(name for _, name in path), []).append(comment.strip())
    return {key: " ".join(lines) for key, lines in found.items()}


def page() -> str:
    """The page in Markdown."""
    reference = Reference()
    return HEAD + "".join(_sections(reference))


def _sections(reference: Reference) -> Iterator[str]:
    plain: list[Row] = []
    for name, schema in reference.schema["properties"].items():
        value = reference.values.get(name)
        if group := reference.group(schema):
            yield f"\n## {name}\n\n{_prose(group)}\n\n"
            yield table(list(reference.rows(group, name, value)))
            for inner, part in group["properties"].items():
                yield from _kinds(reference, part, f"{name}.{inner}", (value or {}).get(inner))
        elif reference.variants(schema):
            yield f"\n## {name}\n"
            yield from _kinds(reference, schema, name, value)
        else:
            text = reference.comments.get(name) or said(docstrings("Params"), name)
            plain.append(Row(name, reference.type(schema), shown(value), text))
    yield f"\n## At the top\n\n{table(plain)}"


def _kinds(reference: Reference, schema: Schema, path: str, values: Any) -> Iterator[str]:
    """A table of what all kinds of a group have, and one of the rest of each."""
    kinds = reference.variants(schema)
    if not kinds:
        return
    common = set.intersection(*(set(one["properties"]) for one in kinds)) if kinds[1:] else set()
    for place, one in enumerate(kinds):
        rows = list(reference.rows(one, path, values))
        own = [row for row in rows if row.key[len(path) + 1 :].split(".")[0] not in common]
        if place == 0 and common:
            rest = [row for row in rows if row not in own]
            yield f"\n### Every kind of `{path}`\n\n{table(rest)}"
        yield f"\n### `{path}`: {kind(one)}\n\n{_prose(one)}\n\n" + (table(own) if own else "")


def _prose(group: Schema) -> str:
    """The docstring up to what it says of single keys."""
    words = []
    for paragraph in group.get("description", "").split("\n\n"):
        if any(re.match(rf"`?{name}`?: ", paragraph) for name in group["properties"]):
            break
        words.append(" ".join(paragraph.split()))
    return "\n\n".join(words)


def table(rows: list[Row]) -> str:
    """In Markdown."""
    head = "| key | type | default | what it is |\n| --- | --- | --- | --- |\n"
    return head + "".join(
        f"| `{key}` | {type_} | {default} | {text.translate(ESCAPED)} |\n"
        for key, type_, default, text in rows
    )
