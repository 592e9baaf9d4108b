"""Debian's Chromium without a screen, driven by Selenium: a session, its console, its requests."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

LOOKS = Path(__file__).with_name("looks.js").read_text()
FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
)
MISSING = (
    "no {} on the PATH: the reports are tested in a real browser, so install Debian's packages "
    "`chromium` and `chromium-driver` with `apt-get install chromium chromium-driver`"
)
UNFOLD = "document.querySelectorAll('details.fold').forEach((fold) => { fold.open = true; })"
OWN = ("data:", "blob:")  # what a page carries in itself
DEADLINE = 60  # seconds for a script, on a busy machine


class NoBrowserError(RuntimeError):
    """A program is missing; the text says which packages to install, and how."""


def program(name: str) -> str:
    """Its path; NoBrowserError where there is none."""
    if (path := shutil.which(name)) is None:
        raise NoBrowserError(MISSING.format(name))
    return path


def start(profile: Path) -> Chrome:
    """A browser with an empty profile of its own, whose pages can be asked with `looks.js`."""
    options = ChromeOptions()
    options.binary_location = program("chromium")
    # Chromium's sandbox refuses to start as root.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    for flag in (*FLAGS, *sandbox, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options, Service(program("chromedriver")))
    driver.set_script_timeout(DEADLINE)
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": LOOKS})
    return driver


def screen(driver: Chrome, width: int, height: int, scheme: str) -> None:
    """A screen of so many pixels, light or dark; windows cannot be made as narrow as telephones."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    preferred = {"name": "prefers-color-scheme", "value": scheme}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [preferred]})


def visit(driver: Chrome, page: Path, fragment: str = "") -> None:
    """Open a page with empty logs and nothing folded away; wait for charts until they are drawn."""
    driver.get("about:blank")
    errors(driver)
    requests(driver)
    driver.get(f"{page.as_uri()}#{fragment}" if fragment else page.as_uri())
    driver.execute_script(UNFOLD)
    driver.execute_async_script("looks.settled().then(arguments[0])")


def errors(driver: Chrome) -> list[str]:
    """Errors and warnings of the console since the last call, Vega's among them: no exceptions."""
    return [
        entry["message"]
        for entry in driver.get_log("browser")
        if entry["level"] in ("SEVERE", "WARNING")
    ]


def requests(driver: Chrome) -> list[str]:
    """Every address that was asked for since the last call, but for the page and what it holds."""
    messages = (json.loads(entry["message"])["message"] for entry in driver.get_log("performance"))
    asked = [_address(m) for m in messages if m["method"] == "Network.requestWillBeSent"]
    return [url for url in asked if not url.startswith((*OWN, driver.current_url.split("#")[0]))]


def _address(message: dict[str, Any]) -> str:
    return message["params"]["request"]["url"]
