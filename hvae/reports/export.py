"""Write every figure of a report as files: SVG, PNG and CSV, and SVG for a paper.

SVG and PNG look as on the page, the SVG for a paper fits its column, and the CSV has all that the
chart shows in one table, as the page's own menu gives it.
"""

import argparse
import csv
import io
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert

from hvae.config.base import parse
from hvae.config.params import Params
from hvae.io import command, provenance, storage
from hvae.reports.charts import theme
from hvae.reports.page import figures
from hvae.reports.render import Figure
from hvae.results.run import load
from hvae.statistics.estimate import Row

PAPER = "paper"  # the folder of those in its style
WIDTH = 480  # pixels of a file, where the page has the width of its panel
SCALE = 2  # pixels of a PNG for one of the SVG
SMALL = {"width": 320, "height": 240}  # of a thumbnail
RELEASE = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
LEGENDS = ("color", "fill", "stroke", "shape", "size", "opacity", "strokeDash")
Spec = dict[str, Any]


def main(arguments: argparse.Namespace) -> None:
    """Write the figures that the page shows, and a small one for a list of experiments."""
    run = load(parse(Params, arguments.params), arguments.results, arguments.data)
    export(figures(run), arguments.out)
    provenance.mark_folder(arguments.out)


def export(drawn: Sequence[Figure], folder: Path) -> None:
    """NAME.svg, NAME.png, NAME.csv and paper/NAME.svg of each, and thumbnail.png of the first."""
    (folder / PAPER).mkdir(parents=True, exist_ok=True)
    named = list(zip(file_names(figure.name for figure in drawn), drawn, strict=True))
    for name, figure in command.progress(named, "figures"):
        _write(name, figure, folder)
    for first in drawn[:1]:
        small = thumbnail(next(filter(_of_the_plane, drawn), first).spec)
        storage.store(png(small, scale=1), folder / "thumbnail.png")


def _of_the_plane(figure: Figure) -> bool:
    return figure.name.startswith("plane")


def _write(name: str, figure: Figure, folder: Path) -> None:
    svg = screen(figure.spec)
    storage.store(svg, folder / f"{name}.svg")
    storage.store(png(svg), folder / f"{name}.png")
    storage.store(as_csv(rows(figure.spec)), folder / f"{name}.csv")
    storage.store(paper(figure.spec), folder / PAPER / f"{name}.svg")


def safe(name: str) -> str:
    """A file name of letters, digits, `-` and `_`: it names no other folder, and no hidden file."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-") or "figure"


def file_names(of: Iterable[str]) -> list[str]:
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


WITHOUT: Mapping[str, Callable[[Any], Any]] = {"encoding": _unexplained, "data": lambda data: data}


def rows(spec: dict[str, Any]) -> list[Row]:
    """All inline rows; of several tables, such as marks and a limit, `part` says which."""
    parts = list({json.dumps(table): table for table in _tables(spec)}.values())
    return [
        ({"part": place} if len(parts) > 1 else {}) | row
        for place, part in enumerate(parts, 1)
        for row in part
    ]


def _tables(part: Any) -> Iterator[list[Row]]:
    """Every table in a specification: layers, facets and look-ups may have their own."""
    if isinstance(part, list):
        for one in part:
            yield from _tables(one)
    elif isinstance(part, dict):
        for key, value in part.items():
            found = _inline(key, value)
            yield from filter(None, found) if found else _tables(value)


def _inline(key: str, value: Any) -> list[list[Row]]:
    if key == "datasets":
        return list(value.values())
    if key == "data" and isinstance(value, dict) and isinstance(value.get("values"), list):
        return [value["values"]]
    return []


def as_csv(table: list[Row]) -> str:
    """The rows under all their columns; what a row lacks, or what is not a number, is empty."""
    columns = list(dict.fromkeys(column for row in table for column in row))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in table)
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "results", "data", "out")
    command.run(main, parser.parse_args())
