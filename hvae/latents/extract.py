"""Extract one row of the grid: the latents of its points on every split, and pictures.

Pictures are reconstructions of test items of every class, cuts of them, and draws from the prior. A
cut keeps z_{≥l} of the reconstruction and draws z_{<l} from the prior given them, so it shows what
z_{≥l} tells about the item. At l = 1 this is the reconstruction itself, so l starts at 2.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import NonNegativeFloat
from torch import Tensor

from hvae.config.base import Section, Seed, parse
from hvae.config.grid import Point
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.data.seeded import Stream
from hvae.data.source import SPLITS
from hvae.io import command, tables
from hvae.latents import store
from hvae.latents.measure import encode
from hvae.latents.store import Array, Latents
from hvae.models.distributions import draw, generator, kl_by_entry
from hvae.models.hierarchical import HierarchicalVAE, Terms
from hvae.training import checkpoint

PICTURES = 10


class ExtractionJob(Section):
    """The parameters that the latents of a row depend on, beside data and models.

    closed_below: nats; a dimension with less on train items is closed, and no task reads it.
    """

    seed: Seed
    max_items: int
    closed_below: NonNegativeFloat = 0.0
    points: list[Point]


@torch.inference_mode()
def main(arguments: argparse.Namespace) -> None:
    """Write the latents of the row's points, and its part of `gallery`.

    A point without numbers in `measured` gets files without items, and no pictures.
    """
    job = parse(ExtractionJob, arguments.params)
    splits = {
        name: prepared.read(arguments.data / f"{name}.parquet").first(job.max_items)
        for name in SPLITS
    }
    points = tables.read_named("points", arguments.measured, job.points[0].layers)
    measured = {row["point"]: row for row in points.to_pylist()}
    shown = []
    for point in command.progress(job.points, "extracting latents"):
        model = checkpoint.load(arguments.models, point.model, point.beta)
        ok = measured[point.name]["status"] in tables.MEASURED
        kept = {name: items if ok else items.first(0) for name, items in splits.items()}
        for name, known in every_split(model, kept, job.seed, job.closed_below).items():
            store.write(known, store.file(arguments.latents, point.name, name))
        if ok:
            rows = pictures(model, splits["test"], job.seed)
            shown += [{"point": point.name, **row} for row in rows]
    schema = tables.gallery(splits["test"].x.shape[1])
    tables.write(tables.from_rows(shown, schema), arguments.gallery)


def every_split(
    model: HierarchicalVAE, splits: Mapping[str, Items], seed: int, closed_below: float
) -> dict[str, Latents]:
    """The latents of each split, with what train items say of their dimensions."""
    kl: Sequence[Array] = ()
    found = {}
    for number, (name, items) in enumerate(splits.items()):
        terms = encode(model, torch.tensor(items.x), seed, number, sample=0)
        if len(items.ids) and name == "train":
            kl = by_dimension(model, terms)
        found[name] = latents(items, terms)._replace(kl=kl, closed_below=closed_below)
    return found


def extract(model: HierarchicalVAE, items: Items, seed: int, split: int) -> Latents:
    """Posterior means, standard deviations and one sample of every layer."""
    return latents(items, encode(model, torch.tensor(items.x), seed, split, sample=0))


def by_dimension(model: HierarchicalVAE, terms: Terms) -> list[Array]:
    """The mean KL of each dimension of z_l over the items, (d_l,) in nats.

    What a dimension tells of x is at most that: "active units" (Burda et al., ICLR 2016).
    """
    priors = [model.prior_of(layer, terms.z[layer + 1 :]) for layer in range(len(terms.z))]
    pairs = zip(terms.posteriors, priors, strict=True)
    return [kl_by_entry(posterior, prior).mean(0).numpy() for posterior, prior in pairs]


def latents(items: Items, terms: Terms) -> Latents:
    """What is stored of one pass through the model."""
    means = [posterior.mean.numpy() for posterior in terms.posteriors]
    stds = [posterior.std.numpy() for posterior in terms.posteriors]
    return Latents(items.ids, items.labels, means, stds, [z.numpy() for z in terms.z])


def chosen(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions of the items to show, the same at every point.

    These are the first items of each of the first classes, `PICTURES` in all; without classes, the
    first items.
    """
    classes = np.unique(labels)[:PICTURES]
    each = PICTURES // len(classes)
    return np.concatenate([np.flatnonzero(labels == one)[:each] for one in classes])


def pictures(model: HierarchicalVAE, items: Items, seed: int) -> Iterator[dict[str, Any]]:
    """Rows of the gallery without the point: the means of p(x | z), with z always sampled."""
    shown = chosen(items.labels)
    ids = items.ids[shown].tolist()
    noise = draw(model.latents, len(shown), generator(Stream.GALLERY, seed, 0))
    encoded = model(torch.tensor(items.x[shown]), noise)
    yield from _rows("reconstruction", ids, model.likelihood.mean(encoded.decoded))
    for lowest in range(1, len(model.latents)):
        noise = draw(model.latents, len(shown), generator(Stream.GALLERY, seed, 2, lowest))
        cut = model.generate(noise, encoded.z[lowest:])
        yield from _rows(cut_kind(lowest, len(model.latents)), ids, model.likelihood.mean(cut))
    noise = draw(model.latents, PICTURES, generator(Stream.GALLERY, seed, 1))
    drawn = model.likelihood.mean(model.generate(noise))
    yield from _rows("sample", list(range(PICTURES)), drawn)


def cut_kind(lowest: int, layers: int) -> str:
    """The kind of a cut that keeps the layers from `lowest` on, counted from 0: `cut z2+z3`."""
    return "cut " + "+".join(f"z{layer + 1}" for layer in range(lowest, layers))


def _rows(kind: str, ids: Sequence[int], images: Tensor) -> Iterator[dict[str, Any]]:
    for index, image in zip(ids, images.tolist(), strict=True):
        yield {"kind": kind, "index": index, "image": image}


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", "models", "measured", "latents", "gallery")
    command.run(main, parser.parse_args())
