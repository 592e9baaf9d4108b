"""Rates, distortions and latents for your own program: checks arguments and sets threads."""

from torch import Tensor

from hvae.data.source import SPLITS
from hvae.latents import measure as pipeline
from hvae.latents.measure import Measured
from hvae.models import arguments
from hvae.models.arguments import items
from hvae.models.hierarchical import HierarchicalVAE, Terms
from hvae.training import library
from hvae.training.library import Numbers


def encode(model: HierarchicalVAE, x: Numbers, seed: int, split: int, sample: int) -> Terms:
    """One pass with the noise of (seed, split, sample), the same for every model of these sizes.

    x: (items, n) of any number type, or images of n values. split: 0, 1 or 2 for train, validation
    and test, which share no noise. `decoded` is left empty. InputError names a bad argument.
    """
    known, values = _given(model, x)
    key = arguments.seed(seed), _split(split), arguments.whole("sample", sample, 0)
    with library.running(known):
        return pipeline.encode(known, values, *key)


def measure(model: HierarchicalVAE, x: Numbers, samples: int, seed: int, split: int) -> Measured:
    """Each item's rates and distortion in nats, averaged over `samples` draws of z.

    Arguments and errors are those of `encode`.
    """
    known, values = _given(model, x)
    count = arguments.whole("samples", samples, 1)
    key = arguments.seed(seed), _split(split)
    with library.running(known):
        return pipeline.measure(known, values, count, *key)


def _given(model: object, x: object) -> tuple[HierarchicalVAE, Tensor]:
    known = arguments.plain(model)
    return known, items("x", x, known).to(next(known.parameters()).device)


def _split(split: object) -> int:
    return arguments.whole("split", split, 0, len(SPLITS) - 1)
