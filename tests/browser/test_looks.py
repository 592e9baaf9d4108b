"""What is asked of pages can be answered with no: a page with every fault is found out."""

from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.browser import driver as chromium
from tests.browser.conftest import Browser

FAULTY = """<!DOCTYPE html><title>Faulty</title>
<h1 style="color: #999">Faint</h1>
<div style="width: 900px">Wide</div>
<div class="chart" id="blank"><svg class="marks" width="50" height="50"><g class="mark-group
  role-frame"><path d="M0,0h50v50h-50Z"></path></g><g class="mark-text role-axis-label">
  <text x="40" y="20">Cut off</text></g></svg></div>
<img src="http://127.0.0.1:9/fetched.png">
<script>alert("a label"); console.warn("a warning"); console.error("an error");</script>
<script>throw new Error("thrown")</script>"""


@pytest.fixture(scope="module")
def faulty(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Chrome:
    page = tmp_path_factory.mktemp("faulty") / "index.html"
    page.write_text(FAULTY)
    chromium.visit(shown := browser(400, 600, "light"), page)
    return shown


def test_the_console_and_the_network_are_heard(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(FAULTY)
    chromium.visit(shown := browser(400, 600, "light"), tmp_path / "index.html")
    heard = " ".join(chromium.errors(shown))
    assert all(text in heard for text in ("a warning", "an error", "thrown"))
    assert chromium.requests(shown) == ["http://127.0.0.1:9/fetched.png"]


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("empty()", ["blank"]),
        ("wide()", ["508 px", "div"]),
        ("clipped()", ["blank: Cut off"]),
        ("faint(4.5)", ["2.8: h1 Faint"]),
        ("images()", [{"alt": None, "width": 0, "source": "http://127.0.0.1:9/fetched.png"}]),
        ("alerts", ["a label"]),
    ],
)
def test_a_fault_is_found(faulty: Chrome, what: str, found: list[object]) -> None:
    assert faulty.execute_script(f"return looks.{what}") == found


@pytest.mark.parametrize("name", ["chromium", "chromedriver"])
def test_without_a_browser_one_sentence_says_what_to_install(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chromium.shutil, "which", lambda _: None)
    with pytest.raises(chromium.NoBrowserError, match=f"no {name}.*apt-get install chromium chro"):
        chromium.program(name)
