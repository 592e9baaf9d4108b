"""Changes of the default parameters, and how bad ones are refused."""

from collections.abc import Callable
from typing import Any

import pytest

from hvae.config.base import parse
from hvae.config.params import Params
from hvae.errors import InputError

Config = dict[str, Any]


def put(*path: str | int, value: Any) -> Callable[[Config], None]:
    """The change of one value, deep in the parameters."""

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


def assert_refused(config: Config, sentence: str) -> None:
    """InputError in one line that matches the pattern and shows no memory address."""
    with pytest.raises(InputError, match=sentence) as refused:
        parse(Params, config)
    assert len(str(refused.value).splitlines()) == 1
    assert "http" not in str(refused.value)
