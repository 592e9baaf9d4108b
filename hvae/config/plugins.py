"""Plug-ins: objects of the user's own, which parameters name by import path, as `my_nets:backbone`.

The module is an installed package, or a file in the working folder or beside the parameters. The
workflow passes the folders of overlays to its jobs in the environment variable `HVAE_PLUGINS`.
Names are imported and never evaluated. What goes wrong in a plug-in is an InputError of one
sentence, with its file and line.

The code of a plug-in is part of the fingerprint of every job whose parameters name it: its module,
and what that imports from the same package, or from files beside it.
"""

import ast
import functools
import hashlib
import importlib
import importlib.util
import inspect
import json
import os
import re
import site
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import Field

from hvae.errors import InputError, listed, one_line, shown
from hvae.io import provenance

T = TypeVar("T")
FOLDERS = "HVAE_PLUGINS"
PATTERN = r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$"
Reference = Annotated[str, Field(pattern=PATTERN)]
Options = dict[str, Any]
KEYS = ("source", "backbone", "family", "task")  # whose values may be references
EXAMPLES = {"source": "load", "backbone": "backbone", "family": "Likelihood"}  # what they name


def is_reference(value: object) -> bool:
    """Whether this is text of the form `module:name`, and the module is not named as a file."""
    named = isinstance(value, str) and re.fullmatch(PATTERN, value) is not None
    return named and ".py:" not in str(value)


def is_path(value: object) -> bool:
    """Whether this is no reference, but was meant as one: a path, or text with a colon."""
    text = str(value)
    return not is_reference(value) and (text.endswith(".py") or "/" in text or ":" in text)


def wanted(value: object, name: str = "NAME") -> str:
    """What a reference must be, for a sentence; name: what follows the colon of the example."""
    module, _, given = str(value).partition(":")
    module = module.removesuffix(".py").rpartition("/")[2]
    after = given if given.isidentifier() else name
    example = f"{module}:{after}"
    shown_as = example if is_reference(example) else f"my_module:{after}"
    return f"must be MODULE:NAME, such as {shown_as}, got {str(value)!r}"


class Plugin(NamedTuple):
    """An object that was loaded, and the module that has it."""

    reference: str
    found: Any
    module: ModuleType

    @property
    def name(self) -> str:
        """What follows the colon."""
        return self.reference.rpartition(":")[2]

    def beside(self, name: str) -> Any:
        """An attribute of the object or, where it has none, of its module; None for neither."""
        return getattr(self.found, name, getattr(self.module, name, None))

    def __str__(self) -> str:
        """The reference, with file and line: `my_nets:backbone (/x/my_nets.py, line 3)`."""
        try:
            line = f", line {inspect.getsourcelines(self.found)[1] or 1}"
        except (OSError, TypeError):  # of an object that is no function and no class
            line = ""
        return f"{self.reference} ({shown(self.module.__file__)}{line})"

    def call(self, work: Callable[[], T]) -> T:
        """What a call of it gives; InputError with file and line where it fails."""
        try:
            return work()
        except InputError:
            raise
        except Exception as error:
            raise InputError(f"{self} fails: {_where(error, self.module.__file__)}") from error


def folders() -> list[str]:
    """Where plug-ins are looked for, before installed packages: beside parameters, and here."""
    named = os.environ.get(FOLDERS, "").split(os.pathsep)
    return list(dict.fromkeys([*filter(None, named), os.getcwd()]))


@functools.cache
def load(reference: str) -> Plugin:
    """The object, imported once; InputError where there is none, or its module fails."""
    if not is_reference(reference):
        raise InputError(f"a part of your own {wanted(reference)}")
    name, _, attribute = reference.partition(":")
    _findable()
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and f"{name}.".startswith(f"{error.name}."):
            raise _absent(reference, error.name) from None
        raise InputError(_broken(reference, error)) from error
    except Exception as error:
        raise InputError(_broken(reference, error)) from error
    if not hasattr(module, attribute):
        own = [key for key, one in vars(module).items() if getattr(one, "__module__", "") == name]
        raise InputError(
            f"{shown(module.__file__)} has no {attribute!r}, it has {listed(own)}: "
            f"got {reference!r}"
        )
    return Plugin(reference, getattr(module, attribute), module)


def load_all(text: str) -> None:
    """Load those that parameters (JSON) name; InputError for the first that cannot be loaded."""
    for reference in references(json.loads(text)):
        load(reference)


def _findable() -> None:
    """Let modules be imported from the folders; installed packages of a name come first."""
    sys.path += [folder for folder in folders() if folder not in sys.path]


def _absent(reference: str, module: str) -> InputError:
    where = ", ".join(map(shown, folders()))
    return InputError(
        f"there is no module {module!r} in {where} or among installed packages ({FOLDERS} names "
        f"further folders): got {reference!r}"
    )


def _broken(reference: str, error: Exception) -> str:
    path = _file(reference.partition(":")[0])
    return f"{reference} cannot be imported: {_where(error, path)}"


def _where(error: BaseException, path: object) -> str:
    """The error in one line, with the last line of the plug-in's folder that was at work."""
    if isinstance(error, SyntaxError):
        return f"{shown(error.filename)}, line {error.lineno}: {one_line(error.msg)}"
    frames = traceback.extract_tb(error.__traceback__)
    folder = os.path.dirname(str(path))
    own = [frame for frame in frames if path and frame.filename.startswith(folder)]
    what = f"{type(error).__name__}: {one_line(error)}"
    return f"{shown(own[-1].filename)}, line {own[-1].lineno}: {what}" if own else what


def references(values: object) -> Iterator[str]:
    """The plug-ins that parameters name: values of some keys, and the keys of tasks."""
    if isinstance(values, dict):
        for key, value in values.items():
            yield from (one for one in (key, value) if _names(key, one))
            yield from references(value)
    elif isinstance(values, list):
        for value in values:
            yield from references(value)


def _names(key: str, one: object) -> bool:
    return is_reference(one) and (one == key or key in KEYS)


def marked(text: str) -> str:
    """A job's parameters (JSON), with a digest of the code of each plug-in that they name.

    Those that name none are as they were.
    """
    named = sorted(set(references(json.loads(text))))
    return json.dumps([text, {one: digest(one) for one in named}]) if named else text


@functools.cache
def digest(reference: str) -> str:
    """Of the files that `sources` finds: it changes whenever the code of the plug-in changes."""
    whole = hashlib.sha256()
    for path in sources(reference.partition(":")[0]):
        whole.update(f"{path.name}\0".encode() + path.read_bytes() + b"\0")
    return whole.hexdigest()


def sources(module: str) -> list[Path]:
    """The file of a module, and those that it imports from its package or from files beside it.

    Nothing where there is no such file.
    """
    _findable()
    start = _file(module.partition(".")[0])
    if start is None:
        return []
    package = start.name == "__init__.py"
    root = start.parent.parent if package else start.parent
    alone = root in _installed()  # of installed modules the package itself, or the module itself
    own = module.partition(".")[0]
    found: dict[str, list[Path]] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        top = name.partition(".")[0]
        if name in found or top == provenance.LIBRARY or (alone and top != own):
            continue
        found[name] = list(_under(root, name))
        waiting += [one for path in found[name] for one in _imported(path, root)]
    return sorted({path for paths in found.values() for path in paths})


def _file(module: str) -> Path | None:
    """The file of a module that was not imported yet; None where there is none."""
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec and spec.origin and Path(spec.origin).is_file() else None


def _installed() -> set[Path]:
    """Folders that hold modules of many owners."""
    paths = sysconfig.get_paths()
    named = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    return {Path(one) for one in [*named, *site.getsitepackages(), site.getusersitepackages()]}


def _under(root: Path, name: str) -> Iterator[Path]:
    """The file of a module in a folder, and the `__init__.py` of the packages that hold it."""
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        place = root.joinpath(*parts[:count])
        yield from (p for p in (place.with_suffix(".py"), place / "__init__.py") if p.is_file())


def _imported(path: Path, root: Path) -> Iterator[str]:
    """The modules that a file may import, relative names resolved."""
    package = path.parent.relative_to(root).parts
    try:
        tree = ast.parse(path.read_bytes())
    except SyntaxError:  # `load` says so
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            above = ".".join([*base, *filter(None, [node.module])])
            yield from filter(None, [above])
            yield from (f"{above}.{alias.name}".lstrip(".") for alias in node.names)
