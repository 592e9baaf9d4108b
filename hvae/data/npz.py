"""`npz`: the user's own NumPy arrays, `x` and perhaps `labels` and `target`; never pickled ones."""

import numpy as np

from hvae.data import arrays
from hvae.data.source import Source
from hvae.errors import InputError
from hvae.options import Npz
from hvae.reading import one_line, refuse_bomb


def load(options: Npz, _seed: int) -> Source:
    """The arrays of the file; nothing about them is chosen or random."""
    return arrays.source(_found(options), options)


def _found(options: Npz) -> arrays.Found:
    path = options.path
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            refuse_bomb(path, sum(member.file_size for member in file.zip.infolist()))
            if "x" not in file:
                raise InputError(f"{path} has no array 'x' (it has: {one_line(', '.join(file))})")
            found = arrays.Found(*(file.get(name) for name in arrays.Found._fields))
    except FileNotFoundError:
        raise InputError(f"{path} is missing: set data.raw_dir and data.file to yours") from None
    except InputError:
        raise
    except Exception as error:  # numpy raises whatever broken bytes lead its parser to
        raise InputError(
            f"{path} cannot be read as npz ({one_line(error)}): "
            "save it with numpy.savez, without objects"
        ) from None
    if not all(isinstance(array, np.ndarray | None) for array in found):
        raise InputError(f"{path} has members that are no arrays: save it with numpy.savez")
    return found
