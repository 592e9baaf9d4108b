"""What a chart shows, as rows: one CSV table of all its data, as the page's own menu gives it."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from hvae.results.kinds import Row


def rows(spec: dict[str, Any]) -> list[Row]:
    """All inline rows; of several tables, such as marks and a limit, `part` says which."""
    parts = list({json.dumps(table): table for table in _tables(spec)}.values())
    return [
        ({"part": place} if len(parts) > 1 else {}) | row
        for place, part in enumerate(parts, 1)
        for row in part
    ]


def _tables(part: Any) -> Iterator[list[Row]]:
    """Every table in a specification: layers, facets and look-ups may have their own."""
    if isinstance(part, list):
        for one in part:
            yield from _tables(one)
    elif isinstance(part, dict):
        for key, value in part.items():
            found = _inline(key, value)
            yield from filter(None, found) if found else _tables(value)


def _inline(key: str, value: Any) -> list[list[Row]]:
    if key == "datasets":
        return list(value.values())
    if key == "data" and isinstance(value, dict) and isinstance(value.get("values"), list):
        return [value["values"]]
    return []


def as_csv(table: list[Row]) -> str:
    """The rows under all their columns; what a row lacks, or what is not a number, is empty."""
    columns = list(dict.fromkeys(column for row in table for column in row))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in table)
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)
