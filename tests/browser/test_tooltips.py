"""Tooltips of charts: points by what people call them, and hostile names as text."""

from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser import driver as chromium
from tests.browser.conftest import HEIGHT, Browser, Pages
from tests.reports.cases import HOSTILE


def test_a_tooltip_names_the_point_by_its_rates(browser: Browser, pages: Pages) -> None:
    chromium.visit(driver := browser(1600, HEIGHT, "light"), pages("two-layers"))
    place = driver.find_elements(By.CSS_SELECTOR, "[id^=slack-]")[0].get_attribute("id")
    marks = driver.find_elements(By.CSS_SELECTOR, f"#{place} .mark-symbol.role-mark path")
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", marks[-1])
    ActionChains(driver, duration=20).move_to_element(marks[-1]).perform()
    box = WebDriverWait(driver, 20).until(
        lambda _: driver.find_element(By.CSS_SELECTOR, "#vg-tooltip-element.visible")
    )
    assert "R = (" in box.text
    assert "_s0" not in box.text
    assert HOSTILE in box.text
