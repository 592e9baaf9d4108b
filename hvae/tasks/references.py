"""What needs no model: noisy inputs, the mean image, bicubic upsampling, and files of images.

Their rows belong to no point. They are of the same items, noise and masks as those of the points.
"""

import argparse
from collections.abc import Iterator, Mapping

from hvae.config.base import Section, Seed, parse
from hvae.config.tasks import Compression, Denoising, Inpainting, Upscaling
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.data.source import SPLITS
from hvae.io import command
from hvae.tasks import denoising, image_files, inpainting, task, upscaling
from hvae.tasks.task import Score
from hvae.tasks.trained import pictures


class ReferencesJob(Section):
    """What the references depend on, beside the data; max_items: those that points are of."""

    seed: Seed
    max_items: int
    denoising: Denoising | None
    inpainting: Inpainting | None
    upscaling: Upscaling | None
    compression: Compression | None


def main(arguments: argparse.Namespace) -> None:
    """Write the references' parts of `tasks`, `selection` and `scores`."""
    job = parse(ReferencesJob, arguments.params)
    items = {
        split: prepared.read(arguments.data / f"{split}.parquet").first(job.max_items)
        for split in SPLITS
    }
    found = [(task.NO_POINT, score) for score in references(items, job)]
    task.write(found, arguments)


def references(items: Mapping[str, Items], job: ReferencesJob) -> Iterator[Score]:
    """Those of tasks that are on and that the items have: none if they are no images in [0, 1]."""
    if noisy := job.denoising:
        for part in pictures(items, noisy.max_items, job.seed):
            yield from denoising.references(part, noisy)
    if hidden := job.inpainting:
        for part in pictures(items, hidden.max_items, job.seed):
            yield from inpainting.references(part, hidden, items["train"])
    if small := job.upscaling:
        for part in upscaling.divisible(items, small.max_items, job.seed):
            yield from upscaling.references(part)
    if coded := job.compression:
        for part in pictures(items, image_files.paired(coded), job.seed):
            yield from image_files.references(part, coded)


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", "test", "validation", "scores")
    command.run(main, parser.parse_args())
