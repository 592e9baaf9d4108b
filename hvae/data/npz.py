"""`npz`: the user's own NumPy arrays, `x` and perhaps `labels` and `target`; never pickled ones."""

import zipfile
import zlib

import numpy as np

from hvae.data import arrays
from hvae.data.source import Source
from hvae.errors import InputError
from hvae.options import Npz


def load(options: Npz, _seed: int) -> Source:
    """The arrays of the file; nothing about them is chosen or random."""
    return arrays.source(_found(options), options)


def _found(options: Npz) -> arrays.Found:
    path = options.path
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            if "x" not in file:
                raise InputError(f"{path} has no array 'x' (it has: {', '.join(file)})")
            return arrays.Found(*(file.get(name) for name in arrays.Found._fields))
    except FileNotFoundError:
        raise InputError(f"{path} is missing: set data.raw_dir and data.file to yours") from None
    except InputError:
        raise
    except (OSError, ValueError, EOFError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(
            f"{path} cannot be read as npz ({error}): save it with numpy.savez, without objects"
        ) from None
