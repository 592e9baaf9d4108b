"""Write every figure of a report as files: SVG, PNG and CSV, and SVG for a paper."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from hvae.config.params import Params, parse
from hvae.io import command, provenance, writing
from hvae.reports import files
from hvae.reports.render import Figure
from hvae.reports.rows import as_csv, rows
from hvae.reports.sections.registry import figures
from hvae.results.experiment import load

PAPER = "paper"  # the folder of those in its style


def main(arguments: argparse.Namespace) -> None:
    """Write the figures that the page shows, and a small one for a list of experiments."""
    run = load(parse(Params, arguments.params), arguments.results, arguments.data)
    export(figures(run), arguments.out)
    provenance.mark_folder(arguments.out)


def export(drawn: Sequence[Figure], folder: Path) -> None:
    """NAME.svg, NAME.png, NAME.csv and paper/NAME.svg of each, and thumbnail.png of the first."""
    (folder / PAPER).mkdir(parents=True, exist_ok=True)
    named = list(zip(files.names(figure.name for figure in drawn), drawn, strict=True))
    for name, figure in command.progress(named, "figures"):
        _write(name, figure, folder)
    for first in drawn[:1]:
        small = files.thumbnail(next(filter(_of_the_plane, drawn), first).spec)
        writing.store(files.png(small, scale=1), folder / "thumbnail.png")


def _of_the_plane(figure: Figure) -> bool:
    return figure.name.startswith("plane")


def _write(name: str, figure: Figure, folder: Path) -> None:
    svg = files.screen(figure.spec)
    writing.store(svg, folder / f"{name}.svg")
    writing.store(files.png(svg), folder / f"{name}.png")
    writing.store(as_csv(rows(figure.spec)), folder / f"{name}.csv")
    writing.store(files.paper(figure.spec), folder / PAPER / f"{name}.svg")


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "results", "data", "out")
    command.run(main, parser.parse_args())
