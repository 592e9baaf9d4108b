"""The page: one file that needs no network, safe with hostile text, whole whatever happened."""

import math
import re
from typing import Any

import numpy as np
import pytest

from hvae.data.prepared import Items
from hvae.params import Params, parse
from hvae.reports import pictures
from hvae.reports.findings import findings
from hvae.reports.page import figures, libraries, page
from hvae.reports.run import Run
from hvae.results.rates import Rate
from hvae.tasks.layers import layer_sets

HOSTILE = "</script><script>alert(1)</script>"
RANDOM = np.random.default_rng(0)


def run(config: dict[str, Any], layers: int = 2, diverged: tuple[str, ...] = ()) -> Run:
    """A run with the tables of a 2×…×2 grid, rates falling with β, without any training."""
    config["model"]["latents"] = [4] * layers
    config["grid"]["beta"] = [[0.1, 10]] * layers
    config["report"]["title"] = HOSTILE
    params = parse(Params, config)
    images = Items(
        RANDOM.random((20, 12)).astype(np.float32), np.arange(20) % 2, np.arange(20), (3, 4),
        ("zero", HOSTILE),
    )  # fmt: skip
    points, tasks, gallery, history = [], [], [], []
    rates: dict[str, list[Rate]] = {}
    for point in (p for row in params.grid.rows().values() for p in row):
        ok = point.name not in diverged
        own = [1 / beta for beta in point.beta]
        numbers = {f"rate_{i}": rate for i, rate in enumerate(own, 1)}
        numbers |= {f"rate_{i}_se": 0.1 for i in range(1, layers + 1)}
        numbers |= {"distortion": 5.0, "distortion_se": 0.2, "distortion_constant": -3.0}
        numbers |= {"rate_total": sum(own), "psnr_db": 15.0}
        numbers = {name: value if ok else math.nan for name, value in numbers.items()}
        betas = {f"beta_{i}": beta for i, beta in enumerate(point.beta, 1)}
        row = {"point": point.name, "seed": 0, "status": "ok" if ok else "diverged"}
        points.append(row | betas | numbers)
        history += [{"point": point.name, "step": s, "objective": 9.0 / s} for s in (1, 2)]
        if not ok:
            continue
        rates[point.name] = [Rate(sum(own[i:]), 0.1) for i in range(layers)]
        for kind in ("reconstruction", "sample"):
            gallery += [
                {"point": point.name, "kind": kind, "index": i, "image": images.x[i].tolist()}
                for i in range(2)
            ]
        tasks += [
            {"point": point.name, "task": "classification", "layers": s.name, "features": f,
             "method": m, "metric": "accuracy", "value": 0.6, "low": 0.55, "high": 0.65, "n": 20}
            for s in layer_sets(layers)
            for f in ("sample", "mean")
            for m in params.tasks.classification.probes
        ]  # fmt: skip
    names = {"point": "b0.1_10_s0", "bound": "accuracy", "layers": "z2", "method": HOSTILE}
    numbers = {"measured": 0.4, "measured_se": 0.1, "limit": 0.5, "limit_se": 0.0, "slack": 0.1}
    bounds = [names | numbers | {"p_value": 0.5, "verdict": "undecided"}]
    return Run(params, images, points, tasks, bounds, gallery, history, rates)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_every_figure_has_data_axis_titles_with_units_and_a_text(
    config: dict[str, Any], layers: int
) -> None:
    drawn = list(figures(run(config, layers)))
    assert len(drawn) == 3 + 2 * len(layer_sets(layers)) + 1
    for figure in drawn:
        text = str(figure.spec)
        assert re.search(r"'title': '[^']*(nats|accuracy|step|dB)", text), figure.name
        assert figure.spec["description"] == figure.text
        values = figure.spec["data"]["values"] if "data" in figure.spec else figure.spec["layer"]
        assert values


def test_accuracies_of_other_tasks_are_not_drawn_as_probes(config: dict[str, Any]) -> None:
    plain = run(config)
    others = [task | {"task": "clustering", "method": "k-means"} for task in plain.tasks]
    score = {"point": "", "task": "generation", "layers": "", "features": "", "method": "mlp"}
    crowded = plain._replace(tasks=[*plain.tasks, *others, plain.tasks[0] | score])
    assert list(figures(crowded)) == list(figures(plain))
    assert findings(crowded) == findings(plain)


def test_a_run_without_tasks_still_has_its_page(config: dict[str, Any]) -> None:
    bare = run(config)._replace(tasks=[])
    assert not [one for one in figures(bare) if one.section.startswith("accuracy")]
    assert "</html>" in page(bare)


def test_the_limit_is_drawn_for_samples_only(config: dict[str, Any]) -> None:
    for figure in figures(run(config)):
        if figure.section.startswith("accuracy"):
            lines = [m for m in figure.spec["layer"] if m["mark"]["type"] == "line"]
            assert len(lines) == (1 if figure.section == "accuracy-sample" else 0)


def test_the_page_asks_nothing_of_the_network(config: dict[str, Any]) -> None:
    html = page(run(config)).replace(libraries(), "")
    assert not re.search(r"<(?:script|img|link|iframe)[^>]*(?:src|href)=[\"'](?!data:)", html)
    assert "@import" not in html


def test_hostile_text_is_escaped(config: dict[str, Any]) -> None:
    html = page(run(config))
    assert HOSTILE not in html
    assert "alert(1)" in html
    assert html.count("<script>") == html.count("</script>") == 2


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_diverged_point_is_named_and_not_drawn(config: dict[str, Any], layers: int) -> None:
    lost = "_".join(["b10", *["10"] * (layers - 1), "s0"])
    one = run(config, layers, diverged=(lost,))
    assert f"1 more diverged: {lost}." in findings(one)[0]
    html = page(one)
    assert "NaN" not in html.partition("const figures")[2]


def test_a_run_that_lost_every_model_still_has_its_page(config: dict[str, Any]) -> None:
    names = [f"b{a:g}_{b:g}_s0" for a in (0.1, 10) for b in (0.1, 10)]
    html = page(run(config, diverged=tuple(names))._replace(bounds=[]))
    assert "All 4 models diverged" in html
    assert "no model of this run trained to an end" in html


def test_findings_say_why_means_exceed_the_limit(config: dict[str, Any]) -> None:
    closed = run(config)
    closed = closed._replace(
        rates={name: [r[0], Rate(0.0, 0.0)] for name, r in closed.rates.items()}
    )
    (text,) = [finding for finding in findings(closed) if "posterior means" in finding]
    assert "16 of 16 probes on posterior means exceed what samples could reach" in text
    assert "up to 0.60 against 0.50" in text
    assert not [f for f in findings(run(config)) if "posterior means" in f]


def test_pictures_are_the_corners_and_the_middle(config: dict[str, Any]) -> None:
    shown = [pictures.betas(one.point) for one in pictures.shown(run(config))]
    assert shown == [[0.1, 0.1], [0.1, 10], [10, 0.1], [10, 10]]


@pytest.mark.parametrize(
    ("shape", "size"), [((2, 3), (7, 2)), ((2, 3, 3), (7, 2)), ((2, 3, 1), (7, 2))]
)
def test_a_strip_holds_its_pictures_side_by_side(
    shape: tuple[int, ...], size: tuple[int, int]
) -> None:
    strip = pictures.strip(np.full((2, math.prod(shape)), 1.7), shape, "two")
    assert (strip.width, strip.height) == size
    assert strip.uri.startswith("data:image/png;base64,")
