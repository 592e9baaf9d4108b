"""The chapters of a report and their sections, in order: which runs have them."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from altair.utils.schemapi import debug_mode

from hvae.reports.render import Figure
from hvae.reports.sections import generation, panels, pareto, pictures
from hvae.reports.sections.exact_source import least
from hvae.results.experiment import Run


class Section(NamedTuple):
    """A part of a chapter: its template's name, its title, which runs have it, and its charts."""

    name: str
    title: str
    applies: Callable[[Run], bool]
    figures: Callable[[Run], Iterator[Figure]]


class Chapter(NamedTuple):
    """A chapter of the page; its sections' names, not its own, are what links of old point to."""

    name: str
    title: str
    sections: list[Section]


def _always(_: Run) -> bool:
    return True


def _trained(run: Run) -> bool:
    return bool(run.trained)


def _amortized(run: Run) -> bool:
    return run.params.amortized


def _labelled(run: Run) -> bool:
    return run.labelled


def _asked(run: Run) -> bool:
    return bool(run.asked)


def _known(run: Run) -> bool:
    return run.known is not None


def _has_least(run: Run) -> bool:
    return least(run.params, run.known) is not None


def _has_guidance(run: Run) -> bool:
    return run.guidance is not None


def _has_applications(run: Run) -> bool:
    return bool(run.guidance and run.guidance["applications"])


def _has_draws(run: Run) -> bool:
    return bool(generation.metrics(run))


def _has_pictures(run: Run) -> bool:
    return pictures.is_image(run.test.shape)


_PLANE = [
    Section("explorer", "Explore the plane", _always, panels.none),
    Section("plane", "Where points land", _always, panels.planes),
    Section("tradeoff", "Distortion against the total rate", _trained, panels.tradeoffs),
    Section("known", "What is known exactly", _known, panels.known),
    Section("targets", "Asked for by rates", _asked, panels.none),
]
_BOUNDS = [
    Section("bounds", "Every bound and its checks", _always, panels.bounds),
    Section("information", "Information", _always, panels.informations),
    Section("accuracy", "Accuracy and its limit", _labelled, panels.accuracies),
    Section("weak", "Weak probes", _labelled, panels.none),
    Section("exactness", "Least objective", _has_least, panels.exactnesses),
]
_APPLICATIONS = [
    Section("guidance", "Guidance", _has_guidance, panels.none),
    Section("maps", "Application maps", _has_applications, panels.applications),
    Section("fronts", "Two applications at once", pareto.pairs, panels.pairs),
    Section("generation", "Generation", _has_draws, panels.draws),
]
_CERTIFICATION = [
    Section("certification", "Certification", _amortized, panels.certification),
]
_MODELS = [
    Section("data", "What was read", _always, panels.none),
    Section("pictures", "Pictures", _has_pictures, panels.none),
    Section("embeddings", "Latents in a plane", _always, panels.embeddings),
    Section("training", "Training", _always, panels.training),
]
_REPRODUCE = [
    Section("again", "Make it again", _always, panels.none),
    Section("run", "This run", _always, panels.none),
]
CHAPTERS = [
    Chapter("chapter-plane", "Rate plane", _PLANE),
    Chapter("chapter-bounds", "Bounds", _BOUNDS),
    Chapter("chapter-applications", "Applications", _APPLICATIONS),
    Chapter("chapter-certification", "Certification", _CERTIFICATION),
    Chapter("chapter-models", "Models and data", _MODELS),
    Chapter("chapter-reproduce", "Reproduce", _REPRODUCE),
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
