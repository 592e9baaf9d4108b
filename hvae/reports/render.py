"""What every page shares: charts as data, sections, templates, the style, the scripts that draw.

Each module of `sections` offers its sections as constants, and has their templates beside it.
`page` has the order in which a report shows them.
"""

import copy
import functools
import json
import math
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import altair as alt
import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from hvae.io import provenance, storage
from hvae.reports.charts import theme
from hvae.reports.charts.theme import wrapped
from hvae.results.run import Run

HERE = Path(__file__).parent
ALONE = "maps"  # the section whose panels the head of the page shows one by one


class Figure(NamedTuple):
    """A chart in its section: an identifier, the Vega-Lite specification, and its text."""

    name: str
    section: str
    spec: dict[str, Any]
    text: str


def figure(name: str, section: str, chart: alt.TopLevelMixin, text: str) -> Figure:
    """A chart as a specification, with its text for readers who cannot see it."""
    spec = wrapped(chart.to_dict(validate=False)) | {"description": text}
    return Figure(name, section, drawable(spec), text)


def drawable(spec: Any) -> Any:
    """The same with null for nan and infinities, which JSON does not have: they are not drawn."""
    if isinstance(spec, dict):
        return {key: drawable(value) for key, value in spec.items()}
    if isinstance(spec, list):
        return [drawable(value) for value in spec]
    return None if isinstance(spec, float) and not math.isfinite(spec) else spec


def legends_once(figures: Iterable[Figure]) -> list[Figure]:
    """The figures, where what an earlier panel of the same section explains is not said again.

    A legend that can be clicked on stays, and so do those of panels that also stand alone.
    """
    known: dict[str, set[str]] = {}
    return [
        one
        if one.section == ALONE
        else one._replace(spec=_shorter(one.spec, known.setdefault(one.section, set())))
        for one in figures
    ]


def _shorter(found: dict[str, Any], known: set[str]) -> dict[str, Any]:
    """A specification without legends of known entries alone; what it shows is known then."""
    if _clickable(found):
        return found
    spec, shown = copy.deepcopy(found), set[str]()
    for channel in _channels(spec):
        entries = _entries(channel)
        if entries and entries <= known:
            channel["legend"] = None
        shown |= entries
    known |= shown
    return spec


def _clickable(spec: Mapping[str, Any]) -> bool:
    """Whether a click on its legend selects marks."""
    bound = any(param.get("bind") == "legend" for param in spec.get("params", ()))
    return bound or any(map(_clickable, spec.get("layer", ())))


def _channels(spec: Any) -> Iterator[dict[str, Any]]:
    """What is encoded with a legend, in all layers of a specification."""
    for name, part in spec.items():
        if name == "encoding":
            shown = (one for one in part.values() if isinstance(one, dict))
            yield from (one for one in shown if one.get("legend", {}) is not None)
    for layer in spec.get("layer", ()):
        yield from _channels(layer)


def _entries(channel: Mapping[str, Any]) -> set[str]:
    """The lines of a legend: what each symbol stands for."""
    scale = channel.get("scale") or {}
    pairs = zip(scale.get("domain", ()), scale.get("range", ()), strict=False)
    return {json.dumps([channel.get("title"), *pair]) for pair in pairs}


def render(
    template: str, figures: Sequence[Figure], called: Mapping[str, str] | None = None, **values: Any
) -> str:
    """The whole page, in one file.

    called: what points are called on the page, by their names in the tables.
    """
    return fragment(
        template,
        figures=legends_once(figures),
        libraries=libraries(),
        called=called or {},
        fingerprint=provenance.current(),
        look=theme.SCREEN,
        dark=theme.DARK,
        **values,
    )


def fragment(template: str, **values: Any) -> Markup:
    """A filled template; text from parameters and class names is escaped."""
    return Markup(_templates().get_template(template).render(values))  # noqa: S704


@functools.cache
def _templates() -> Environment:
    """Templates of pages lie in `templates`; those of sections beside their modules."""
    found = Environment(
        loader=FileSystemLoader([HERE / "templates", HERE]),
        autoescape=True,
        undefined=StrictUndefined,
    )
    found.filters["indexed"] = indexed
    found.globals["sub"] = theme.sub
    # columns of a saved table stand in their own order, and the page is a tenth smaller
    found.policies["json.dumps_kwargs"] = {"sort_keys": False, "separators": (",", ":")}
    return found


def indexed(formula: str) -> Markup:
    """A line of mathematics with its indices, `z_{≥l}` or `R_total`, set as such; else escaped."""
    return Markup(re.sub(r"_(?:\{([^}]*)\}|(\w+))", _index, str(escape(formula))))  # noqa: S704


def _index(found: re.Match[str]) -> str:
    return f"<sub>{found[1] or found[2]}</sub>"


@functools.cache
def libraries() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, safe to stand inside a page.

    To put it together takes a second, so it is kept in the user's folder of caches for other pages.
    """
    release = alt.SCHEMA_VERSION.rpartition(".")[0]
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    kept = Path(caches, "hvae", f"vega-{release}-{version('vl-convert-python')}.js")
    with suppress(OSError):
        return kept.read_text("utf-8")
    script = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", release).replace(
        "</script", r"<\/script"
    )
    with suppress(OSError):  # a folder that cannot be written to
        kept.parent.mkdir(parents=True, exist_ok=True)
        storage.store(script, kept)
    return script


def always(_: Run) -> bool:
    """For a section that every run has."""
    return True


def no_figures(_: Run) -> Iterable[Figure]:
    """For a section of text and tables."""
    return ()


def no_values(_: Run) -> dict[str, Any]:
    """For a template that needs nothing of its own."""
    return {}


class ReportSection(NamedTuple):
    """A part of a chapter: which runs have it, its charts, and what its template needs.

    name: its id on the page, which links point to. values: by name, beside what every template is
    given: `run`, `figures`, `called` (what points are called) and `part` (what was evaluated).
    half: whether it takes half of a wide page, beside another one.
    """

    name: str
    title: str
    template: str
    applies: Callable[[Run], bool] = always
    figures: Callable[[Run], Iterable[Figure]] = no_figures
    values: Callable[[Run], dict[str, Any]] = no_values
    half: bool = False


class Chapter(NamedTuple):
    """A chapter of the page; links from elsewhere point to its sections, by their names."""

    name: str
    title: str
    sections: list[ReportSection]
