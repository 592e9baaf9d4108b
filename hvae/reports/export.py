"""Write every figure of a report as files: SVG, PNG and CSV, and SVG for a paper."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from hvae import command
from hvae.params import Params, parse
from hvae.reports import files
from hvae.reports.rows import as_csv, rows
from hvae.reports.run import load
from hvae.reports.sections import figures
from hvae.reports.skeleton import Figure

PAPER = "paper"  # the folder of those in its style


def main(arguments: argparse.Namespace) -> None:
    """Write the figures that the page shows, and a small one for a list of experiments."""
    run = load(parse(Params, arguments.params), arguments.results, arguments.data)
    export(figures(run), arguments.out)


def export(drawn: Sequence[Figure], folder: Path) -> None:
    """NAME.svg, NAME.png, NAME.csv and paper/NAME.svg of each, and thumbnail.png of the first."""
    (folder / PAPER).mkdir(parents=True, exist_ok=True)
    for figure in command.progress(drawn, "figures"):
        _write(figure, folder)
    for first in drawn[:1]:
        small = files.thumbnail(next(filter(_of_the_plane, drawn), first).spec)
        (folder / "thumbnail.png").write_bytes(files.png(small))


def _of_the_plane(figure: Figure) -> bool:
    return figure.name.startswith("plane")


def _write(figure: Figure, folder: Path) -> None:
    name, svg = files.safe(figure.name), files.screen(figure.spec)
    (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
    (folder / f"{name}.png").write_bytes(files.png(svg))
    (folder / f"{name}.csv").write_text(as_csv(rows(figure.spec)), encoding="utf-8")
    (folder / PAPER / f"{name}.svg").write_text(files.paper(figure.spec), encoding="utf-8")


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "results", "data", "out")
    command.run(main, parser.parse_args())
