"""A point beside a pinned one: how they differ, how sure that is, and why nothing is said."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from hvae.reports.page import page
from tests.browser.conftest import WIDTHS, Browser
from tests.browser.exploring import Explorer
from tests.browser.pages import config
from tests.browser.test_explorer import named, opened, other
from tests.reports.cases import run
from tests.reports.planted import advised


@pytest.fixture(scope="module")
def advising(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four points at which PSNR grows with the rate, so that more rate is surely better."""
    path = tmp_path_factory.mktemp("pairs") / "index.html"
    path.write_text(page(advised(run(config()))))
    return path


@pytest.fixture(params=WIDTHS)
def pairing(request: pytest.FixtureRequest, browser: Browser, advising: Path) -> Iterator[Explorer]:
    yield from opened(browser, advising, request.param)


def pinned(shown: Explorer) -> WebElement:
    """The numbers of a point, beside another one that is pinned."""
    shown.choose("point", named(10, 10))
    shown.part("pin").click()
    shown.choose("point", named(0.1, 10))
    return shown.open("numbers")


def difference(shown: Explorer) -> tuple[str, str]:
    """Of reconstruction: the number, and the word."""
    rows = shown.part("numbers").find_elements(By.CSS_SELECTOR, ".explorer-pair tbody tr")
    cells = rows[0].find_elements(By.CSS_SELECTOR, "th, td")
    texts = [cell.get_attribute("textContent") or "" for cell in cells]
    assert texts[0].startswith("Reconstruction: PSNR (dB)")
    return texts[1], texts[2]


def test_a_pinned_point_is_compared_by_keys_and_turned_round_the_sign_turns(
    pairing: Explorer,
) -> None:
    """10.1 nats at β = (0.1, 10), and 0.2 at (10, 10): PSNR is 10 dB more than these."""
    pairing.open("numbers")
    pairing.choose("point", named(10, 10))
    pairing.part("pin").send_keys(Keys.ENTER)
    assert "This point is pinned" in pairing.part("numbers").text
    pairing.choose("point", named(0.1, 10))
    text, word = difference(pairing)
    assert text.startswith("+9.90")
    assert text.endswith(" df")
    assert word == "better"
    assert "better in" in (pairing.part("status").get_attribute("textContent") or "")
    assert "Compression: PSNR (dB)" in pairing.part("numbers").text
    assert "not compared: other size" in pairing.part("numbers").text
    pairing.part("pin").send_keys(Keys.ENTER)
    pairing.part("pin").send_keys(Keys.ENTER)
    assert pairing.part("pin").get_attribute("aria-pressed") == "true"
    pairing.choose("point", named(10, 10))
    text, word = difference(pairing)
    assert (text[:5], word) == ("−9.90", "worse")
    assert pairing.driver.execute_script("return looks.wide()") == []


def test_where_no_application_was_measured_the_page_says_why_nothing_is_compared(
    browser: Browser, tmp_path: Path
) -> None:
    shown = other(browser, tmp_path, run(config()))
    assert "Nothing is compared" in pinned(shown).text


def test_one_training_says_that_it_decides_nothing(browser: Browser, tmp_path: Path) -> None:
    shown = other(browser, tmp_path, advised(run(config()), seeds=1))
    pinned(shown)
    text, word = difference(shown)
    assert (text, word) == ("+9.900", "undecided: one training")
