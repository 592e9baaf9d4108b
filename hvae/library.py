"""Trained models for a program of one's own: latents, pictures, rates, and β for wanted rates.

Arguments are checked, and threads are as many as suit the model. What the jobs of an experiment
call is behind it, and gives the same numbers up to
rounding, which depends on the number of threads. Training is in `hvae.training.library`.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from hvae.config.training import Floats
from hvae.data.seeded import Stream
from hvae.data.source import SPLITS
from hvae.errors import InputError
from hvae.latents import measure as pipeline
from hvae.latents.measure import Measured
from hvae.models import arguments
from hvae.models.arguments import instance, items, what
from hvae.models.distributions import draw, generator
from hvae.models.hierarchical import HierarchicalVAE, Terms, chunks
from hvae.models.hypernetwork import Range
from hvae.plane import amortized_model
from hvae.plane.amortized_model import Rates, Solution, Survey
from hvae.training import library
from hvae.training.library import Numbers

TEST = SPLITS.index("test")


def encode(
    model: HierarchicalVAE, x: Numbers, seed: int = 0, split: int = TEST, sample: int = 0
) -> Terms:
    """One pass with the noise of (seed, split, sample), the same for every model of these sizes.

    x: (items, n) of any number type, or images of n values. split: 0, 1 or 2 for train, validation
    and test, which share no noise. `decoded` is left empty. InputError names a bad argument.
    """
    known, values = _given(model, x)
    key = arguments.seed(seed), _split(split), arguments.whole("sample", sample, 0)
    with library.running(known):
        return pipeline.encode(known, values, *key)


@torch.no_grad()
def decode(model: HierarchicalVAE, z: Sequence[Numbers]) -> Tensor:
    """x̂ = E[x | z], (items, n) in the units of the data, for z_1, …, z_L, each (items, d_l).

    Latents may be of any type of numbers. InputError unless they are of the model's widths.
    """
    known = arguments.plain(model)
    layers = arguments.latents("z", z, known.latents)
    like = next(known.parameters())
    with library.running(known):
        return known.likelihood.mean(known.decode([part.to(like) for part in layers]))


@torch.no_grad()
def sample(model: HierarchicalVAE, items: int, seed: int = 0) -> Tensor:
    """x̂ = E[x | z], (items, n), for so many z that are drawn from the prior."""
    known, count = arguments.plain(model), arguments.whole("items", items, 1)
    device = next(known.parameters()).device
    noise = draw(known.latents, count, generator(Stream.GALLERY, arguments.seed(seed), 1), device)
    with library.running(known):
        return known.likelihood.mean(known.generate(noise))


@torch.no_grad()
def reconstruct(model: HierarchicalVAE, x: Numbers, seed: int | None = 0) -> Tensor:
    """x̂ = E[x | z], (items, n), for z ~ q(z | x); with a seed of None every z is its mean.

    Its noise is that of `encode` for test items. x: as for `encode`.
    """
    known, values = _given(model, x)
    if seed is None:
        noise = [values.new_zeros(len(values), width) for width in known.latents]
    else:
        key = arguments.seed(seed), TEST, 0
        source = generator(Stream.EVALUATION, *key)
        noise = draw(known.latents, len(values), source, values.device)
    with library.running(known):
        parts = [known.likelihood.mean(known(*part).decoded) for part in chunks(values, noise)]
    return torch.cat(parts)


def measure(
    model: HierarchicalVAE, x: Numbers, samples: int = 8, seed: int = 0, split: int = TEST
) -> Measured:
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


def survey_rates(rates: Rates, box: Sequence[Range]) -> Survey:
    """The rates at every point of a lattice that is even in log β and has the box's corners.

    rates: (β_1, …, β_L) ↦ (R_1, …, R_L) in nats, the same every time; box: the lowest and the
    highest β of each layer. InputError names what cannot be used.
    """
    known = arguments.ranges("box", box)
    return amortized_model.survey(_checked(rates, len(known)), known)


def solve_rates(
    rates: Rates, box: Sequence[Range], wanted: Sequence[float], seen: Survey
) -> Solution:
    """β in the box with the `wanted` rates in nats, from what a survey of `rates` has `seen`."""
    known = arguments.ranges("box", box)
    layers = len(known)
    if (surveyed := instance("seen", seen, Survey).rates.shape[-1]) != layers:
        raise InputError(f"seen must be a survey of {layers} layers, as box is, got {surveyed}")
    return amortized_model.solve(
        _checked(rates, layers), known, arguments.rates("wanted", wanted, layers), seen
    )


def _checked(rates: object, layers: int) -> Callable[[Sequence[float]], Floats]:
    """The same function, of which anything but a number for each layer is refused."""
    if not callable(rates):
        raise InputError(f"rates must be a function of (β_1, …, β_L), got {what(rates)}")

    def checked(beta: Sequence[float]) -> Floats:
        found = arguments.numbers("what rates gives", rates(beta), "rate", layers)
        return np.array(found)

    return checked
