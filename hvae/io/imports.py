"""Which files of the library a command runs: results can change only where these files change.

Their fingerprint is a parameter of each rule, so that Snakemake sees a changed import. Checkpoints
of training hold it too.
"""

import ast
import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIBRARY = Path(__file__).parents[1].name


def sources(*modules: str) -> list[str]:
    """The files of `modules` and of everything that they import from the library.

    Paths are relative to the folder that holds the library. The `__init__.py` of packages are left
    out, since they hold no code that a job runs.
    """
    found: dict[str, Path] = {}
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
        if module not in found and module.partition(".")[0] == LIBRARY and path.is_file():
            found[module] = path
            waiting += _imported(path)
    return sorted(str(path.relative_to(ROOT)) for path in found.values())


def code(*modules: str) -> str:
    """The fingerprint of these files: it changes whenever the code of a job changes."""
    whole = hashlib.sha256()
    for name in sources(*modules):
        whole.update(f"{name}\0{_digest(ROOT / name)}\0".encode())
    return whole.hexdigest()


@functools.cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@functools.cache  # the modules of most rules share imports
def _imported(path: Path) -> list[str]:
    return list(_names(path))


def _names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
