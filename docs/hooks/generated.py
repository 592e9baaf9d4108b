"""Pages that are made from the code when the site is built, so that they say what it does.

Parameters from the pydantic models and the comments of `params.yaml`, limits from their catalogue,
the names of the library from `hvae.__all__`, and pages that lie elsewhere in the repository.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

import parameters  # noqa: E402

from hvae.results.checks.catalogue import BOUNDS  # noqa: E402

LESS = "---\nsearch:\n  boost: 0.5\n---\n\n"  # other pages come first in a search


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages."""
    pages = {
        "reference/parameters.md": parameters.page(),
        "reference/limits.md": limits(),
        "reference/api.md": library(),
        "changelog.md": LESS + (ROOT / "CHANGELOG.md").read_text().replace("](docs/", "]("),
    }
    for name, text in pages.items():
        files.append(File.generated(config, name, content=text))
    for path in sorted((ROOT / "benchmarks").glob("*.md")):
        text = LESS + path.read_text().replace("](../docs/", "](../")
        files.append(File.generated(config, f"measurements/{path.name}", content=text))
    for path in (ROOT / "benchmarks").glob("*.svg"):
        files.append(File.generated(config, f"measurements/{path.name}", abs_src_path=str(path)))
    return files


def limits() -> str:
    """Each limit by its name in `bounds.parquet`."""
    head = """# Limits

Every limit by its name in `bounds.parquet`. [Theory](../theory.md#limits) derives them and says
what the symbols are; z is always a sample, never a posterior mean.

| bound | formula | what it says |
| --- | --- | --- |
"""
    rows = (f"| `{name}` | {of.formula} | {of.meaning} |" for name, of in BOUNDS.items())
    return head + "\n".join(rows) + "\n"


def library() -> str:
    """A heading and the docstring of each public name, in the order of `hvae.__all__`."""
    head = """# Python

Every name of `hvae.__all__`. Each is imported when it is first used, so that limits need no torch.
[In Python](../library.md) shows them at work; the fields of parameters are in
[Parameters](parameters.md).
"""
    return head + "".join(_documented())


def _documented() -> Iterator[str]:
    text = (ROOT / "hvae" / "__init__.py").read_text()
    places = re.search(r"_PLACES = \{\n(.*?)\n\}", text, flags=re.DOTALL)
    for line in places[1].splitlines() if places else ():
        if comment := re.fullmatch(r"\s*# (.*)", line):
            yield f"\n## {comment[1][0].upper()}{comment[1][1:]}\n"
            continue
        name, place = re.findall(r'"(.*?)"', line)
        options = "".join(
            f"      {key}: {value}\n"
            for key, value in (
                ("heading", f"hvae.{name}"),
                ("toc_label", name),
                ("members", "false"),
            )
        )
        yield f"\n::: hvae.{place}\n    options:\n{options}"
