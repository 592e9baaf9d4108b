"""Visualisation: embeddings of each layer's latents of test items; pictures, nothing is scored.

Shown are posterior *means*, since the noise of samples would hide what a layer of a low rate holds.
So a layer may look more orderly than its rate allows any reader of its samples to see. Closed
dimensions are left out. Methods are fitted on the items that they show.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from sklearn.manifold import TSNE

from hvae.config.base import Section, parse
from hvae.config.grid import Point
from hvae.config.tasks import Visualisation
from hvae.io import command, tables
from hvae.latents import store
from hvae.latents.store import Latents
from hvae.statistics.estimate import Floats, Row
from hvae.tasks.views import Layers, opened

FEWEST = 4  # items, at least, for neighbours to mean anything
PERPLEXITY = 30.0
STEPS = 500  # as far as 1,000 on 300 digits: the divergence differs by 0.3 %
START = 1e-4  # standard deviation of the first coordinate that t-SNE starts with
SEED = 0


class VisualisationJob(Section):
    """What the pictures of a row depend on, beside its latents."""

    settings: Visualisation
    points: list[Point]


def main(arguments: argparse.Namespace) -> None:
    """Write the row's part of `embeddings`; a diverged point has no items."""
    job = parse(VisualisationJob, arguments.params)
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
    for layer, mean in enumerate(latents.mean if shown else []):
        alone = Layers(f"z{layer + 1}", (layer,))
        read = mean[:count, opened(latents, alone)].astype(np.float64)
        for method in settings.methods:
            places = METHODS[method](read).tolist()
            for (index, label), (x, y) in zip(shown, places, strict=True):
                named = {"layers": alone.name, "method": method}
                yield named | {"index": index, "label": label, "x": x, "y": y}


def pca(x: Floats) -> Floats:
    """The first two principal components (n, 2) of x (n, d), in its units; zero beyond d.

    Their sign is arbitrary, so the axis of x with the largest weight is made positive.
    """
    centred = x - x.mean(0)
    axes = np.linalg.svd(centred, full_matrices=False).Vh[:2]
    heaviest = axes[np.arange(len(axes)), np.abs(axes).argmax(1)]
    places = centred @ axes.T * np.sign(heaviest)
    return np.pad(places, ((0, 0), (0, 2 - len(axes))))


def tsne(x: Floats) -> Floats:
    """t-SNE (van der Maaten & Hinton, 2008) of x (n, d), starting from its principal components.

    Neighbours are kept together; distances, sizes and gaps of clusters mean nothing. If x has no
    spread, or too few items, all items are in one place.
    """
    start = pca(x)
    scale = start[:, 0].std()
    if len(x) < FEWEST or scale <= np.finfo(np.float32).eps * np.abs(x).max():
        return np.zeros((len(x), 2))
    perplexity = min(PERPLEXITY, (len(x) - 1) / 3)
    settings = {"perplexity": perplexity, "max_iter": STEPS, "random_state": SEED}
    method = TSNE(init=(start / scale * START).astype(np.float32), learning_rate="auto", **settings)
    return method.fit_transform(x / scale).astype(np.float64)


METHODS: Mapping[str, Callable[[Floats], Floats]] = {"pca": pca, "t-sne": tsne}


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "latents", "out")
    command.run(main, parser.parse_args())
