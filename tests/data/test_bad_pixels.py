"""Images that Pillow would read wrongly, and names that are not colours."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hvae.config.sources import ImageFolder
from hvae.data import sources
from tests.data.png import COLOUR, png, shorts
from tests.data.published import options, refused


def tiff(bits: int, photometric: int, content: bytes) -> bytes:
    """A TIFF of one row with two grey pixels, by the format's specification."""
    tags = [(256, 2), (257, 1), (258, bits), (259, 1), (262, photometric), (273, 8), (278, 1)]
    tags += [(279, len(content))]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    places = struct.pack("<2sHI", b"II", 42, 8 + len(content))
    return places + content + struct.pack("<H", len(tags)) + entries + bytes(4)


BAD: dict[str, tuple[bytes | np.ndarray, str]] = {
    "1.tif": (np.ones((4, 4), np.float32), r"has pixels of mode F: save it with 8 bits a channel"),
    "2.tif": (np.full((4, 4), 65536, np.int32), r"has pixels from 65536 to 65536, beyond 16 bits"),
    "3.tif": (np.full((4, 4), -1, np.int32), r"has pixels from -1 to -1, beyond 16 bits"),
    "4.tif": (tiff(16, 0, b"\0\x80\0\x40"), r"has pixels of 12 bits, or of 16 with zero for white"),
    "5.tif": (tiff(12, 1, b"\0\x80\xff"), r"has pixels of 12 bits, or of 16 with zero for white"),
    "6.png": (
        png(16, COLOUR, shorts(*range(6)), 2, tRNS=shorts(0, 1, 2)),
        r"has pixels of 16 bits with a transparent colour: save it with 8 bits",
    ),
    "7.pfm.ppm": (b"Pf\n1 1\n-1.0\n" + bytes(4), r"has pixels of mode F"),
}


@pytest.mark.parametrize("name", BAD)
def test_pixels_that_cannot_be_meant(name: str, tmp_path: Path) -> None:
    content, sentence = BAD[name]
    if isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
    else:
        Image.fromarray(content).save(tmp_path / name)
    refused(options("image-folder", raw_dir=tmp_path, size=4), rf"{name} {sentence}", tmp_path)


@pytest.mark.parametrize("kind", [np.uint16, np.int32])
def test_bytes_stored_in_sixteen_bits_are_not_taken_for_black(kind: Any, tmp_path: Path) -> None:
    for number, value in enumerate((9, 250, 0)):
        Image.fromarray(np.full((4, 4), value, kind)).save(tmp_path / f"{number}.tif")
    sentence = r"images of 16 bits whose largest value is 250 of 65535.*: save them with 8 bits$"
    refused(options("image-folder", raw_dir=tmp_path, size=4), sentence, tmp_path)
    Image.fromarray(np.full((4, 4), 256, kind)).save(tmp_path / "3.tif")
    chosen = options("image-folder", raw_dir=tmp_path, size=4)
    assert sources.load(chosen, 0).x.max() == 1


BACKGROUNDS = ["black", "#fff", "#ff8800", "rgb(1, 2, 3)", "rgba(1,2,3,255)", "hsl(0,100%,50%)"]
NO_BACKGROUNDS = ["", "nope", "#ff", "rgb(300,0,0)", "#ffff0000", "rgba(1,2,3,0)", "transparent"]


@pytest.mark.parametrize("name", BACKGROUNDS)
def test_colours(name: str) -> None:
    chosen = options("image-folder", raw_dir="x", background=name)
    assert isinstance(chosen, ImageFolder)
    assert chosen.background == name


@pytest.mark.parametrize("name", NO_BACKGROUNDS)
def test_no_colours(name: str) -> None:
    with pytest.raises(ValueError, match=r"must be an opaque colour, as white, black or '#ff8800'"):
        options("image-folder", raw_dir="x", background=name)
