"""What reports draw is Vega-Lite: nothing else checks it, since a report leaves that out."""

import json
from typing import Any

import altair as alt
import pytest
from altair.utils.schemapi import validate_jsonschema
from jsonschema import ValidationError

from hvae.reports.page import figures
from hvae.reports.render import Figure, figure, legends_once
from tests.reports.cases import run

SCHEMA = alt.load_schema()


@pytest.mark.parametrize("amortized", [False, True])
@pytest.mark.parametrize(
    ("layers", "source"), [(1, "digits"), (2, "digits"), (3, "gaussian"), (2, "gaussian-mixture")]
)
def test_every_figure_is_valid(
    config: dict[str, Any], layers: int, source: str, amortized: bool
) -> None:
    for one in legends_once(figures(run(config, layers, source=source, amortized=amortized))):
        validate_jsonschema(one.spec, SCHEMA)


def test_what_is_not_vega_lite_is_found(config: dict[str, Any]) -> None:
    spec = figures(run(config))[0].spec
    with pytest.raises(ValidationError):
        validate_jsonschema(spec | {"encoding": {"x": {"type": "numerical"}}}, SCHEMA)
    with pytest.raises(ValidationError):
        validate_jsonschema(spec | {"wideness": 3}, SCHEMA)


def panel(section: str, *verdicts: str) -> Figure:
    """A chart whose symbols stand for verdicts."""
    symbols = {"holds": "circle", "undecided": "diamond", "violated": "cross"}
    scale = alt.Scale(domain=list(verdicts), range=[symbols[one] for one in verdicts])
    shape = alt.Shape("verdict:N", title="Verdict", scale=scale, legend=alt.Legend())
    layer = alt.Chart(alt.Data(values=[])).mark_point().encode(x="x:Q", shape=shape)
    return figure(section, section, alt.layer(layer), "")


def explains(one: Figure) -> bool:
    """Whether the symbols of such a chart have a legend."""
    return one.spec["layer"][0]["encoding"]["shape"]["legend"] is not None


def test_a_section_explains_each_symbol_once() -> None:
    given = [panel("a", "holds", "violated"), panel("a", "violated"), panel("b", "violated")]
    assert [explains(one) for one in legends_once(given)] == [True, False, True]
    assert all(map(explains, given))  # files of figures have all of theirs


def test_a_symbol_that_is_new_is_explained() -> None:
    given = [panel("a", "holds"), panel("a", "holds", "undecided"), panel("a", "undecided")]
    assert [explains(one) for one in legends_once(given)] == [True, True, False]


def test_what_stands_alone_explains_itself(config: dict[str, Any]) -> None:
    given = [panel("maps", "holds"), panel("maps", "holds")]
    assert all(map(explains, legends_once(given)))
    pages = figures(run(config, amortized=True))
    clicked = [one for one in pages if '"bind": "legend"' in json.dumps(one.spec)]
    assert clicked
    assert all(one in legends_once(pages) for one in clicked)
