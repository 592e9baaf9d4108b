"""A chart as files: SVG and PNG as on the page, SVG for a paper's column, and its rows as CSV."""

import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import altair as alt
import vl_convert

from hvae.reports.charts import theme

Spec = dict[str, Any]

WIDTH = 480  # pixels of a file, where the page has the width of its panel
SCALE = 2  # pixels of a PNG for one of the SVG
SMALL = {"width": 320, "height": 240}  # of a thumbnail
RELEASE = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])


def safe(name: str) -> str:
    """A file name of letters, digits, `-` and `_`: it names no other folder, and no hidden file."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-") or "figure"


def names(of: Iterable[str]) -> list[str]:
    """Safe names in their order, with a number where two would be one."""
    found: list[str] = []
    for name in map(safe, of):
        tries = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
        found.append(next(one for one in tries if one not in found))
    return found


def screen(spec: Spec) -> str:
    """SVG as on the page."""
    return _svg(_sized(spec, WIDTH), theme.SCREEN)


def png(svg: str, scale: float = SCALE) -> bytes:
    """The same in pixels."""
    return vl_convert.svg_to_png(svg, scale=scale)


def paper(spec: Spec) -> str:
    """SVG as wide as a column, in its type: drawn as on a page, and scaled down as a whole."""
    drawn = _svg(_sized(spec, theme.PAPER_DRAWN), theme.PAPER)
    return re.sub(r'width="([\d.]+)" height="([\d.]+)"', _in_points, drawn, count=1)


def _in_points(size: re.Match[str]) -> str:
    width, height = float(size[1]), float(size[2])
    points = height * theme.PAPER_WIDTH / width
    return f'width="{theme.PAPER_WIDTH}pt" height="{points:.2f}pt"'


def thumbnail(spec: Spec) -> str:
    """SVG of the marks and their axes alone, small."""
    return _svg(_bare(spec) | SMALL | {"title": None}, theme.SCREEN)


def _svg(spec: Spec, style: Spec) -> str:
    """No data are fetched: charts hold theirs."""
    return vl_convert.vegalite_to_svg(spec, vl_version=RELEASE, config=style, allowed_base_urls=[])


def _sized(spec: Spec, width: int) -> Spec:
    """In place of the width of a panel; facets and the like have their own."""
    return spec | ({"width": width} if spec.get("width") == "container" else {})


def _bare(part: Any) -> Any:
    """Without legends."""
    if isinstance(part, list):
        return [_bare(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {key: WITHOUT.get(key, _bare)(value) for key, value in part.items()}


def _unexplained(channels: Spec) -> Spec:
    """The encodings, each that has a legend without it."""
    return {
        name: channel | {"legend": None} if name in LEGENDS and "field" in channel else channel
        for name, channel in channels.items()
    }


LEGENDS = ("color", "fill", "stroke", "shape", "size", "opacity", "strokeDash")
WITHOUT: Mapping[str, Callable[[Any], Any]] = {"encoding": _unexplained, "data": lambda data: data}
