"""Compression: what a point's rates promise, and the bytes of files that redeem them.

`rate` is theory: R_l / (n ln 2) is the length of an ideal code for samples of z_l that sender and
receiver, who share the model, can approach and hardly beat. `file` is a stream of quantised latents
of the items, written and read back (`hvae.coding`). By layer it has the length of the symbols, and
in total all bytes, the header too. PSNR and J° are of what comes out of it, beside those of the
model on the same items. Steps are chosen on validation items.

Of discrete likelihoods there are files without loss. `lossless` is a whole file, and with the
setting `net` what an item adds to a long one, beside `elbo`, the (D + R) that it should take.
"""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from hvae.coding import bits_back, files, quantised
from hvae.coding.codec import Codec
from hvae.config.tasks import Compression
from hvae.data.source import level_numbers
from hvae.latents.extract import chosen
from hvae.latents.measure import Measured
from hvae.latents.measure import measure as evaluate
from hvae.statistics.estimate import Floats
from hvae.statistics.intervals import mean, psnr
from hvae.statistics.sampled import Sampled
from hvae.tasks import trained
from hvae.tasks.image_files import paired, with_mean
from hvae.tasks.task import Found, Picture, Score
from hvae.tasks.trained import HeldOutPart, HowMeasured, TrainedSubject, held_out

RATE, ELBO = HowMeasured("sample", "rate"), HowMeasured("sample", "elbo")
FILE = HowMeasured("", "file")
LOSSLESS, NET = HowMeasured("", "lossless"), HowMeasured("", "lossless", "net")
SAMPLES = 1  # of z an item: a code is of one sample
TRIED = 120  # validation items, on which the step is chosen
TASK, LENGTH = "compression", "bits_per_dim"


def measure(subject: TrainedSubject, settings: Compression, seed: int) -> Iterator[Found]:
    """Rates of every layer and of all, and files of the same items of either split."""
    parts = list(held_out(subject.items, paired(settings), seed))
    found = [evaluate(subject.model, part.x, SAMPLES, *part.key) for part in parts]
    for part, measured in zip(parts, found, strict=True):
        yield from _rates(part, measured)
    if subject.codec is None or settings.items is None:
        return
    codec = subject.codec()
    held = next(part for part in parts if part.split == "validation")
    factor = quantised.choose(codec, held.x[:TRIED])
    for part, measured in zip(parts, found, strict=True):
        yield from _file(codec, part, measured, quantised.quantise(codec, part.x, factor))
        if codec.levels is not None:
            yield from _lossless(codec, part, measured)


def _rates(part: HeldOutPart, found: Measured) -> Iterator[Score]:
    """Bits per dimension; PSNR of samples decoded, of data in [0, 1]."""
    yield from _by_layer(part, RATE, found.rates / _unit(part))
    yield part.score(TASK, RATE, LENGTH, mean(found.rates.sum(1) / _unit(part)))
    if part.items.bounded:
        yield part.score(TASK, RATE, "psnr_db", psnr(found.error))


def _by_layer(part: HeldOutPart, how: HowMeasured, bits: Floats) -> Iterator[Score]:
    for layer, values in enumerate(bits.T, start=1):
        yield part.score(TASK, how, LENGTH, mean(values), layers=f"z{layer}")


def _unit(part: HeldOutPart) -> float:
    """Nats of an item for a bit of each dimension."""
    return part.x.shape[1] * math.log(2)


def _file(
    codec: Codec, part: HeldOutPart, model: Measured, given: quantised.Quantised
) -> Iterator[Found]:
    """The stream's bytes, by which an item's own symbols and an equal part of the rest count."""
    n, prices = codec.dimensions, np.array(codec.prices)
    content = files.image_file(codec, given)
    cost = quantised.cost(codec, part.x, given)
    yield from _by_layer(part, FILE, cost.bits / n)
    yield part.score(TASK, FILE, LENGTH, _of_file(content, cost.bits.sum(1) / n, part))
    if part.items.bounded:
        yield part.score(TASK, FILE, "psnr_db", psnr(cost.error))
    constant = codec.model.likelihood.constant(n)
    objectives = {
        FILE: cost.distortion - constant + math.log(2) * cost.bits @ prices,
        RATE: model.distortion - constant + model.rates @ prices,
    }
    for how, values in objectives.items():
        yield part.score(TASK, how, "objective", mean(values))
    if part.split == "test":
        yield from _pictures(codec, content, part)


def _of_file(content: bytes, own: Floats, part: HeldOutPart) -> Sampled:
    """Bits per dimension of a file of all items."""
    return with_mean(own, 8 * len(content) / part.items.x.size)


def _pictures(codec: Codec, content: bytes, part: HeldOutPart) -> Iterator[Picture]:
    """Some items, decoded from the bytes."""
    seen = files.decoded(codec, files.parsed(content), Path(part.split))
    for place in chosen(part.items.labels):
        index, image = part.items.ids[place], seen[place]
        yield Picture({"kind": "file", "index": int(index), "image": image.tolist()})


def _lossless(codec: Codec, part: HeldOutPart, model: Measured) -> Iterator[Score]:
    """A whole file, and its net length; of items one knows −ELBO alone, by which they differ."""
    numbers = torch.from_numpy(level_numbers(part.items.x, codec.levels or 2))
    elbo = (model.distortion + model.rates.sum(1)) / _unit(part)
    net = bits_back.net(codec, numbers) / codec.dimensions
    yield part.score(TASK, ELBO, LENGTH, mean(elbo))
    whole = _of_file(files.lossless(codec, numbers), elbo, part)
    yield part.score(TASK, LOSSLESS, LENGTH, whole)
    yield part.score(TASK, NET, LENGTH, with_mean(elbo, net))


if __name__ == "__main__":
    trained.run(__doc__, Compression, measure)
