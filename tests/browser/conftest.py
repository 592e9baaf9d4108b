"""One browser for all tests of a process, and pages that are built once and opened on demand."""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from selenium.webdriver import Chrome

from tests.browser import driver as chromium
from tests.browser.pages import NAMES, html

WIDTHS = (400, 1600)
SCHEMES = ("light", "dark")
HEIGHT = 1000
Browser = Callable[[int, int, str], Chrome]
Pages = Callable[[str], Path]


class Opened(NamedTuple):
    """A page as a reader has it before them, with what the console and the network saw."""

    driver: Chrome
    errors: list[str]
    requests: list[str]


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """The browser itself; without one the tests fail, and say what to install."""
    try:
        started = chromium.start(tmp_path_factory.mktemp("profile"))
    except chromium.NoBrowserError as error:
        pytest.fail(str(error), pytrace=False)
    yield started
    started.quit()


@pytest.fixture(scope="session")
def browser(driver: Chrome) -> Browser:
    """The browser at a width and height in pixels, `light` or `dark`."""

    def at(width: int, height: int, scheme: str) -> Chrome:
        chromium.screen(driver, width, height, scheme)
        return driver

    return at


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """The file of a page by its name, made when it is first asked for."""
    folder = tmp_path_factory.mktemp("pages")

    @functools.cache
    def path(name: str) -> Path:
        made = folder / f"{name}.html"
        made.write_text(html(name))
        return made

    return path


# In the dark a telephone shows what it shows in the light, in the colours of the wide screen: only
# the page with the most on it is opened for that.
FULLEST = "two-layers"
CASES = [
    (name, width, scheme)
    for name in NAMES
    for width in WIDTHS
    for scheme in SCHEMES
    if (width, scheme) != (400, "dark") or name == FULLEST
]
CASES.append((FULLEST, 750, "light"))  # panels two abreast at their narrowest, as on paper


@pytest.fixture(scope="module", params=CASES, ids=lambda case: "-".join(map(str, case)))
def opened(request: pytest.FixtureRequest, browser: Browser, pages: Pages) -> Opened:
    """Each page at each width in each scheme, opened once for all that is asked of it."""
    name, width, scheme = request.param
    driver = browser(width, HEIGHT, scheme)
    chromium.visit(driver, pages(name))
    return Opened(driver, chromium.errors(driver), chromium.requests(driver))
