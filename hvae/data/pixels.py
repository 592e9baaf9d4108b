"""Converts a picture that Pillow has opened to opaque 8-bit grey or colour.

A transparent picture is put on a background: α · colour + (1 − α) · background. α may come from a
channel, a palette, or one colour that the file marks as transparent. 16-bit grey v becomes v / 257,
rounded: 65535 becomes 255.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps

from hvae.errors import InputError

GREY, COLOUR = "L", "RGB"
PREMULTIPLIED = {"La": "LA", "RGBa": "RGBA"}
PLAIN = frozenset({"1", "L", "P", "RGB", "RGBX", "CMYK", "YCbCr", "LAB", "HSV"})
KNOWN = PLAIN | {"LA", "PA", "RGBA"} | PREMULTIPLIED.keys()
DEEP, MOST = "I", 65535  # I;16 in either byte order, and I, which has 32 bits
# Pillow scales pixels of 2 and 4 bits to 255, but not the transparent colour.
SMALL = {"L;2": 85, "L;4": 17}


class Flat(NamedTuple):
    """An opaque 8-bit image.

    image: of mode L or RGB. transparent: whether any part was transparent. deep: whether it had 16
    bits a channel. largest: the largest 16-bit grey value, 0 for other images.
    """

    image: Image.Image
    transparent: bool
    deep: bool = False
    largest: int = 0


def flat(image: Image.Image, mode: str, ground: tuple[int, ...]) -> Flat:
    """A newly opened image, turned upright and put on the background `ground`, in mode L or RGB.

    ground: (red, green, blue). InputError for pixels that do not have 8 or 16 bits; its message is
    meant to follow the name of the file.
    """
    stored, deep = _stored(image)
    if stored == "I;12" or (image.mode.startswith(DEEP) and _white_is_zero(image)):
        raise _refused("of 12 bits, or of 16 with zero for white")
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith(DEEP):
        return _sixteen(image, mode, ground)
    if image.mode not in KNOWN:
        raise _refused(f"of mode {image.mode}")
    if "transparency" in image.info and not isinstance(image.info["transparency"], bytes):
        _scale_key(image, stored, deep)
    return _eight(image, mode, ground)._replace(deep=deep)


def _stored(image: Image.Image) -> tuple[str, bool]:
    """Pillow's name for how the file stores pixels, and whether they have more than 8 bits."""
    tiles = getattr(image, "tile", None) or [("", (), 0, "")]
    found = tiles[0][3]
    words = found if isinstance(found, tuple) else (found,)
    name = next((word for word in words if isinstance(word, str)), "")
    ppm = tiles[0][0] == "ppm" and any(isinstance(word, int) and word > 255 for word in words)
    return name, ";16" in name or ppm


def _white_is_zero(image: Image.Image) -> bool:
    """Whether zero is white in a TIFF, which Pillow respects only for 8 bits."""
    return getattr(image, "tag_v2", {}).get(ExifTags.Base.PhotometricInterpretation) == 0


def _scale_key(image: Image.Image, stored: str, deep: bool) -> None:
    """Scale the transparent colour as Pillow has scaled the pixels."""
    if deep:
        raise _refused("of 16 bits with a transparent colour")
    if stored in SMALL:
        image.info["transparency"] = image.info["transparency"] * SMALL[stored]


def _eight(image: Image.Image, mode: str, ground: tuple[int, ...]) -> Flat:
    if image.mode in PREMULTIPLIED:
        image = image.convert(PREMULTIPLIED[image.mode])
    if not image.has_transparency_data:
        known = image.convert(COLOUR) if image.mode == "LAB" else image
        return Flat(known.convert(mode), False)
    full = image.convert("RGBA")
    return _laid(full.convert(COLOUR), full.getchannel("A"), mode, ground)


def _laid(image: Image.Image, alpha: Image.Image, mode: str, ground: tuple[int, ...]) -> Flat:
    if alpha.getextrema() == (255, 255):
        return Flat(image.convert(mode), False)
    canvas = Image.new(COLOUR, image.size, ground)
    canvas.paste(image, mask=alpha)
    return Flat(canvas.convert(mode), True)


def _sixteen(image: Image.Image, mode: str, ground: tuple[int, ...]) -> Flat:
    """16-bit grey, where one value may be marked as transparent."""
    values: NDArray[np.int64] = np.asarray(image).astype(np.int64)
    low, high = int(values.min()), int(values.max())
    if low < 0 or high > MOST:
        raise _refused(f"from {low} to {high}, beyond 16 bits")
    grey = Image.fromarray(((values + 128) // 257).astype(np.uint8))
    opaque = values != image.info.get("transparency", -1)
    alpha = Image.fromarray(opaque.astype(np.uint8) * 255)
    return _laid(grey.convert(COLOUR), alpha, mode, ground)._replace(deep=True, largest=high)


def _refused(what: str) -> InputError:
    return InputError(f"has pixels {what}: save it with 8 bits a channel")
