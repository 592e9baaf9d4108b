"""`image-folder`: the user's own images, a folder for each class (the layout of torchvision).

    raw_dir/cat/1.png  raw_dir/cat/2.jpg  raw_dir/dog/1.png …

`hvae.data.layout` says which files are images and what their folders mean. Pillow must be able to
read each image in one of the formats below, none of which can run code. Images become opaque 8-bit
grey or colour.

A transparent picture is put on a background: α · colour + (1 − α) · background. α may come from a
channel, a palette, or one colour that the file marks as transparent. 16-bit grey v becomes v / 257,
rounded: 65535 becomes 255.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageColor, ImageOps, UnidentifiedImageError

from hvae.config.sources import ImageFolder
from hvae.data import layout
from hvae.data.source import BYTE_LEVELS, UNLABELLED, Source, check
from hvae.errors import InputError, counted, one_line, shown, were
from hvae.io import command

FORMATS = ("PNG", "JPEG", "BMP", "DIB", "GIF", "TIFF", "WEBP", "PPM")
GREY, COLOUR = "L", "RGB"
MODES = {"grey": GREY, "colour": COLOUR}
ADVICE = "set data.size to the size of all images, or data.resize to true"
LEFT_OUT = {  # in words, for one and for several
    layout.NO_IMAGE: ("file without an image's suffix", "files without an image's suffix"),
    layout.HIDDEN: ("hidden file or folder", "hidden files or folders"),
    layout.NO_FILE: ("pipe, socket or device", "pipes, sockets or devices"),
    layout.EMPTY: ("folder without images", "folders without images"),
}


class Picture(NamedTuple):
    """An image that was read.

    x: (n,) bytes, row by row, the colours of a pixel side by side. transparent: whether it had
    transparency. deep: whether it had 16 bits a channel. largest: the largest 16-bit grey value.
    frames: how many frames the file has.
    """

    x: NDArray[np.uint8]
    transparent: bool
    deep: bool
    largest: int
    frames: int


def load(options: ImageFolder, _seed: int) -> Source:
    """The images with 256 levels of grey, or of each colour. No part is random."""
    found = layout.layout(options.root)
    pictures = _read([image.path for image in found.images], options)
    _refuse_dark(pictures, options.root)
    classes = sorted({image.label for image in found.images if image.label is not None})
    places = {name: place for place, name in enumerate(classes)}
    source = Source(
        x=np.stack([picture.x for picture in pictures]),
        labels=np.array([places.get(image.label or "", 0) for image in found.images], np.int64),
        shape=(options.size, options.size, *([3] if options.channels == "colour" else [])),
        classes=tuple(classes) or UNLABELLED,
        levels=BYTE_LEVELS,
        parts=_parts(found.images),
        notes=(*_left_out(found.left_out), *_changed(pictures, options)),
    )
    check(source, options.root)
    return source


def _read(paths: Sequence[Path], options: ImageFolder) -> list[Picture]:
    return [picture(path, options) for path in command.progress(paths, "reading images")]


def _parts(images: Sequence[layout.Image]) -> Mapping[str, NDArray[np.int64]] | None:
    """The positions of each part's images; None if the folder has no split of its own."""
    names = {image.part for image in images} - {None}
    parts = np.array([image.part or "" for image in images])
    return {str(name): np.flatnonzero(parts == name) for name in sorted(map(str, names))} or None


def _left_out(counts: Mapping[str, int]) -> Iterator[str]:
    for reason, count in counts.items():
        yield f"{counted(count, *LEFT_OUT[reason])} {were(count)} left out"


def _changed(pictures: Sequence[Picture], options: ImageFolder) -> Iterator[str]:
    """Notes about images that were converted: transparent, 16-bit, or of several frames."""
    if count := sum(picture.transparent for picture in pictures):
        what = f"{counted(count, 'image')} with transparency {were(count)}"
        yield f"{what} put on a {options.background} background (data.background)"
    if count := sum(picture.deep for picture in pictures):
        yield f"{counted(count, 'image')} of 16 bits a channel {were(count)} reduced to 8 bits"
    if count := sum(picture.frames > 1 for picture in pictures):
        yield f"{counted(count, 'image')} with several frames: only the first frame was read"


def _refuse_dark(pictures: Sequence[Picture], root: Path) -> None:
    """InputError if 16-bit values stay in the range of 8 bits: all images would be black."""
    largest = max(picture.largest for picture in pictures)
    if 0 < largest < BYTE_LEVELS:
        raise InputError(
            f"{shown(root)} holds images of 16 bits whose largest value is {largest} of "
            f"{MOST}, so they would be black: save them with 8 bits"
        )


def picture(path: Path, options: ImageFolder, advice: str = ADVICE) -> Picture:
    """One image, or the first of its frames; InputError naming the file if it cannot be read.

    advice: what to do about an image of another size.
    """
    try:
        # given a path, Pillow would map some TIFFs into memory and scramble rotated ones
        with _small(), path.open("rb") as file, Image.open(file, formats=FORMATS) as image:
            frames = getattr(image, "n_frames", 1)
            found = flat(image, MODES[options.channels], _ground(options))
            x = np.asarray(_fitted(found.image, options, advice), np.uint8).reshape(-1)
            return Picture(x, found.transparent, found.deep, found.largest, frames)
    except InputError as error:
        raise InputError(f"{shown(path)} {error}") from None
    except UnidentifiedImageError:  # whose text names a reader in memory
        known = ", ".join(FORMATS)
        raise InputError(
            f"{shown(path)} is not an image: it is in none of the formats {known}, or damaged: "
            "repair or remove it"
        ) from None
    except Exception as error:  # broken bytes can make Pillow's decoders raise anything
        raise InputError(
            f"{shown(path)} cannot be read as an image ({one_line(error)}): repair or remove it"
        ) from None


def _ground(options: ImageFolder) -> tuple[int, ...]:
    return ImageColor.getrgb(options.background)[:3]


@contextmanager
def _small() -> Iterator[None]:
    """Turn Pillow's warning about images with too many pixels into an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such as broken metadata beside a readable picture
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _fitted(image: Image.Image, options: ImageFolder, advice: str) -> Image.Image:
    """The image in size `options.size`; InputError if it has another size and is not resized."""
    size = (options.size, options.size)
    if options.resize:
        return ImageOps.fit(image, size, Image.Resampling.LANCZOS)
    if image.size != size:
        raise InputError(
            f"has {image.width}×{image.height} pixels instead of {size[0]}×{size[1]}: {advice}"
        )
    return image


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
