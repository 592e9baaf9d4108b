"""Pictures and embeddings of the points that were evaluated, within their budgets."""

import base64
import io
from typing import Any

import pytest
from PIL import Image

from hvae.reports.sections import explorer
from tests.reports.cases import run


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_strips_come_in_the_order_of_what_they_keep(config: dict[str, Any], layers: int) -> None:
    one = run(config, layers)
    found = explorer.frames(one)
    assert set(found["strips"]) == {point["point"] for point in one.points}
    cuts = [
        "z₂ kept, z₁ drawn from the prior",
        "z₂, z₃ kept, z₁ drawn from the prior",
        "z₃ kept, z₁, z₂ drawn from the prior",
    ]
    expected = {1: [], 2: cuts[:1], 3: cuts[1:]}[layers]
    for strips in found["strips"].values():
        captions = [strip["text"] for strip in strips]
        assert captions == ["Reconstructions", *expected, "Draws from the prior"]
    assert found["originals"]["count"] == 2


def test_a_strip_shows_the_stored_pictures(config: dict[str, Any]) -> None:
    one = run(config)
    strip = explorer.frames(one)["strips"]["b10_10_s0"][0]
    data = base64.b64decode(strip["uri"].partition(",")[2])
    first = one.gallery[0]["image"][0]
    assert Image.open(io.BytesIO(data)).getpixel((0, 0)) == pytest.approx(255 * first, abs=1)


def test_coordinates_are_the_tables_with_their_classes(config: dict[str, Any]) -> None:
    planes = explorer.frames(run(config))["planes"]["b0.1_10_s0"]
    assert [plane["title"] for plane in planes] == [
        f"z{layer} by {method}" for layer in "₁₂" for method in ("PCA", "t-SNE")
    ]
    assert planes[2]["places"][::2] == [2.0] * 20
    assert planes[2]["places"][1::2] == list(range(20))
    assert planes[2]["labels"][:4] == [0, 1, 0, 1]


def test_many_frames_show_fewer_pictures_and_items(
    config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = run(config)
    monkeypatch.setattr(explorer, "PICTURES", 12 * 3 * 4)
    monkeypatch.setattr(explorer, "PLACES", 4 * 4 * 5)
    found = explorer.frames(one)
    assert {strip["count"] for strips in found["strips"].values() for strip in strips} == {1}
    assert found["originals"]["count"] == 1
    assert {len(p["labels"]) for planes in found["planes"].values() for p in planes} == {5}


def test_a_diverged_point_has_no_frame(config: dict[str, Any]) -> None:
    one = run(config)
    lost = [p | {"status": "diverged"} if p["point"] == "b10_10_s0" else p for p in one.points]
    found = explorer.frames(one._replace(points=lost))
    assert "b10_10_s0" not in found["strips"]
    assert "b10_10_s0" not in found["planes"]


def test_items_that_are_no_images_have_no_pictures(config: dict[str, Any]) -> None:
    found = explorer.frames(run(config, source="gaussian"))
    assert found["strips"] == {}
    assert found["originals"] is None
    assert found["planes"]
