"""The interactive plane: a click, a brush, a slider and a key do what they say."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from hvae.reports.page import page
from hvae.reports.sections import pictures
from hvae.results.run import Run
from tests.browser import driver as chromium
from tests.browser.conftest import HEIGHT, WIDTHS, Browser
from tests.browser.exploring import Explorer
from tests.browser.pages import config
from tests.reports.cases import run
from tests.reports.planted import advised
from tests.reports.test_compression import rows as rows_of_files

BETAS = (0.1, 0.4, 1.0, 2.5, 10.0)
RATE, ABOVE = "R(z₁ | z₂)", "R(z₂)"
CONTROLS = "select, input, button"


@pytest.fixture(scope="module")
def planted() -> Run:
    """A plane of 5×5 points whose rates are 1/β_1 and 1/β_2; no two points' pictures are alike."""
    one = run(config(), amortized=True, beta=BETAS)
    shades = np.linspace(0.1, 0.9, len(one.gallery))
    gallery = [
        row | {"image": [shade * value for value in row["image"]]}
        for row, shade in zip(one.gallery, shades, strict=True)
    ]
    return one._replace(gallery=gallery)


@pytest.fixture(scope="module")
def file(planted: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("explorer") / "index.html"
    path.write_text(page(planted))
    return path


@pytest.fixture
def wide(browser: Browser, file: Path) -> Iterator[Explorer]:
    yield from opened(browser, file, max(WIDTHS))


@pytest.fixture(params=WIDTHS)
def explorer(request: pytest.FixtureRequest, browser: Browser, file: Path) -> Iterator[Explorer]:
    yield from opened(browser, file, request.param)


def opened(browser: Browser, file: Path, width: int) -> Iterator[Explorer]:
    """Afresh for each test, which must leave the console silent."""
    driver = browser(width, HEIGHT, "light")
    driver.get(file.as_uri())
    chromium.errors(driver), chromium.requests(driver)
    yield Explorer(driver)
    assert chromium.errors(driver) == []
    assert chromium.requests(driver) == []


def named(one: float, above: float) -> str:
    return f"b{one:g}_{above:g}_s0"


def value(numbers: dict[str, float], title: str, unit: str = "nats") -> float:
    return numbers[f"{title} ({unit})"]


def test_a_click_on_a_mark_shows_that_very_point(explorer: Explorer) -> None:
    for one, above in ((0.4, 2.5), (10, 0.1)):
        explorer.click(named(one, above))
        assert explorer.point == named(one, above)
        numbers = explorer.numbers()
        assert value(numbers, RATE) == pytest.approx(1 / one, rel=1e-3)
        assert value(numbers, ABOVE) == pytest.approx(1 / above, rel=1e-3)
        assert value(numbers, "Distortion D°, z sampled") == 5.0 + 3.0  # less its constant


def test_a_chosen_point_has_its_own_pictures_latents_and_limits(
    wide: Explorer, planted: Run
) -> None:
    wide.click(point := named(1, 10))
    images = [
        row["image"]
        for row in planted.gallery
        if (row["point"], row["kind"]) == (point, "reconstruction")
    ]
    strip = pictures.strip(np.array(images), planted.test.shape, "")
    shown = wide.part("pictures").find_elements(By.TAG_NAME, "img")
    assert strip.uri in [image.get_attribute("src") for image in shown]
    assert all(image.get_attribute("alt") for image in shown)
    drawings = wide.part("embedding").find_elements(By.TAG_NAME, "svg")
    assert len(drawings) == 2 * planted.layers
    dots = [len(one.find_elements(By.TAG_NAME, "circle")) for one in drawings]
    assert dots == [len(planted.test.labels)] * len(drawings)
    limits = wide.open("limits").text
    assert all(bound in limits for bound in ("accuracy", "information", "idle"))
    assert "0.1 ±" in limits


def test_where_nothing_was_evaluated_the_nearest_is_shown_and_said_so(wide: Explorer) -> None:
    wide.click(named(0.4, 10))
    assert "nearest" in wide.open("pictures").text


def test_hovering_tells_the_handful_at_the_mouse_and_every_number_beside_the_plane(
    wide: Explorer,
) -> None:
    chosen = wide.point
    wide.hover(point := named(2.5, 0.4))
    wide.until(lambda: wide.part("tip").is_displayed())
    told = wide.part("tip").text
    assert all(text in told for text in ("β = (2.5, 0.4)", RATE, "0.4", ABOVE, "2.5", "D°"))
    assert "PSNR" not in told
    assert (wide.point, wide.shown) == (chosen, point)
    assert wide.part("title").text == "β = (2.5, 0.4)"
    numbers = wide.numbers()
    assert value(numbers, RATE) == pytest.approx(1 / 2.5, rel=1e-3)
    assert numbers["PSNR, z sampled (dB)"] == 15.0
    wide.hands().move_to_element(wide.part("metric")).perform()
    wide.until(lambda: not wide.part("tip").is_displayed())
    assert wide.shown == chosen


def test_each_beta_can_be_an_axis_in_even_steps_of_its_logarithm(
    wide: Explorer, planted: Run
) -> None:
    def spacing() -> float:
        first, middle, last = (wide.centre(named(one, 1))[0] for one in (0.1, 1, 10))
        return (middle - first) / (last - first)

    wide.choose("x", "beta-1")
    wide.until(lambda: spacing() == pytest.approx(0.5, abs=0.01))
    wide.choose("y", "beta-2")
    wide.until(lambda: "β₂" in wide.texts(".role-axis-title text"))
    wide.drag(named(0.4, 10), named(2.5, 0.1), beyond=8)
    assert wide.count == sum(0.4 <= p["beta_1"] <= 2.5 for p in planted.measured)


def test_independent_models_are_coloured_and_named_in_the_legend(
    wide: Explorer, planted: Run
) -> None:
    anchor = next(p["point"] for p in planted.anchors if p["beta_1"] == p["beta_2"] == 10)
    fill = wide.mark(anchor).get_attribute("fill")
    assert fill == wide.mark(named(10, 10)).get_attribute("fill") != "transparent"
    assert "Independent model, coloured likewise" in wide.texts(".role-legend-label text")
    wide.choose("metric", "classification-z1+z2-knn-accuracy")
    wide.until(lambda: wide.mark(anchor).get_attribute("fill") == "transparent")
    assert "Diamonds: independent models, in the same colours, open" in wide.part("hint").text


def inside(planted: Run, one: tuple[float, float], above: tuple[float, float]) -> int:
    """Points whose rates lie between these ends."""
    rates = [(p["rate_1"], planted.rates[p["point"]][1].value) for p in planted.measured]
    return sum(one[0] <= x <= one[1] and above[0] <= y <= above[1] for x, y in rates)


def test_a_drag_counts_the_points_inside(explorer: Explorer, planted: Run) -> None:
    assert explorer.count == len(planted.measured)
    explorer.drag(named(2.5, 0.4), named(0.4, 2.5), beyond=8)
    count = inside(planted, (0.39, 2.51), (0.39, 2.51))
    assert 9 <= count < len(planted.measured)
    assert explorer.count == count
    explorer.part("clear").click()
    assert explorer.count == len(planted.measured)


@pytest.mark.parametrize("unit", [1.0, 1 / math.log(2)])
def test_a_typed_region_counts_the_points_inside(
    explorer: Explorer, planted: Run, unit: float
) -> None:
    explorer.choose("unit", "nats" if unit == 1 else "bits")
    explorer.open("region")
    for name, end in {"from-1": 0.3, "to-1": 3, "from-2": 0.05, "to-2": 1.5}.items():
        explorer.part(name).send_keys(f"{end * unit:.4f}")
    assert explorer.count == inside(planted, (0.3, 3), (0.05, 1.5))


def test_arrow_keys_move_to_the_neighbouring_beta(explorer: Explorer) -> None:
    explorer.choose("point", named(1, 1))
    explorer.part("beta-1").send_keys(Keys.ARROW_RIGHT)
    assert explorer.point == named(2.5, 1)
    explorer.part("beta-2").send_keys(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    assert explorer.point == named(2.5, 0.1)
    assert explorer.part("beta-1").get_attribute("aria-valuetext") == "β 1 = 2.5"


def test_bits_are_nats_over_the_logarithm_of_two(wide: Explorer) -> None:
    datum = "return arguments[0].__data__.datum.x"
    wide.choose("point", named(0.4, 1))
    nats = wide.driver.execute_script(datum, wide.mark(named(0.4, 1)))
    assert any("(nats per item)" in text for text in wide.texts(".role-axis-title text"))
    wide.choose("unit", "bits")
    wide.until(lambda: any("(bits" in text for text in wide.texts(".role-axis-title text")))
    bits = wide.driver.execute_script(datum, wide.mark(named(0.4, 1)))
    assert bits / nats == pytest.approx(1 / math.log(2))
    assert value(wide.numbers(), RATE, "bits") == pytest.approx(2.5 / math.log(2), rel=1e-3)
    assert not any("(nats" in text for text in wide.texts(".role-axis-title text"))


def test_a_linear_axis_spaces_marks_as_their_rates(wide: Explorer) -> None:
    def spacing() -> float:
        first, middle, last = (wide.centre(named(one, 1))[0] for one in (10, 0.4, 0.1))
        return (middle - first) / (last - first)

    linear = (2.5 - 0.1) / (10 - 0.1)
    assert spacing() > linear + 0.1
    wide.choose("scale", "linear")
    wide.until(lambda: spacing() == pytest.approx(linear, abs=0.01))
    wide.choose("scale", "log")
    wide.until(lambda: spacing() > linear + 0.1)


def test_the_metric_names_the_legend(wide: Explorer) -> None:
    options = wide.part("metric").find_elements(By.TAG_NAME, "option")
    names = [
        (o.get_attribute("value") or "", o.get_attribute("textContent") or "") for o in options
    ]
    for name, title in (names[0], names[-1]):
        wide.choose("metric", name)
        wide.until(lambda title=title: title in " ".join(wide.texts(".role-legend-title text")))


def _reachable(control: WebElement) -> bool:
    chosen = control.get_attribute("tabindex") != "-1"
    return control.is_displayed() and control.is_enabled() and chosen


def test_arrow_keys_move_among_tabs(explorer: Explorer) -> None:
    assert explorer.open("pictures").is_displayed()
    explorer.keys(Keys.ARROW_RIGHT)
    assert explorer.focused == "explorer-tab-numbers"
    assert explorer.part("numbers").is_displayed()
    assert not explorer.part("pictures").is_displayed()
    explorer.keys(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    assert explorer.focused == "explorer-tab-region"


def test_the_keyboard_reaches_every_control(wide: Explorer) -> None:
    """The button that clears a region is there once there is one; of tabs, the open one."""
    wide.open("region")
    wide.part("from-1").send_keys("0.5")
    found = wide.driver.find_elements(By.CSS_SELECTOR, f"#explorer-root :is({CONTROLS})")
    wanted = {c.get_attribute("id") for c in found if _reachable(c)} - {""}
    assert len(wanted) >= 12
    wide.part("metric").send_keys("")
    reached = {wide.focused}
    for _ in range(3 * len(wanted)):
        wide.keys(Keys.TAB)
        reached.add(wide.focused)
    assert wanted <= reached


def test_all_of_it_can_be_done_with_keys(wide: Explorer, planted: Run) -> None:
    def go_to(name: str) -> None:
        while wide.focused != f"explorer-{name}":
            wide.keys(Keys.TAB)

    wide.part("metric").send_keys("")
    metric = wide.part("metric").get_attribute("value")
    wide.keys(Keys.ARROW_DOWN)
    assert wide.part("metric").get_attribute("value") != metric
    go_to("unit")
    wide.keys("b")
    assert wide.part("unit").get_attribute("value") == "bits"
    go_to("point")
    wide.keys(Keys.HOME)
    assert wide.point == planted.points[0]["point"]
    go_to("beta-2")
    wide.keys(Keys.END)
    assert wide.point == named(0.1, 10)
    go_to("tab-pictures")
    wide.keys(Keys.ARROW_LEFT)  # to the last one, which is about regions
    go_to("from-1")
    wide.keys("3")
    go_to("to-1")
    wide.keys("14")
    bits = math.log(2)
    assert wide.count == inside(planted, (3 * bits, 14 * bits), (-1, 99))
    go_to("clear")
    wide.keys(Keys.ENTER)
    assert wide.count == len(planted.measured)


def other(browser: Browser, folder: Path, planted: Run) -> Explorer:
    """The plane of another run."""
    file = folder / "index.html"
    file.write_text(page(planted))
    driver = browser(max(WIDTHS), HEIGHT, "dark")
    driver.get(file.as_uri())
    return Explorer(driver)


def test_a_seed_shows_its_own_points(browser: Browser, tmp_path: Path) -> None:
    options = config()
    options["grid"]["seeds"] = [0, 1]
    shown = other(browser, tmp_path, run(options))
    assert shown.count == 8
    shown.choose("point", named(10, 0.1))
    shown.choose("seed", "1")
    assert shown.point == "b10_0.1_s1"
    assert shown.count == 4


def test_a_diverged_point_has_no_mark_and_is_said_to_have_no_numbers(
    browser: Browser, tmp_path: Path
) -> None:
    shown = other(browser, tmp_path, run(config(), diverged=(named(10, 10),)))
    assert shown.count == 3
    shown.choose("point", named(10, 10))
    assert "diverged" in shown.open("numbers").text
    assert shown.numbers() == {}


def test_three_layers_have_three_sliders_and_axes_to_choose(
    browser: Browser, tmp_path: Path
) -> None:
    shown = other(browser, tmp_path, run(config(), layers=3))
    shown.choose("point", "b0.1_10_0.1_s0")
    shown.part("beta-3").send_keys(Keys.ARROW_RIGHT)
    assert shown.point == "b0.1_10_10_s0"
    shown.choose("x", "total")
    shown.until(lambda: "total (nats" in " ".join(shown.texts(".role-axis-title text")))


def test_one_layer_has_the_metric_as_its_height(browser: Browser, tmp_path: Path) -> None:
    shown = other(browser, tmp_path, run(config(), layers=1))
    shown.click("b10_s0")
    assert shown.point == "b10_s0"
    assert value(shown.numbers(), "R(z₁)") == pytest.approx(0.1)
    assert any("Distortion" in text for text in shown.texts(".role-axis-title text"))


def test_a_source_without_pictures_has_none(browser: Browser, tmp_path: Path) -> None:
    shown = other(browser, tmp_path, run(config(), source="gaussian"))
    shown.click(named(0.1, 10))
    assert not shown.part("tab-pictures").is_displayed()
    assert shown.open("embedding").is_displayed()


def test_prices_and_files_have_tabs_where_a_point_has_them(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = advised(run(config(), amortized=True, rates=[(4, 0), (2, 2)]))
    bare, priced = (point["point"] for point in shown.rated[:2])
    shown = shown._replace(tasks=[*shown.tasks, *rows_of_files(priced, [2.0, 2.0], 1.5)])
    rows = [["In training", "3.5", "2.5"], ["On test items", "3 ± 1", "2 ± 1"]]
    known = {priced: {"layers": ["z₁", "z₂"], "rows": rows, "text": "It belongs in z₁."}}
    monkeypatch.setattr("hvae.reports.sections.prices.of_points", lambda run: known)
    plane = other(browser, tmp_path, shown)
    plane.choose("point", priced)
    text = plane.open("prices").text
    assert "3.5" in text
    assert "2 ± 1" in text
    assert "It belongs in z₁." in text
    plane.choose("point", bare)
    assert not plane.part("tab-prices").is_displayed()
    assert not plane.part("tab-files").is_displayed()
    plane.choose("point", priced)
    assert "file (bits per dimension)" in plane.open("files").text
    assert "Compression" not in plane.part("numbers").get_attribute("textContent")
