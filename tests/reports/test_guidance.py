"""Guidance in the report: what practitioners read, and what is left out."""

from typing import Any

import pytest

from hvae.config.params import Guidance
from hvae.guidance.guide import guidance
from hvae.reports.page import page
from hvae.reports.render import libraries
from hvae.reports.sections.guidance import Cell, advice
from tests.guidance.experiments import BOUND, HOSTILE, measured, rated
from tests.reports.cases import run


def found(**changes: Any) -> dict[str, Any]:
    return guidance(measured(**changes), [BOUND], Guidance(), {8: measured(layers=1)})


def body(config: dict[str, Any], given: dict[str, Any] | None) -> str:
    return page(run(config)._replace(guidance=given)).replace(libraries(), "")


def test_the_page_tells_each_application_its_losses_and_the_claims(config: dict[str, Any]) -> None:
    html = body(config, found())
    for text in (
        "For classification, use β = (10, 0.1)",
        "over the budget",
        "If one point has to serve all, with equal weights",
        "The second layer adds 9.09 ± ",
        "no rates were given",
        "Null hypothesis: In some combination a layer misses its target by twice",
        "Not measured in this experiment: denoising, inpainting",
    ):
        assert text in html
    assert html.count("<td>not tested</td>") == 1
    assert html.count("<td>not applicable</td>") == 3
    assert "Not reproduced where all splits of all totals are, at the same level, within" in html
    assert "at the edge of the grid (β₁ and β₂): a wider grid might do better" in html


def test_a_page_without_guidance_has_no_such_section(config: dict[str, Any]) -> None:
    assert 'id="guidance"' not in body(config, None)


def test_names_of_methods_are_escaped(config: dict[str, Any]) -> None:
    html = body(config, found(method=HOSTILE))
    assert HOSTILE not in html
    assert "method &lt;/script&gt;&lt;script&gt;alert(1)" in html


def test_an_experiment_without_applications_still_has_its_claims(config: dict[str, Any]) -> None:
    bare = measured()._replace(tasks=[], selection=[])
    html = body(config, guidance(bare, [BOUND], Guidance()))
    assert "No application was measured." in html
    assert "What each loses at" not in html
    assert html.count("<td>not tested</td>") == 1
    assert html.count("<td>not applicable</td>") == 3


def test_significant_losses_are_strong() -> None:
    shown = advice(found())
    table = dict(zip(shown.optima, zip(*shown.losses.values(), strict=True), strict=True))
    assert shown.optima == ["reconstruction", "compression", "classification"]
    own, budget, third = table["reconstruction"]
    assert (own, budget) == (Cell("0"), Cell("over the budget"))
    assert third.text.startswith("0.164 ± 0.00")
    assert [cell.strong for cell in table["classification"]] == [True, False, False]


@pytest.mark.parametrize("layers", [1, 3])
def test_any_number_of_layers(config: dict[str, Any], layers: int) -> None:
    given = guidance(measured(layers=layers), [BOUND], Guidance())
    assert "For classification, use β = " in body(config, given)


def test_splits_of_each_total_have_their_paragraphs(config: dict[str, Any]) -> None:
    html = body(config, guidance(rated(), [BOUND], Guidance()))
    assert "The best split of each total rate" in html
    assert "(2, 2) at 4 nats (2 of the 2 others significantly worse)" in html
    assert "At each total rate all splits are equally good for every application." in html
    once = body(config, guidance(rated(seeds=(0,)), [BOUND], Guidance()))
    assert "undecided: one training" in once
