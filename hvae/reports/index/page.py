"""Make the index of all experiments: folders of results in, one HTML file out."""

import argparse
from itertools import chain
from pathlib import Path

from hvae.io import writing
from hvae.reports.index.applications import achieved
from hvae.reports.index.card import card
from hvae.reports.index.charts import charts
from hvae.reports.index.comparison import Listed, compared, everything
from hvae.reports.index.finished import Experiment, find
from hvae.reports.index.metrics import measured
from hvae.reports.render import drawable, render


def main(arguments: argparse.Namespace) -> None:
    """Write the page."""
    html = page(arguments.results, arguments.out.parent)
    writing.store(html, arguments.out)


def page(results: Path, reports: Path) -> str:
    """The whole page about the folders in `results`, as it would lie in `reports`."""
    listed, unreadable = find(results, lambda experiment: describe(experiment, reports))
    return render(
        "index/index.html",
        [],
        cards=[one.card for one in listed],
        unreadable=unreadable,
        data=drawable(everything(listed)),
        charts=charts(),
    )


def describe(experiment: Experiment, reports: Path) -> Listed:
    """What the page has of one experiment."""
    metrics = {one.key: one for one in chain(measured(experiment), achieved(experiment))}
    return Listed(card(experiment, metrics, reports), compared(experiment, metrics.values()))
