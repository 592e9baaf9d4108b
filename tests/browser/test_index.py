"""The index in a browser: experiments chosen by the address, and the planted difference."""

import html
import math
import re
from pathlib import Path
from typing import Any

from hvae.io import tables
from hvae.reports.index.__main__ import page
from tests.browser.conftest import HEIGHT, Browser
from tests.browser.driver import errors, visit
from tests.reports.index.cases import plant

Config = dict[str, Any]


def seen(browser: Browser, folder: Path, address: str) -> str:
    """The page's elements after its scripts have run; text as a reader has it."""
    path = folder / "index.html"
    path.write_text(page(folder / "results", folder))
    driver = browser(1600, HEIGHT, "light")
    visit(driver, path, address)
    assert errors(driver) == []
    return re.sub(r"<(script|style).*?</\1>", "", driver.page_source, flags=re.DOTALL)


def rows(dom: str, table: str) -> list[list[str]]:
    """The body of a table as text."""
    found = dom.partition(f'<table id="{table}">')[2].partition("</table>")[0].partition("<tbody>")
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in found[2].split("</tr>")]
    return [[html.unescape(cell) for cell in row] for row in cells if row]


def text(dom: str, name: str) -> str:
    """What an element says, without the tags in it."""
    found = re.search(rf'<(\w+)[^>]* id="{name}"[^>]*>(.*?)</\1>', dom, flags=re.DOTALL)
    assert found
    return html.unescape(re.sub("<.*?>", " ", found[2])).strip()


def test_the_difference_is_what_was_planted(
    browser: Browser, tmp_path: Path, config: Config
) -> None:
    plant(tmp_path / "results", config, "one")
    plant(tmp_path / "results", config, "two", higher=3.0)
    dom = seen(browser, tmp_path, "with=one,two&metric=distortion&first=one&second=two")
    # 8 less 5, each with a standard error of 1/√3: 3 ± √(2/3), at every one of four β
    assert dict(rows(dom, "difference-summary")) == {
        "Common places": "4",
        "Compared in pairs": "no: each has one training, which says nothing of another",
        "Mean difference": "3 ± 0.82",
        "Significantly higher": "undecided: one training",
        "Significantly lower": "undecided: one training",
        "Least": "3 ± 0.82",
        "Most": "3 ± 0.82",
    }
    assert rows(dom, "differences")[0] == ["β = (0.1, 0.1)", "5 ± 0.58", "8 ± 0.58", "3 ± 0.82"]
    for chart in ("plane", "against-rate", "difference"):
        assert re.search(rf'id="{chart}"[^>]*>.{{0,400}}<svg', dom, flags=re.DOTALL), chart
    turned = seen(browser, tmp_path, "with=one,two&metric=distortion&first=two&second=one")
    assert dict(rows(turned, "difference-summary"))["Mean difference"] == "−3 ± 0.82"


def test_over_trainings_a_difference_may_be_significant(
    browser: Browser, tmp_path: Path, config: Config
) -> None:
    plant(tmp_path / "results", config, "one", seeds=3)
    plant(tmp_path / "results", config, "two", higher=30.0, seeds=3)
    dom = seen(browser, tmp_path, "with=one,two&metric=distortion&first=one&second=two")
    # each item differs by just 30, and so does each training
    found = dict(rows(dom, "difference-summary"))
    assert found["Compared in pairs"] == "yes: over the same 4 test items and 3 trainings each"
    assert found["Mean difference"] == "30 ± 0 (95 % from 30 to 30)"
    assert (found["Significantly higher"], found["Significantly lower"]) == ("4", "0")
    turned = seen(browser, tmp_path, "with=one,two&metric=distortion&first=two&second=one")
    assert dict(rows(turned, "difference-summary"))["Significantly lower"] == "4"


def test_models_at_the_same_given_rates_are_compared(
    browser: Browser, tmp_path: Path, config: Config
) -> None:
    for name, higher in (("one", 0.0), ("two", 3.0)):
        path = plant(tmp_path / "results", config, name, higher=higher, seeds=3) / "points.parquet"
        points = tables.read(path).to_pylist()
        rated = [row | {f"target_{k}": 1 / row[f"beta_{k}"] for k in (1, 2)} for row in points]
        lost = {"beta_1": math.nan, "beta_2": math.nan, "strategy": "rates"}
        tables.write(tables.from_rows([row | lost for row in rated], tables.points(2)), path)
    dom = seen(browser, tmp_path, "with=one,two&metric=distortion&first=one&second=two")
    assert dict(rows(dom, "difference-summary"))["Mean difference"] == "3 ± 0 (95 % from 3 to 3)"
    assert "R₁ asked for (nats)" in dom.partition('id="difference"')[2]
    prices = seen(browser, tmp_path, "with=one,two&metric=objective&first=one&second=two")
    assert "at no β or rates" in text(prices, "no-difference")


def test_units_that_differ_are_said_and_closed(
    browser: Browser, tmp_path: Path, config: Config
) -> None:
    plant(tmp_path / "results", config, "one")
    plant(
        tmp_path / "results", config, "wide",
        model={"likelihood": {"family": "gaussian", "sigma": 0.3}},
    )  # fmt: skip
    dom = seen(browser, tmp_path, "with=one,wide&metric=distortion")
    assert re.search(r'<option value="distortion" disabled="">[^<]* – units differ', dom)
    remarks = text(dom, "remarks")
    assert "one: Gaussian likelihood with σ = 0.2, digits" in remarks
    assert "wide: Gaussian likelihood with σ = 0.3, digits" in remarks
    assert rows(dom, "difference-summary")[2] == ["Mean difference", "0 ± 0.89"]  # PSNR


def test_one_and_two_layers_share_the_plane_but_no_beta(
    browser: Browser, tmp_path: Path, config: Config
) -> None:
    plant(tmp_path / "results", config, "flat", layers=1)
    plant(tmp_path / "results", config, "two")
    dom = seen(browser, tmp_path, "with=flat,two")
    assert (
        text(dom, "no-difference")
        == "They have 1 and 2 layers, so nothing in common that both were trained for."
    )
    plane = dom.partition('id="plane"')[2].partition("<figcaption")[0]
    marks = re.findall(r'<path aria-label="[^"]*" role="graphics-symbol"', plane)
    assert len(marks) >= 2 + 4


def test_of_three_layers_a_map_is_of_one_upper_beta(
    browser: Browser, tmp_path: Path, config: Config
) -> None:
    plant(tmp_path / "results", config, "one", layers=3)
    plant(tmp_path / "results", config, "two", layers=3, higher=3.0)
    dom = seen(browser, tmp_path, "with=one,two&metric=objective")
    assert re.search(r'<label id="slice-label">', dom)
    assert re.findall(r"<option[^>]*>(β with [^<]*)<", dom) == [
        "β with 0.1 above",
        "β with 1 above",
    ]
    assert dict(rows(dom, "difference-summary"))["Common places"] == "8"
    drawn = dom.partition('id="difference"')[2].partition("<figcaption")[0]
    marks = re.findall(r'aria-label="β₁: [^"]*second minus first: 3 ± 0.82', drawn)
    assert len(marks) == 4 + 4  # cells, each with a dot: of one training none is significant
