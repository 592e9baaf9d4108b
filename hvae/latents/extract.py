"""Extract one row of the grid: the latents of its points on every split, and pictures."""

import argparse

import torch

from hvae.config.params import Point, Section, Seed, parse
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.data.source import SPLITS
from hvae.io import command, named_tables, tables
from hvae.latents import gallery, store
from hvae.latents.evaluate import encode
from hvae.latents.store import Latents
from hvae.models.hierarchical import HierarchicalVAE
from hvae.training import checkpoint


class Job(Section):
    """What the latents of a row depend on, beside data and models."""

    seed: Seed
    max_items: int
    points: list[Point]


@torch.inference_mode()
def main(arguments: argparse.Namespace) -> None:
    """Write the latents of the row's points, and its part of `gallery`.

    A point that has no numbers in `measured` has no items and no pictures.
    """
    job = parse(Job, arguments.params)
    splits = {
        name: prepared.read(arguments.data / f"{name}.parquet").first(job.max_items)
        for name in SPLITS
    }
    measured = {
        row["point"]: row for row in named_tables.read("points", arguments.measured).to_pylist()
    }
    shown = []
    for point in command.progress(job.points, "extracting latents"):
        model = checkpoint.load(arguments.models, point.model, point.beta)
        ok = measured[point.name]["status"] in tables.MEASURED
        for number, (name, items) in enumerate(splits.items()):
            kept = items if ok else items.first(0)
            path = store.file(arguments.latents, point.name, name)
            store.write(extract(model, kept, job.seed, number), path)
        if ok:
            pictures = gallery.pictures(model, splits["test"], job.seed)
            shown += [{"point": point.name, **picture} for picture in pictures]
    schema = tables.gallery(splits["test"].x.shape[1])
    tables.write(tables.from_rows(shown, schema), arguments.gallery)


def extract(model: HierarchicalVAE, items: Items, seed: int, split: int) -> Latents:
    """Posterior means, standard deviations and one sample of every layer."""
    terms = encode(model, torch.tensor(items.x), seed, split, sample=0)
    means = [posterior.mean.numpy() for posterior in terms.posteriors]
    stds = [posterior.std.numpy() for posterior in terms.posteriors]
    return Latents(items.ids, items.labels, means, stds, [z.numpy() for z in terms.z])


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", "models", "measured", "latents", "gallery")
    command.run(main, parser.parse_args())
