"""The order of the page, and what its first screen says."""

import json
import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
import yaml
from snakemake.utils import update_config

from hvae.config.base import parse
from hvae.config.params import Guidance, Params
from hvae.guidance.guide import guidance
from hvae.reports.page import CHAPTERS, chapters, page
from hvae.reports.render import libraries
from hvae.reports.sections.guidance import recommended
from hvae.reports.sections.overview import findings, kept, leading
from hvae.results.parameters import record
from tests.conftest import ROOT
from tests.guidance.experiments import BOUND, measured
from tests.reports.cases import run
from tests.reports.planted import advised

OLD = (
    "guidance plane certification targets accuracy information known exactness pictures embeddings "
)
OLD += "bounds training run"
EXPERIMENTS = sorted((ROOT / "experiments").glob("*.yaml"))


def body(shown: Any) -> str:
    return page(shown).replace(libraries(), "")


@pytest.mark.parametrize("amortized", [False, True])
def test_chapters_come_in_their_order(config: dict[str, Any], amortized: bool) -> None:
    html = body(advised(run(config, amortized=amortized)))
    expected = [chapter.title for chapter in CHAPTERS]
    assert expected == [
        "Rate plane", "Limits", "Applications", "Certification", "Models and data", "Reproduce",
    ]  # fmt: skip
    if not amortized:
        expected.remove("Certification")
    assert re.findall(r"<h2>(.*?)</h2>", html) == expected


def test_every_link_of_the_contents_has_its_anchor_and_old_ones_stay(
    config: dict[str, Any],
) -> None:
    assert set(OLD.split()) <= {one.name for chapter in CHAPTERS for one in chapter.sections}
    html = body(advised(run(config, amortized=True)))
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_a_chapter_without_sections_is_left_out(config: dict[str, Any]) -> None:
    names = [chapter.name for chapter in chapters(run(config))]
    assert "chapter-applications" not in names


def test_three_findings_head_the_page(config: dict[str, Any]) -> None:
    reach, trust, differ = findings(advised(run(config, amortized=True)))
    assert reach.startswith("4 points of the plane span total rates from 0.20 to 20.0 nats")
    assert "The model for the plane is not trusted" in trust
    assert differ == (
        "The best points of 4 applications have total rates from 0.20 ± 0.10 nats (clustering) to "
        "20.00 ± 0.10 nats (reconstruction), and each of these two points is significantly "
        "worse for the other application."
    )
    _, claims, _ = findings(advised(run(config)))
    assert re.match(r"Of 4 claims of the paper .* \d (is|are) not applicable", claims)


@pytest.mark.parametrize(
    ("verdicts", "text"),
    [
        (["holds"] * 3, "No limit is violated: 3 checks hold and 0 are undecided, at 1 % over"),
        (
            ["holds", "violated"],
            "Limits are violated in 1 of 2 checks that can bind: 1 check holds and 0 are",
        ),
        (["vacuous"] * 2, "No limit was put to a test. 2 more are vacuous: their limits are too"),
        ([], "No limit was put to a test."),
    ],
)
def test_bounds_are_told_in_plain_words(
    config: dict[str, Any], verdicts: list[str], text: str
) -> None:
    checks = [{"verdict": verdict} for verdict in verdicts]
    assert kept(run(config)._replace(bounds=checks)).startswith(text)


def test_the_recommendations_are_the_guidances(config: dict[str, Any]) -> None:
    shown = advised(run(config), single=True)
    rows = {one.application: one for one in recommended(shown)}
    assert list(rows) == ["Reconstruction", "Compression", "Classification", "Clustering"]
    best = rows["Reconstruction"]
    assert best.aim == "(0.1, 0.1)"
    assert best.rates == "10.00 ± 0.10, 10.00 ± 0.10"
    assert best.value == "PSNR 30.00 dB (29.88 to 30.12)"
    assert best.region == "1 of 4"
    assert best.layers.startswith("yes, +10.91 ± ")
    assert rows["Clustering"].layers == ""
    assert rows["Compression"].region.endswith("of 2")
    html = body(shown)
    assert "Gain over one layer" in html
    assert "Gain over one layer" not in body(advised(run(config)))


def test_the_first_table_has_the_rows_that_rates_matter_for(
    config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are told in a sentence, each with its value."""
    monkeypatch.setattr("hvae.reports.sections.overview.ROWS", 3)
    once = body(advised(run(config), seeds=1))
    config["grid"]["seeds"] = [0, 1, 2]
    shown = advised(run(config))
    found = shown.guidance or {}
    found["applications"]["classification"]["region"] *= 40
    first, rest = leading(shown)
    assert [row.name for row in first] == ["reconstruction", "compression", "clustering"]
    assert [row.name for row in rest] == ["classification"]
    html = " ".join(body(shown).split())
    table, others = html.split('<table class="recommended">')[1].split("</table>")[:2]
    assert "Classification" not in table
    assert "Also measured: " in others
    assert "classification</a>: Accuracy 0." in others
    assert " of 4 not worse" in others
    assert "Also measured:" in once
    assert "not worse" not in once.split("Also measured:")[1].split("</p>")[0]


def test_single_layers_are_told_with_their_widths_and_weights(config: dict[str, Any]) -> None:
    html = body(advised(run(config), single=True))
    assert "β-VAEs with one layer of width 8 (" in html
    rated = body(advised(run(config, rates=[(3, 1), (1, 3), (2, 6)]), single=True))
    assert "Against models with one layer, of width 8 (" in rated
    assert "and width 4 (" in rated
    assert "trained to the same total rates in the same way" in rated
    assert "A gain has to beat both widths" in rated


def test_seeds_are_told_once_a_place_and_not_in_every_paragraph(config: dict[str, Any]) -> None:
    assert body(advised(run(config))).count("All values are means over 3 trainings") == 2


def test_a_page_says_plainly_that_nothing_is_recommended(config: dict[str, Any]) -> None:
    bare = guidance(measured()._replace(tasks=[], selection=[]), [BOUND], Guidance())
    html = body(run(config)._replace(guidance=bare))
    assert "No application was measured: there is nothing to recommend." in html
    assert '<table class="recommended"' not in html
    names = tuple(f"b{a:g}_{b:g}_s0" for a in (0.1, 10) for b in (0.1, 10))
    lost = advised(run(config, diverged=names))
    assert "Nothing trained to an end, so nothing is recommended." in body(lost)


def test_the_page_has_what_makes_it_again(config: dict[str, Any]) -> None:
    shown = run(config)
    html = body(shown)
    assert "snakemake --cores all --configfile params.json" in html
    assert not re.search(r"(/home|/tmp|/work)\b", html)
    (encoded,) = re.findall(
        r'download="params.json" href="data:application/json;base64,([^"]+)"', html
    )
    assert parse(Params, json.loads(b64decode(encoded))) == shown.params


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_parameters_that_a_page_carries_make_the_same_run_over_the_defaults(path: Path) -> None:
    """As Snakemake merges a configuration file into `params.yaml`."""

    def merged(over: dict[str, Any]) -> Params:
        defaults = yaml.safe_load((ROOT / "params.yaml").read_text())
        update_config(defaults, over)
        return parse(Params, defaults)

    params = merged(yaml.safe_load(path.read_text()))
    assert merged(json.loads(record(params))) == params
