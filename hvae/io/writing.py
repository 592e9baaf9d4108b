"""Write files whole or not at all: under another name first, then renamed."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hvae.errors import one_line


def store(content: str | bytes, path: Path) -> None:
    """Write text or bytes to `path`, whole or not at all."""
    whole = content.encode() if isinstance(content, str) else content
    fill(path, lambda beside: beside.write_bytes(whole))


def fill(path: Path, write_to: Callable[[Path], object]) -> None:
    """Let `write_to` fill a file beside `path`, then rename it: no reader sees half a file.

    The OSError of any step names `path`.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_to(beside)
        os.replace(beside, path)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else one_line(error)
        raise OSError(error.errno, f"cannot be written ({why})", str(path)) from None
    finally:
        with suppress(OSError):  # an error here follows from the first one, which is reported above
            beside.unlink(missing_ok=True)
