"""Make the report of one experiment: tables in, one HTML file that opens offline out.

The order of a report stands here: what heads it, its chapters and their sections.
"""

import argparse

from altair.utils.schemapi import debug_mode
from markupsafe import Markup

from hvae.config.base import parse
from hvae.config.params import Params
from hvae.io import command, storage
from hvae.reports.charts.scatter import names
from hvae.reports.render import Chapter, Figure, ReportSection, fragment, render
from hvae.reports.sections import (
    accuracy,
    application_maps,
    bounds,
    certification,
    compression,
    embeddings,
    exact_source,
    explorer,
    generation,
    guidance,
    information,
    least_objective,
    overview,
    pareto,
    pictures,
    plane,
    prices,
    provenance,
    rate_targets,
    tradeoff,
    training,
)
from hvae.results.experiment import part
from hvae.results.run import Run, load

HEAD = overview.SECTION
CHAPTERS = [
    Chapter(
        "chapter-plane",
        "Rate plane",
        [
            explorer.SECTION,
            plane.SECTION,
            tradeoff.SECTION,
            exact_source.SECTION,
            rate_targets.SECTION,
            prices.SECTION,
        ],
    ),
    Chapter(
        "chapter-bounds",
        "Limits",
        [
            bounds.SECTION,
            information.SECTION,
            accuracy.SECTION,
            least_objective.SECTION,
        ],
    ),
    Chapter(
        "chapter-applications",
        "Applications",
        [
            guidance.SECTION,
            application_maps.SECTION,
            pareto.SECTION,
            compression.SECTION,
            generation.SECTION,
        ],
    ),
    Chapter("chapter-certification", "Certification", [certification.SECTION]),
    Chapter(
        "chapter-models",
        "Models and data",
        [provenance.DATA, pictures.SECTION, embeddings.SECTION, training.SECTION],
    ),
    Chapter("chapter-reproduce", "Reproduce", [provenance.AGAIN, provenance.THIS_RUN]),
]


def chapters(run: Run) -> list[Chapter]:
    """Those that this run has, with the sections that it has."""
    found = [
        chapter._replace(sections=[one for one in chapter.sections if one.applies(run)])
        for chapter in CHAPTERS
    ]
    return [chapter for chapter in found if chapter.sections]


def figures(run: Run) -> list[Figure]:
    """Every chart of the page, without Altair's check of each part, which takes twice as long.

    The tests check them against the schema of Vega-Lite.
    """
    every = [section for chapter in chapters(run) for section in chapter.sections]
    with debug_mode(False):
        return [figure for section in every for figure in section.figures(run)]


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
