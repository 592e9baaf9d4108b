"""`image-folder`: the user's own images, in a folder a class (the layout of torchvision).

    raw_dir/cat/1.png  raw_dir/cat/2.jpg  raw_dir/dog/1.png …

Hidden files are left out, and so are files beside the classes' folders. Every other file must be
an image that Pillow can read in one of the formats below, none of which runs code.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from hvae import command
from hvae.data.checks import check
from hvae.data.images import LEVELS
from hvae.data.source import UNLABELLED, Source
from hvae.errors import InputError
from hvae.options import ImageFolder
from hvae.reading import one_line

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM")
GREY = frozenset({"1", "L", "LA"})
COLOUR = frozenset({"RGB", "RGBA", "P", "CMYK", "YCbCr"})
MODES = {"grey": "L", "colour": "RGB"}


def load(options: ImageFolder, _seed: int) -> Source:
    """The images as 256 levels of grey, or of each colour; nothing is chosen or random."""
    if not options.root.is_dir():
        raise InputError(f"data.raw_dir: {options.root} is not a folder")
    found = files(options.root)
    paths = [(path, label) for label, name in enumerate(found) for path in found[name]]
    x = [picture(path, options) for path, _ in command.progress(paths, "reading images")]
    source = Source(
        x=np.stack(x),
        labels=np.array([label for _, label in paths], np.int64),
        shape=(options.size, options.size, *([3] if options.channels == "colour" else [])),
        classes=tuple(found),
        levels=LEVELS,
    )
    check(source, options.root)
    return source


def files(root: Path) -> dict[str, list[Path]]:
    """The images of each class, classes and images in the order of their names."""
    folders = [path for path in _shown(root) if path.is_dir()]
    found = {folder.name: _images(folder) for folder in folders} or {UNLABELLED[0]: _images(root)}
    for name, paths in found.items():
        if not paths:
            where = root / name if folders else root
            raise InputError(f"{where} holds no images: add some, or remove the folder")
    return found


def _images(folder: Path) -> list[Path]:
    return [path for path in _shown(folder) if path.is_file()]


def _shown(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def picture(path: Path, options: ImageFolder) -> NDArray[np.uint8]:
    """One image as (n,) bytes, row by row, the colours of a pixel side by side."""
    try:
        with _small(), Image.open(path, formats=FORMATS) as image:
            upright = ImageOps.exif_transpose(image)
            _refuse_mode(upright, path, options)
            return np.asarray(_fitted(upright, path, options), np.uint8).reshape(-1)
    except InputError:
        raise
    except Exception as error:  # Pillow raises whatever broken bytes lead its decoders to
        raise InputError(
            f"{path} cannot be read as an image ({one_line(error)}): mend or remove it"
        ) from None


@contextmanager
def _small() -> Iterator[None]:
    """Images of more pixels than Pillow takes for meant, which it warns of alone, are errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # broken metadata, where the picture itself can be read
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _refuse_mode(image: Image.Image, path: Path, options: ImageFolder) -> None:
    if image.mode not in GREY | COLOUR:
        raise InputError(f"{path} has pixels of mode {image.mode}: save it with 8 bits a channel")
    if image.mode in GREY and options.channels == "colour":
        raise InputError(f"{path} is grey: set data.channels to grey, or save it in colour")


def _fitted(image: Image.Image, path: Path, options: ImageFolder) -> Image.Image:
    """The image in the channels and size that are asked for."""
    size, converted = (options.size, options.size), image.convert(MODES[options.channels])
    if options.resize:
        return ImageOps.fit(converted, size, Image.Resampling.LANCZOS)
    if converted.size != size:
        raise InputError(
            f"{path} has {converted.width}×{converted.height} pixels instead of {size[0]}×{size[1]}"
            ": set data.size to what all images have, or data.resize to true"
        )
    return converted
