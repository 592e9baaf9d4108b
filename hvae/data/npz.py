"""`npz`: the user's own NumPy arrays, `x` and perhaps `labels` and `target`; never pickled ones."""

import numpy as np

from hvae.config.data import Npz
from hvae.data import arrays, names
from hvae.data.source import Source
from hvae.errors import InputError
from hvae.io.reading import one_line, refuse_bomb

KNOWN = {"x": "x", "label": "labels", "target": "target"}


def load(options: Npz, _seed: int) -> Source:
    """The arrays of the file; nothing about them is chosen or random."""
    return arrays.source(_found(options), options)


def _found(options: Npz) -> arrays.Found:
    path = options.path
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            refuse_bomb(path, sum(member.file_size for member in file.zip.infolist()))
            notes = names.unread(file.files, KNOWN, "array", path)
            x, labels, target = (file.get(name) for name in KNOWN.values())
    except FileNotFoundError:
        raise InputError(f"{path} is missing: set data.raw_dir and data.file to yours") from None
    except InputError:
        raise
    except Exception as error:  # numpy raises whatever broken bytes lead its parser to
        raise InputError(
            f"{path} cannot be read as npz ({one_line(error)}): "
            "save it with numpy.savez, without objects"
        ) from None
    if not all(isinstance(array, np.ndarray | None) for array in (x, labels, target)):
        raise InputError(f"{path} has members that are no arrays: save it with numpy.savez")
    return arrays.Found(x, labels, target, notes=notes)
