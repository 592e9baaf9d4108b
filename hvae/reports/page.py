"""Make the report of one experiment: tables in, one HTML file that opens offline out."""

import argparse

from markupsafe import Markup

from hvae.config.base import parse
from hvae.config.params import Params
from hvae.io import command, storage
from hvae.reports.charts.scatter import names
from hvae.reports.render import fragment, render
from hvae.reports.sections.registry import HEAD, chapters, figures
from hvae.reports.sections.section import ReportSection
from hvae.results.experiment import part
from hvae.results.run import Run, load


def main(arguments: argparse.Namespace) -> None:
    """Write the page."""
    params = parse(Params, arguments.params)
    html = page(load(params, arguments.results, arguments.data))
    storage.store(html, arguments.out)


def page(run: Run) -> str:
    """The whole page."""
    drawn, called = figures(run), names(run)
    common = {"run": run, "figures": drawn, "called": called, "part": part(run.params)}

    def written(section: ReportSection) -> Markup:
        return fragment(section.template, **common, **section.values(run))

    title = run.params.report.title
    return render(
        "page.html", drawn, called, title=title, head=HEAD, chapters=chapters(run), written=written
    )


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "results", "data", "out")
    command.run(main, parser.parse_args())
