"""The command that needs no model."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from hvae.config.base import parse
from hvae.data import prepared
from hvae.io import tables
from hvae.tasks.references import ReferencesJob, references
from tests.tasks.pictures import noise_images

SECTIONS = ("denoising", "inpainting", "upscaling", "compression")
PARAMS = {"seed": 0, "max_items": 12} | {section: {} for section in SECTIONS}
EXPECTED = [
    *(("denoising", "noisy-input", sigma) for sigma in ("0.1", "0.2", "0.4")),
    *(("inpainting", "mean-image", mask) for mask in ("half", "random")),
    ("upscaling", "bicubic", "2x"),
]


def test_the_command_writes_both_parts(tmp_path: Path) -> None:
    data = noise_images(20)
    for split, of in data.items():
        prepared.write(of, tmp_path / f"{split}.parquet")
    names = "test", "validation", "scores"
    out = {name: tmp_path / "out" / f"{name}.parquet" for name in names}
    subprocess.run(
        [
            sys.executable, "-m", "hvae.tasks.references", "--params", json.dumps(PARAMS),
            "--data", tmp_path, *(word for name in names for word in (f"--{name}", out[name])),
        ],
        check=True,
    )  # fmt: skip
    assert tables.read(out.pop("scores")).num_rows == 2 * 12 * len(EXPECTED)
    for path in out.values():
        table = tables.read(path)
        assert table.schema.equals(tables.tasks())
        rows = table.to_pylist()
        assert [(row["task"], row["method"], row["setting"]) for row in rows] == EXPECTED
        assert {(row["point"], row["features"], row["n"]) for row in rows} == {("", "", 12)}


def test_formats_are_of_the_items_in_files() -> None:
    """Of all that rates are measured of, where no files are written."""
    data = {
        split: of._replace(x=np.rint(of.x * 255).astype(np.float32) / np.float32(255), levels=256)
        for split, of in noise_images(20, (16, 16)).items()
    }
    off = dict.fromkeys(SECTIONS[:3]) | {"seed": 0, "max_items": 18}
    for items, counted, methods in (
        (10, 10, {"jpeg", "jpeg-sheet", "png", "webp-lossless", "zlib"}),
        (None, 15, {"jpeg", "jpeg-sheet"}),
    ):
        asked = {"items": items, "max_items": 15, "formats": ["jpeg"], "qualities": [50]}
        found = list(references(data, parse(ReferencesJob, off | {"compression": asked})))
        assert {one.named["method"] for one in found} == methods
        assert {len(one.indices) for one in found} == {counted}


def test_what_is_no_image_has_no_rows() -> None:
    data = {split: of._replace(shape=(96,)) for split, of in noise_images(20).items()}
    assert list(references(data, parse(ReferencesJob, PARAMS))) == []
