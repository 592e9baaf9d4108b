"""Where sources are added: a file with a `load() -> Source`, a line here, a word in params.Data."""

from collections.abc import Callable, Mapping

from hvae.data import digits
from hvae.data.source import Source

SOURCES: Mapping[str, Callable[[], Source]] = {"digits": digits.load}
