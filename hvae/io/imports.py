"""Which files of the library a command runs: results can change only where these files change.

Their fingerprint is a parameter of each rule, so that Snakemake sees a changed import. Checkpoints
of training hold it too.
"""

import ast
import functools
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIBRARY = Path(__file__).parents[1].name
BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")  # of statements, in a statement


def sources(*modules: str) -> list[str]:
    """The files of `modules` and of everything that they import from the library.

    Paths are relative to the folder that holds the library. The `__init__.py` of packages are left
    out, since they hold no code that a job runs.
    """
    found: set[str] = set()
    waiting = list(filter(_is_file, modules))
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += _imported(module)
    return sorted(str(_path(module).relative_to(ROOT)) for module in found)


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
def _imported(module: str) -> set[str]:
    """The modules of the library that a module imports, anywhere in it."""
    return set(filter(_is_file, _names(ast.parse(_path(module).read_text()).body)))


def _names(block: Iterable[ast.AST]) -> Iterator[str]:
    """What a block of statements may import; no expression is an import, so none is looked into."""
    for node in block:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        for inner in BLOCKS:
            yield from _names(getattr(node, inner, ()))


@functools.cache
def _is_file(module: str) -> bool:
    """Whether this is a file of the library."""
    return module.partition(".")[0] == LIBRARY and _path(module).is_file()


def _path(module: str) -> Path:
    return ROOT.joinpath(*module.split(".")).with_suffix(".py")
