"""What reports draw is Vega-Lite: nothing else checks it, since a report leaves that out."""

from typing import Any

import altair as alt
import pytest
from altair.utils.schemapi import validate_jsonschema
from jsonschema import ValidationError

from hvae.reports.page import figures
from tests.reports.cases import run

SCHEMA = alt.load_schema()


@pytest.mark.parametrize("amortized", [False, True])
@pytest.mark.parametrize(
    ("layers", "source"), [(1, "digits"), (2, "digits"), (3, "gaussian"), (2, "gaussian-mixture")]
)
def test_every_figure_is_valid(
    config: dict[str, Any], layers: int, source: str, amortized: bool
) -> None:
    for figure in figures(run(config, layers, source=source, amortized=amortized)):
        validate_jsonschema(figure.spec, SCHEMA)


def test_what_is_not_vega_lite_is_found(config: dict[str, Any]) -> None:
    spec = figures(run(config))[0].spec
    with pytest.raises(ValidationError):
        validate_jsonschema(spec | {"encoding": {"x": {"type": "numerical"}}}, SCHEMA)
    with pytest.raises(ValidationError):
        validate_jsonschema(spec | {"wideness": 3}, SCHEMA)
