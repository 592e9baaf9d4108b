"""Lossy compression: bits per data dimension that each layer takes, and the PSNR they buy.

The rate R_l / (n ln 2) is the length of an ideal code for samples of z_l that sender and receiver,
who share the model, can approach and hardly beat (bits-back or relative entropy coding). No file is
written, and what real coders add, such as a few bits an item, is not in it.
"""

import math
from collections.abc import Iterator

from hvae.config.tasks import Compression
from hvae.latents.evaluate import measure as evaluate
from hvae.statistics.intervals import mean, psnr
from hvae.tasks import trained
from hvae.tasks.images import held_out
from hvae.tasks.task import Score
from hvae.tasks.trained import Trained

SAMPLES = 1  # of z an item: a code is of one sample


def measure(subject: Trained, settings: Compression, seed: int) -> Iterator[Score]:
    """Bits per dimension of every layer and of all; PSNR of samples decoded, of data in [0, 1]."""
    for part in held_out(subject.items, settings.max_items, seed):
        found = evaluate(subject.model, part.x, SAMPLES, *part.key)
        bits = found.rates / (part.x.shape[1] * math.log(2))
        named = {f"z{layer}": values for layer, values in enumerate(bits.T, start=1)}
        for layers, values in {**named, "": bits.sum(1)}.items():
            yield part.score(
                "compression", "sample", "rate", "bits_per_dim", mean(values), layers=layers
            )
        if part.items.bounded:
            yield part.score("compression", "sample", "rate", "psnr_db", psnr(found.error))


if __name__ == "__main__":
    trained.run(__doc__, Compression, measure)
