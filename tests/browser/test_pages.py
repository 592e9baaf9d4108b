"""Every page in a real browser: silent, offline, whole, legible on a telephone and in the dark."""

from importlib.resources import files
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests.browser import driver as chromium
from tests.browser.conftest import FULLEST, HEIGHT, WIDTHS, Browser, Opened, Pages
from tests.browser.exploring import PATIENCE

LEAST = 4.5  # contrast of text, WCAG 2.2, level AA
MEGABYTES = 15  # of the page of 441 points
AXE = """
const said = (fault) => [fault.id, ...fault.nodes.map((node) => node.html)];
const grave = (fault) => ["serious", "critical"].includes(fault.impact);
axe.run(document, {resultTypes: ["violations"]}).then(
  ({violations}) => arguments[0](violations.filter(grave).map(said)));
"""
CONTROLS = "button, input, select, textarea, summary, [role=slider], [role=button]"


def asked(opened: Opened, what: str) -> Any:
    """What a function of `looks.js` answers."""
    return opened.driver.execute_script(f"return looks.{what}")


def test_the_console_is_silent(opened: Opened) -> None:
    assert opened.errors == []


def test_nothing_is_fetched(opened: Opened) -> None:
    assert opened.requests == []


def test_every_panel_has_marks(opened: Opened) -> None:
    assert asked(opened, "charts().length") > 0
    assert asked(opened, "empty()") == []


def test_nothing_is_wider_than_the_screen(opened: Opened) -> None:
    assert asked(opened, "wide()") == []


def test_no_text_of_a_chart_is_cut_off(opened: Opened) -> None:
    assert asked(opened, "clipped()") == []


def test_text_stands_out_from_what_is_behind_it(opened: Opened) -> None:
    assert asked(opened, f"faint({LEAST})") == []


def test_pictures_load_and_have_texts(opened: Opened) -> None:
    assert [
        image for image in asked(opened, "images()") if not (image["alt"] and image["width"])
    ] == []


def test_controls_have_names(opened: Opened) -> None:
    found = opened.driver.find_elements(By.CSS_SELECTOR, CONTROLS)
    nameless = [
        c.get_attribute("outerHTML") for c in found if c.is_displayed() and not c.accessible_name
    ]
    assert nameless == []


def test_the_head_draws_the_application_that_is_chosen(browser: Browser, pages: Pages) -> None:
    driver = browser(max(WIDTHS), HEIGHT, "light")
    driver.get(pages(FULLEST).as_uri())
    choice = Select(driver.find_element(By.ID, "overview-choice"))
    names = [one.text for one in choice.options]
    assert len(names) > 1
    head = driver.find_element(By.ID, "overview-chart")
    for name in (names[0], names[-1]):
        choice.select_by_visible_text(name)
        title = f"{name}: "
        WebDriverWait(driver, PATIENCE).until(lambda _, title=title: title in head.text)


def test_method_and_tables_are_folded_until_they_are_opened(browser: Browser, pages: Pages) -> None:
    driver = browser(max(WIDTHS), HEIGHT, "light")
    driver.get(pages(FULLEST).as_uri())
    folds = driver.find_elements(By.CSS_SELECTOR, "details.fold")
    inside = driver.find_element(By.CSS_SELECTOR, "details.fold .chart")
    assert folds
    assert not any(fold.get_attribute("open") for fold in folds)
    assert not inside.find_elements(By.TAG_NAME, "svg")
    driver.execute_script(chromium.UNFOLD)
    WebDriverWait(driver, PATIENCE).until(lambda _: inside.find_elements(By.TAG_NAME, "svg"))


@pytest.mark.parametrize("name", [FULLEST, "index"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_no_serious_fault(browser: Browser, pages: Pages, name: str, width: int) -> None:
    driver = browser(width, HEIGHT, "light")
    chromium.visit(driver, pages(name))
    driver.execute_script(files("axe_core_python").joinpath("axe.min.js").read_text())
    assert driver.execute_async_script(AXE) == []


def test_no_label_runs_as_a_script(opened: Opened) -> None:
    assert asked(opened, "alerts") == []
    assert opened.driver.title


def test_the_page_of_441_points_can_be_sent(pages: Pages) -> None:
    assert pages("large").stat().st_size < MEGABYTES * 1e6
