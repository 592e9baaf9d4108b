"""Visualisation: each layer's latents of test items in a plane; pictures, and nothing is scored.

Shown are posterior *means*, since the noise of samples would hide what a layer of a low rate holds.
So a layer may look more orderly than its rate allows any reader of its samples to see. Methods are
fitted on the items that they show.
"""

import argparse
from collections.abc import Iterator

import numpy as np

from hvae.config.params import Point, Section, parse
from hvae.config.tasks import Visualisation
from hvae.io import command, tables
from hvae.latents import store
from hvae.latents.store import Latents
from hvae.statistics.estimate import Row
from hvae.tasks.embeddings import METHODS


class Job(Section):
    """What the pictures of a row depend on, beside its latents."""

    settings: Visualisation
    points: list[Point]


def main(arguments: argparse.Namespace) -> None:
    """Write the row's part of `embeddings`; a diverged point has no items."""
    job = parse(Job, arguments.params)
    found = [
        {"point": point.name, **row}
        for point in command.progress(job.points, "embedding latents")
        for row in embed(
            store.read(store.file(arguments.latents, point.name, "test")), job.settings
        )
    ]
    tables.write(tables.from_rows(found, tables.embeddings()), arguments.out)


def embed(latents: Latents, settings: Visualisation) -> Iterator[Row]:
    """A row a layer, method and item, but for the point."""
    count = settings.max_items
    shown = list(zip(latents.ids[:count].tolist(), latents.label[:count].tolist(), strict=True))
    for layer, mean in enumerate(latents.mean if shown else [], start=1):
        for method in settings.methods:
            places = METHODS[method](mean[:count].astype(np.float64)).tolist()
            for (index, label), (x, y) in zip(shown, places, strict=True):
                named = {"layers": f"z{layer}", "method": method}
                yield named | {"index": index, "label": label, "x": x, "y": y}


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "latents", "out")
    command.run(main, parser.parse_args())
