"""Titles of charts in lines that a narrow panel has room for: Vega itself cuts them short."""

import textwrap
from typing import Any

WIDTH = 40  # characters of a title: some 280 pixels at the sizes of the theme
NOT_DRAWN = ("data", "datasets", "tooltip")


def wrapped(part: Any) -> Any:
    """The specification, or a part of it, with each long title as a list of lines."""
    if isinstance(part, list):
        return [wrapped(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {key: _wrapped(key, value) for key, value in part.items()}


def _wrapped(key: str, value: Any) -> Any:
    if key in NOT_DRAWN:
        return value
    if key == "title" and isinstance(value, dict) and isinstance(value.get("text"), str):
        return wrapped(value) | {"text": lines(value["text"])}
    if key in ("title", "subtitle") and isinstance(value, str):
        return lines(value)
    return wrapped(value)


def lines(title: str) -> str | list[str]:
    """A short title as it is, else its lines."""
    found = textwrap.wrap(title, WIDTH)
    return found if len(found) > 1 else title
