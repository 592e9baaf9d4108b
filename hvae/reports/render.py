"""What every page shares: the template, the style, the scripts that draw, and charts as data."""

import functools
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import altair as alt
import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from hvae.io import provenance
from hvae.reports.charts import theme
from hvae.reports.charts.lines import wrapped


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


def render(
    template: str, figures: Sequence[Figure], called: Mapping[str, str] | None = None, **values: Any
) -> str:
    """The whole page, in one file; text from parameters and class names is escaped.

    called: what points are called on the page, by their names in the tables.
    """
    templates = Environment(
        loader=PackageLoader("hvae.reports"), autoescape=True, undefined=StrictUndefined
    )
    templates.filters["indexed"] = indexed
    # columns of a saved table stand in their own order, and the page is a tenth smaller
    templates.policies["json.dumps_kwargs"] = {"sort_keys": False, "separators": (",", ":")}
    page = templates.get_template(template)
    look = {"look": theme.SCREEN, "dark": theme.DARK, "sub": theme.sub}
    return page.render(
        figures=figures,
        libraries=libraries(),
        called=called or {},
        fingerprint=provenance.current(),
        **look,
        **values,
    )


def indexed(formula: str) -> Markup:
    """A line of mathematics with its indices, `z_{≥l}` or `R_total`, set as such; else escaped."""
    return Markup(re.sub(r"_(?:\{([^}]*)\}|(\w+))", _index, str(escape(formula))))  # noqa: S704


def _index(found: re.Match[str]) -> str:
    return f"<sub>{found[1] or found[2]}</sub>"


@functools.cache
def libraries() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, safe to stand inside a page."""
    release = alt.SCHEMA_VERSION.rpartition(".")[0]
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", release).replace(
        "</script", r"<\/script"
    )
