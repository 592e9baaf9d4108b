"""How long a reader waits for a report: until the first screen is drawn, and until all of it is.

Each page is opened in Debian's Chromium, from a file, with nothing cached: pages of planted runs,
and those whose files are given. From the start of navigation until every chart that a screen of
1600×1000 or 400×1000 pixels shows first has its marks; then all charts, which are scrolled to.

    python -m benchmarks.browser reports/digits/index.html
"""

import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from selenium.webdriver import Chrome

from tests.browser.driver import screen, start
from tests.browser.pages import html

PLANTED = {"two-layers": "planted, 4 points", "large": "planted, 441 points"}
WIDTHS = (1600, 400)
HEIGHT = 1000
LOADS = 7


class Wait(NamedTuple):
    """Seconds from the start of navigation."""

    first: float
    all: float


def main(files: Sequence[str]) -> None:
    """Print a Markdown table."""
    print(f"Seconds in Chromium, {LOADS} loads: median (lowest, highest).\n")
    print("| page | MB | width | first view | all charts |")
    print("| --- | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        driver = start(Path(folder) / "profile")
        script = {"source": "looks.timing = looks.timed();"}
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", script)
        for name, file in [*planted(Path(folder)), *((path, Path(path)) for path in files)]:
            for width in WIDTHS:
                screen(driver, width, HEIGHT, "light")
                waits = [wait(driver, file.resolve()) for _ in range(LOADS)]
                show(name, file, width, waits)
        driver.quit()


def planted(folder: Path) -> Iterator[tuple[str, Path]]:
    """Pages of runs without training, by what they are."""
    for name, words in PLANTED.items():
        file = folder / f"{name}.html"
        file.write_text(html(name))
        yield words, file


def wait(driver: Chrome, file: Path) -> Wait:
    """One load."""
    driver.get("about:blank")
    driver.get(file.as_uri())
    driver.execute_async_script("looks.timing.then(arguments[0])")
    first, last = (
        driver.execute_script("return looks.time(arguments[0])", name) / 1000
        for name in ("first view", "all drawn")
    )
    return Wait(first, last)


def show(name: str, file: Path, width: int, waits: Sequence[Wait]) -> None:
    """One row."""
    size = file.stat().st_size / 1e6
    cells = [
        f"{statistics.median(found):.2f} ({min(found):.2f}, {max(found):.2f})"
        for found in zip(*waits, strict=True)
    ]
    print(f"| {name} | {size:.1f} | {width} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
