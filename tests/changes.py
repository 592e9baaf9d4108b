"""Changes of the default parameters, for tests."""

from collections.abc import Callable
from typing import Any

Config = dict[str, Any]


def put(*path: str | int, value: Any) -> Callable[[Config], None]:
    """A change of one value, deep in the parameters."""

    def change(config: Any) -> None:
        for step in path[:-1]:
            config = config[step]
        config[path[-1]] = value

    return change


def data(source: str, **options: Any) -> Callable[[Config], None]:
    """Another source, with these options."""

    def change(config: Config) -> None:
        config["data"] = config["data"] | {"source": source} | options

    return change
