"""Embeddings on the page: which are drawn, in which colours, and of which points."""

from typing import Any

import pytest

from hvae.reports.page import CHAPTERS, page
from hvae.reports.render import libraries
from hvae.reports.sections import embeddings, pictures
from tests.reports.cases import HOSTILE, run

(SECTION,) = [s for chapter in CHAPTERS for s in chapter.sections if s.name == "embeddings"]


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_every_shown_point_has_a_panel_a_layer_and_method(
    config: dict[str, Any], layers: int
) -> None:
    one = run(config, layers)
    drawn = list(SECTION.figures(one))
    assert len(drawn) == len(pictures.chosen(one)) * layers * 2
    titles = [figure.spec["title"] for figure in drawn if figure.section == "embedding-0"]
    beta = {1: "0.1", 2: "(0.1, 0.1)", 3: "(0.1, 0.1, 0.1)"}[layers]
    assert [title["text"] for title in titles[:2]] == ["z₁ by PCA", "z₁ by t-SNE"]
    assert {title["subtitle"] for title in titles} == {f"β = {beta}"}
    assert len(titles) == 2 * layers


def test_items_are_where_the_table_has_them_under_the_names_of_their_classes(
    config: dict[str, Any],
) -> None:
    one = run(config)
    data = embeddings.rows(one, "b0.1_10_s0", "z2", "t-sne")
    assert [row["y"] for row in data] == list(range(20))
    assert {row["x"] for row in data} == {2.0}
    assert [row["class"] for row in data[:3]] == ["zero", HOSTILE, "zero"]
    assert embeddings.rows(one, "b0.1_10_s0", "z3", "t-sne") == []


def test_each_class_has_the_colour_that_the_key_says(config: dict[str, Any]) -> None:
    one = run(config)
    key = dict(embeddings.key(one))
    assert list(key) == ["zero", HOSTILE]
    for figure in SECTION.figures(one):
        scale = figure.spec["encoding"]["color"]["scale"]
        assert dict(zip(scale["domain"], scale["range"], strict=True)) == key
    html = page(one).replace(libraries(), "")
    assert f'<span style="background: {key["zero"]}"></span>zero' in html
    many = one._replace(test=one.test._replace(classes=tuple(f"c{i}" for i in range(23))))
    assert len(embeddings.key(many)) == 23


def test_a_diverged_point_and_a_source_without_classes(config: dict[str, Any]) -> None:
    lost = run(config, diverged=("b0.1_0.1_s0",))
    assert "b0.1_0.1_s0" not in " ".join(figure.text for figure in SECTION.figures(lost))
    plain = page(run(config, source="gaussian")).replace(libraries(), "")
    assert 'id="embeddings"' in plain
    assert 'class="key"' not in plain


def test_one_method_alone_has_its_panels_alone(config: dict[str, Any]) -> None:
    one = run(config)
    mask = [method == "pca" for method in one.embeddings["method"].to_pylist()]
    drawn = list(SECTION.figures(one._replace(embeddings=one.embeddings.filter(mask))))
    assert len(drawn) == 4 * 2
    assert all("PCA" in figure.text for figure in drawn)


def test_cuts_keep_what_their_captions_say(config: dict[str, Any]) -> None:
    for layers, expected in (
        (1, []),
        (2, [("z₂", "z₁")]),
        (3, [("z₂, z₃", "z₁"), ("z₃", "z₁, z₂")]),
    ):
        one = pictures.shown(run(config, layers))[0]
        assert [(cut.kept, cut.drawn) for cut in one.cuts] == expected
    assert "z₂ kept, z₁ from the prior" in page(run(config, 2))
