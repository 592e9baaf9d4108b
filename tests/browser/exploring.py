"""The interactive rate plane as a reader has it: what is seen, and what hands can do."""

from collections.abc import Callable

from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

PATIENCE = 20  # seconds, on a busy machine
MARK = """
return [...document.querySelectorAll("#explorer-chart .role-mark path")].find((path) =>
  path.__data__ && path.__data__.datum && path.__data__.datum.name === arguments[0]);
"""
CENTRE = """
const box = arguments[0].getBoundingClientRect();
return [box.x + box.width / 2, box.y + box.height / 2];
"""


class Explorer:
    """The plane on an open page, by the identifiers of its parts."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver
        self.until(lambda: bool(self.texts(".role-axis-title text")))
        self.show("chart")

    def part(self, name: str) -> WebElement:
        return self.driver.find_element(By.ID, f"explorer-{name}")

    def open(self, name: str) -> WebElement:
        """A tab of the panel, and what it holds."""
        self.part(f"tab-{name}").click()
        return self.part(name)

    def show(self, name: str) -> None:
        """Scroll there."""
        script = "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})"
        self.driver.execute_script(script, self.part(name))

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for it: charts are drawn a moment after what asks for them."""
        WebDriverWait(self.driver, PATIENCE).until(lambda _: holds())

    def choose(self, name: str, value: str) -> None:
        """An entry of a list."""
        Select(self.part(name)).select_by_value(value)

    @property
    def point(self) -> str | None:
        """The chosen point's name."""
        return self.part("panel").get_attribute("data-point")

    @property
    def count(self) -> int:
        """Points in the region."""
        return int(self.part("summary").get_attribute("data-count") or -1)

    def texts(self, selector: str) -> list[str]:
        """Of the chart."""
        found = self.driver.find_elements(By.CSS_SELECTOR, f"#explorer-chart {selector}")
        return [element.get_attribute("textContent") or "" for element in found]

    @property
    def shown(self) -> str | None:
        """The name of the point that the panel is about: the one under the mouse, if any."""
        return self.part("panel").get_attribute("data-shown")

    def numbers(self) -> dict[str, float]:
        """The shown point's values under their titles with units; of sets of layers the first."""
        rows = self.part("numbers").find_elements(By.CSS_SELECTOR, "tbody tr:has(td)")
        cells = [row.find_elements(By.CSS_SELECTOR, "th, td") for row in rows]
        return {
            one[0].get_attribute("textContent") or "": float(
                (found[0].get_attribute("textContent") or "").replace("−", "-")
            )
            for one in cells
            for found in [one[1].find_elements(By.TAG_NAME, "b")]
            if found
        }

    def mark(self, point: str) -> WebElement:
        """The point's mark on the plane."""
        return self.driver.execute_script(MARK, point)

    def centre(self, point: str) -> tuple[float, float]:
        """Where that is on the screen, in pixels."""
        x, y = self.driver.execute_script(CENTRE, self.mark(point))
        return x, y

    def click(self, point: str) -> None:
        self.hands().move_to_element(self.mark(point)).click().perform()

    def hover(self, point: str) -> None:
        self.hands().move_to_element(self.mark(point)).perform()

    def drag(self, one: str, other: str, beyond: int) -> None:
        """From one mark to another at its lower right, and by so many pixels past both."""
        (left, top), (right, bottom) = self.centre(one), self.centre(other)
        hands = self.hands()
        pointer = hands.w3c_actions.pointer_action
        pointer.move_to_location(round(left) - beyond, round(top) - beyond).pointer_down()
        pointer.move_to_location(round(right), round(bottom))
        pointer.move_to_location(round(right) + beyond, round(bottom) + beyond).pointer_up()
        hands.perform()

    def hands(self) -> ActionChains:
        return ActionChains(self.driver, duration=20)

    def keys(self, *keys: str) -> None:
        """Typed into whatever has the focus."""
        self.hands().send_keys(*keys).perform()

    @property
    def focused(self) -> str:
        """The identifier of what the keyboard speaks to."""
        return self.driver.switch_to.active_element.get_attribute("id") or ""
