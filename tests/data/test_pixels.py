"""Images of every kind that Pillow opens become the 8-bit pixels that a viewer would show."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hvae.data import image_folder, sources
from hvae.data.source import Source
from tests.data.png import COLOUR, GREY, png, shorts
from tests.data.published import options

WHITE, ORANGE = (255, 255, 255), (255, 136, 0)
Bytes = np.uint8


def read(folder: Path, **values: Any) -> Source:
    return sources.load(options("image-folder", raw_dir=folder, **{"size": 4} | values), 0)


def drawing(ink: int = 0) -> Image.Image:
    """RGBA: ink on the left half; the right half has the same colour and is transparent."""
    array = np.full((4, 4, 4), ink, Bytes)
    array[..., 3] = [255, 255, 0, 0]
    return Image.fromarray(array)


def grey(alpha: bool = True) -> Image.Image:
    image = drawing().convert("LA")
    return image if alpha else image.convert("L")


def palette(**_: Any) -> Image.Image:
    """A palette of black and red, where red is transparent."""
    image = Image.fromarray(np.tile(np.array([0, 0, 1, 1], Bytes), (4, 1))).convert("P")
    image.putpalette([0, 0, 0, 255, 0, 0])
    return image


def two_greys() -> Image.Image:
    return Image.fromarray(np.tile(np.array([0, 0, 9, 9], Bytes), (4, 1)))


def key(depth: int, row: bytes, transparent: int) -> Callable[[Path], None]:
    """A grey PNG with one transparent value."""
    content = png(depth, GREY, row, 4, 4, tRNS=shorts(transparent))
    return lambda path: path.write_bytes(content) and None


KINDS: dict[str, Callable[[Path], None]] = {
    "RGBA.png": lambda path: drawing().save(path),
    "RGBA.webp": lambda path: drawing().save(path, lossless=True, exact=True),
    "RGBA.tiff": lambda path: drawing().save(path),
    "RGBA.gif": lambda path: drawing().save(path),
    "LA.png": lambda path: grey().save(path),
    "LA.tif": lambda path: grey().save(path),
    "PA.tif": lambda path: drawing().convert("PA").save(path),
    "P with a place.png": lambda path: palette().save(path, transparency=1),
    "P with a place.gif": lambda path: palette().save(path, transparency=1),
    "P with bytes.png": lambda path: palette().save(path, transparency=b"\xff\x00"),
    "L.png": lambda path: two_greys().save(path, transparency=9),
    "L.gif": lambda path: two_greys().save(path, transparency=9),
    "RGB.png": lambda path: two_greys().convert("RGB").save(path, transparency=(9, 9, 9)),
    "1.png": lambda path: (
        two_greys().point(lambda v: 255 * (v > 0)).convert("1").save(path, transparency=1)
    ),
    "I;16.png": key(16, shorts(0, 0, 9000, 9000), 9000),
    "2 bits.png": key(2, b"\x0a", 2),
    "4 bits.png": key(4, b"\x00\x77", 7),
}


@pytest.mark.parametrize("background", ["white", "black", "#ff8800"])
@pytest.mark.parametrize("channels", ["colour", "grey"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_transparent_shows_the_background(
    kind: str, channels: str, background: str, tmp_path: Path
) -> None:
    KINDS[kind](tmp_path / kind)
    source = read(tmp_path, channels=channels, background=background)
    ground = {"white": WHITE, "black": (0, 0, 0), "#ff8800": ORANGE}[background]
    if channels == "grey":
        ground = (round(0.299 * ground[0] + 0.587 * ground[1] + 0.114 * ground[2]),)
    rows = source.x.reshape(-1, 4, 4, len(ground))[0]
    assert (rows[:, :2] == 0).all()
    np.testing.assert_array_equal(rows[:, 2:], np.broadcast_to(ground, rows[:, 2:].shape))
    told = f"1 image with transparency was put on a {background} background (data.background)"
    assert told in source.notes


@pytest.mark.parametrize("mode", ["La", "RGBa"])
def test_colours_multiplied_by_their_opacity(mode: str) -> None:
    image = drawing(100).convert("LA" if mode == "La" else "RGBA").convert(mode)
    found = image_folder.flat(image, "RGB", ORANGE)
    assert found.transparent
    assert [found.image.getpixel((x, 0)) for x in (0, 3)] == [(100, 100, 100), ORANGE]


@pytest.mark.parametrize("alpha", [0, 1, 77, 128, 254])
def test_half_transparent_colours_are_mixed_with_the_ground(alpha: int, tmp_path: Path) -> None:
    """c = (α · ink + (255 − α) · ground) / 255, rounded; and before resizing, not after."""
    Image.new("RGBA", (8, 8), (10, 200, 90, alpha)).save(tmp_path / "1.png")
    mixed = [(alpha * ink + (255 - alpha) * 255) / 255 for ink in (10, 200, 90)]
    np.testing.assert_array_equal(read(tmp_path).x.reshape(-1, 3), np.tile(np.rint(mixed), (16, 1)))
    drawing(255).resize((8, 8), Image.Resampling.NEAREST).save(tmp_path / "1.png")
    white = read(tmp_path)  # white ink on white: no grey seam, wherever it is resized
    assert (white.x == 255).all()


def test_alpha_that_is_opaque_is_nothing_to_tell(tmp_path: Path) -> None:
    Image.new("RGBA", (4, 4), (1, 2, 3, 255)).save(tmp_path / "1.png")
    source = read(tmp_path)
    assert (source.notes, source.x[0, :3].tolist()) == ((), [1, 2, 3])


@pytest.mark.parametrize("channels", ["grey", "colour"])
@pytest.mark.parametrize("kind", ["png", "tif", "pgm", "I.tif", "I;16B.tif"])
def test_sixteen_bits_are_divided_by_257(kind: str, channels: str, tmp_path: Path) -> None:
    values = np.random.default_rng(0).integers(0, 65536, (4, 4)).astype(np.uint16)
    values[0] = [0, 65535, 128, 129]
    name = {"I.tif": "i.tif", "I;16B.tif": "b.tif"}.get(kind, f"1.{kind}")
    if kind == "pgm":
        (tmp_path / name).write_bytes(b"P5 4 4 65535\n" + values.astype(">u2").tobytes())
    elif kind == "I;16B.tif":
        Image.frombytes("I;16B", (4, 4), values.astype(">u2").tobytes()).save(tmp_path / name)
    else:
        image = Image.fromarray(values.astype(np.int32) if kind == "I.tif" else values)
        image.save(tmp_path / name)
    source = read(tmp_path, channels=channels)
    known = np.rint(values / 257).reshape(-1, 1).repeat(3 if channels == "colour" else 1, axis=1)
    np.testing.assert_array_equal(source.x[0], known.reshape(-1))
    assert source.notes == ("1 image of 16 bits a channel was reduced to 8 bits",)


def test_colours_of_sixteen_bits_are_told(tmp_path: Path) -> None:
    row = shorts(*(257 * value for value in range(6)))
    (tmp_path / "1.png").write_bytes(png(16, COLOUR, row, 2))
    (tmp_path / "2.ppm").write_bytes(b"P6 2 1 65535\n" + row)
    source = read(tmp_path, size=1)
    assert source.notes == ("2 images of 16 bits a channel were reduced to 8 bits",)


@pytest.mark.parametrize(
    ("kind", "first"),
    [("gif", "P"), ("tif", "L"), ("webp", "RGB"), ("png", "RGBA"), ("mpo.jpg", "RGB")],
)
def test_of_several_frames_the_first_is_read(kind: str, first: str, tmp_path: Path) -> None:
    frames = [Image.new("L", (4, 4), value).convert(first) for value in (40, 90, 200)]
    saving = {"webp": {"lossless": True}, "mpo.jpg": {"format": "MPO"}}.get(kind, {})
    frames[0].save(tmp_path / f"1.{kind}", save_all=True, append_images=frames[1:], **saving)
    frames[0].save(tmp_path / "2.png")
    source = read(tmp_path, channels="grey")
    assert (source.x == 40).all()
    assert source.notes == ("1 image with several frames: only the first frame was read",)


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGB", "CMYK", "YCbCr", "LAB"])
def test_other_modes_are_converted_as_pillow_does(mode: str, tmp_path: Path) -> None:
    array = np.random.default_rng(0).integers(0, 256, (4, 4, 3), dtype=Bytes)
    image = Image.fromarray(array)
    if mode == "LAB":
        image = Image.frombytes("LAB", (4, 4), array.tobytes())
    (image if mode == "LAB" else image.convert(mode)).save(tmp_path / "1.tif")
    with Image.open(tmp_path / "1.tif") as opened:
        assert opened.mode == mode
        known = opened.convert("RGB")
        plain = known if mode == "LAB" else opened
        shades = np.asarray(plain.convert("L"), Bytes)
    np.testing.assert_array_equal(read(tmp_path).x[0], np.asarray(known).reshape(-1))
    np.testing.assert_array_equal(read(tmp_path, channels="grey").x[0], shades.reshape(-1))


def test_grey_among_colour_is_read_in_colour(tmp_path: Path) -> None:
    array = np.random.default_rng(0).integers(0, 256, (4, 4), dtype=Bytes)
    Image.fromarray(array).save(tmp_path / "1.png")
    Image.new("RGB", (4, 4), (1, 2, 3)).save(tmp_path / "2.png")
    source = read(tmp_path)
    np.testing.assert_array_equal(source.x[0].reshape(4, 4, 3), array[..., None].repeat(3, axis=2))
    assert (source.x[1, :3].tolist(), source.notes) == ([1, 2, 3], ())


@pytest.mark.parametrize("mode", ["I;16", "I;16B", "I", "RGBA", "L", "RGB"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_images_that_lie_on_their_side_are_set_upright(
    mode: str, turn: int, tmp_path: Path
) -> None:
    """The eight orientations of TIFF 6.0 say where the first row and column are."""
    shown = np.arange(8).reshape(2, 4) * 30
    turned = {
        1: shown,
        2: shown[:, ::-1],
        3: shown[::-1, ::-1],
        4: shown[::-1],
        5: shown.T,
        6: np.rot90(shown),
        7: shown[::-1, ::-1].T,
        8: np.rot90(shown, -1),
    }[turn]
    exif = Image.Exif()
    exif[0x0112] = turn
    stored = Image.fromarray(np.ascontiguousarray(turned, np.uint8))
    if mode.startswith("I"):
        stored = Image.fromarray((turned * 257).astype(np.int32 if mode == "I" else np.uint16))
    if mode == "I;16B":
        content = (turned * 257).astype(">u2").tobytes()
        stored = Image.frombytes("I;16B", stored.size, content)
    (stored if mode.startswith("I") else stored.convert(mode)).save(tmp_path / "1.tif", exif=exif)
    middle = read(tmp_path, size=2, channels="grey").x
    np.testing.assert_array_equal(middle.reshape(2, 2), shown[:, 1:3])
