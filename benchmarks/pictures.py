"""The pictures of the documentation, taken anew from a finished report and the index beside it.

python -m benchmarks.pictures reports/digits/index.html reports/index.html
"""

import argparse
import io
import tempfile
from pathlib import Path

from PIL import Image
from selenium.webdriver import Chrome

from tests.browser import driver as chromium

OUT = Path("docs/images")
PARTS = {"plane": "explorer", "limits": "bounds", "applications": "maps"}  # picture: section
SCREEN = (1400, 1000)
SCROLL = "document.getElementById(arguments[0]).scrollIntoView({behavior: 'instant'})"
WIDTH = 1200  # of a picture, in pixels; colours are reduced to a palette


def main(arguments: argparse.Namespace) -> None:
    """Write them to `docs/images/`."""
    with tempfile.TemporaryDirectory() as profile:
        driver = chromium.start(Path(profile))
        try:
            chromium.screen(driver, *SCREEN, "light")
            report(driver, arguments.report.resolve())
            chromium.visit(driver, arguments.index.resolve())
            save(driver, "index")
        finally:
            driver.quit()


def report(driver: Chrome, page: Path) -> None:
    """Its first screen, and its sections from their heads on."""
    chromium.visit(driver, page)
    save(driver, "report")
    for name, section in PARTS.items():
        driver.execute_script(SCROLL, section)
        save(driver, name)


def save(driver: Chrome, name: str) -> None:
    """What is on the screen."""
    picture = Image.open(io.BytesIO(driver.get_screenshot_as_png())).convert("RGB")
    small = picture.resize((WIDTH, round(picture.height * WIDTH / picture.width)))
    small.quantize(256).save(OUT / f"{name}.png", optimize=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("report", type=Path)
    parser.add_argument("index", type=Path)
    main(parser.parse_args())
