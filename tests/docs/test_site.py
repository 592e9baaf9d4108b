"""The built site: complete, linked, and read without a network."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

import hvae
from hvae.results.checks.catalogue import BOUNDS
from tests.browser import driver as chromium
from tests.browser.conftest import Browser
from tests.conftest import ROOT

LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
MEGABYTE = 2**20


class Parts(HTMLParser):
    """What a page loads, where it links to, and the places that can be linked to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.places: set[str] = {""}
        self.text: list[str] = []
        self.feed(page.read_text())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        if values.get("rel") != "canonical" and LOADED.get(tag, "") in values:
            self.loaded.append(values[LOADED[tag]])
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        self.places |= {values[name] for name in ("id", "name") if name in values}

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def pages(site: Path) -> Iterator[Path]:
    return (page for page in sorted(site.rglob("*.html")) if page.name != "404.html")


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    found = {page: [x for x in Parts(page).loaded if urlsplit(x).netloc] for page in pages(site)}
    assert not any(found.values()), found
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*[\"']?(https?:)?//", sheet.read_text()), sheet


def test_no_link_is_broken(site: Path) -> None:
    parts = {page.resolve(): Parts(page) for page in pages(site)}
    assert len(parts) > 30
    for page, own in parts.items():
        for link in own.links:
            scheme, place, path, _, fragment = urlsplit(link)
            if scheme or place:
                assert scheme == "https", (page, link)
                continue
            to = (page.parent / unquote(path)).resolve() if path else page
            assert to.is_file(), (page, link)
            if to in parts:
                assert unquote(fragment) in parts[to].places, (page, link)


def test_no_formula_is_left_in_tex(site: Path) -> None:
    for page in pages(site):
        text = page.read_text()
        assert "arithmatex" not in text, page
        assert not re.search(r"\\(frac|sum|beta|mathbb|text)\b", "".join(Parts(page).text)), page
    assert (site / "theory.html").read_text().count("<math") >= 40


def test_every_parameter_limit_and_name_is_explained(site: Path) -> None:
    rows = re.findall(r"<tr>(.*?)</tr>", (site / "reference/parameters.html").read_text(), re.S)
    cells = [re.findall(r"<td>(.*?)</td>", row, re.S) for row in rows]
    table = {re.sub("<.*?>", "", row[0]): row[1:] for row in cells if row}
    assert {"grid.rates", "model.likelihood.components", "data.target_noise"} <= set(table)
    assert [key for key, row in table.items() if len(row) != 3 or not all(row)] == []
    limits = (site / "reference/limits.html").read_text()
    assert all(f"<code>{name}</code>" in limits for name in BOUNDS)
    names = (site / "reference/api.html").read_text()
    assert all(f"hvae.{name}" in names for name in hvae.__all__)


def test_search_answers_without_a_server(site: Path, browser: Browser) -> None:
    driver = browser(1280, 900, "light")
    driver.get((site / "index.html").as_uri())
    chromium.requests(driver)
    field = driver.find_element(By.CSS_SELECTOR, "input[name=query]")
    field.click()
    field.send_keys("hypernetwork")
    found = WebDriverWait(driver, chromium.DEADLINE).until(_results)
    assert any("glossary.html" in link for link in found)
    assert not [url for url in chromium.requests(driver) if url.startswith("http")]


def _results(driver: Chrome) -> list[str]:
    links = driver.find_elements(By.CSS_SELECTOR, "a.md-search-result__link")
    return [link.get_attribute("href") or "" for link in links]


@pytest.mark.parametrize(("width", "wider"), [(400, 500), (1280, 1600)])
def test_no_page_scrolls_sideways(site: Path, browser: Browser, width: int, wider: int) -> None:
    beyond = "return document.documentElement.scrollWidth - window.innerWidth"
    for page in pages(site):
        driver = browser(width, 900, "light")
        driver.get(page.as_uri())
        assert driver.execute_script(beyond) <= 0, (page, width)
        browser(wider, 900, "dark")
        assert driver.execute_script(beyond) <= 0, (page, wider)
        assert not chromium.errors(driver), page


def test_pictures_are_small() -> None:
    for path in (ROOT / "docs").rglob("*.*"):
        assert path.stat().st_size < MEGABYTE, path


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])
def test_links_between_files_of_the_repository(name: str) -> None:
    for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", (ROOT / name).read_text()):
        assert link.startswith("https://") or (ROOT / link).exists(), link


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120
