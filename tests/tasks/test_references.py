"""The command that needs no model."""

import json
import subprocess
import sys
from pathlib import Path

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


def test_what_is_no_image_has_no_rows() -> None:
    data = {split: of._replace(shape=(96,)) for split, of in noise_images(20).items()}
    assert list(references(data, parse(ReferencesJob, PARAMS))) == []
