"""The order of a report: what heads it, its chapters and their sections, and what a run has."""

from altair.utils.schemapi import debug_mode

from hvae.reports.render import Figure
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
from hvae.reports.sections.section import Chapter
from hvae.results.run import Run

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
            accuracy.WEAK_PROBES,
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
