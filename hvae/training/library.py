"""Training and trained models for a program of one's own: arguments checked, threads as suit.

What the jobs of an experiment call is behind it, and gives the same numbers.

A small model takes one thread. Its sums are too short to be shared out: more threads wait for each
other, which takes their CPU time and saves little. On one thread, too, sums have one order,
whatever the machine.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from os import PathLike
from typing import Any

import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits
from torch import Tensor

from hvae.config.training import RateSchedule, Schedule
from hvae.errors import InputError
from hvae.models import arguments
from hvae.models.arguments import instance, items, what
from hvae.models.hierarchical import HierarchicalVAE
from hvae.training import amortized, checkpoint, to_rates, train
from hvae.training.amortized import TrainedPlane
from hvae.training.checkpoint import Card
from hvae.training.loop import Checkpoints
from hvae.training.to_rates import TrainedToRates
from hvae.training.together import TrainedModels

AT_BETA, TO_RATES = Schedule(), RateSchedule()
SMALL = 4_000_000  # weights of a perceptron that one thread trains about as fast as two

_asked: int | None = None  # by `set_threads`


def set_threads(count: int | None) -> None:
    """Let the calls that follow take `count` threads, for instance to train many large models.

    None, as at first: one for a perceptron of up to four million weights and for a study of
    latents, and otherwise as many as torch would take. InputError unless None or at least 1.
    """
    global _asked
    _asked = None if count is None else arguments.whole("count", count, 1)


def suited(model: HierarchicalVAE) -> int:
    """As many threads as were asked for, or as suit the model."""
    weights = sum(weight.numel() for weight in model.parameters())
    small = not model.convolutional and weights <= SMALL
    return _asked or (1 if small else torch.get_num_threads())


@contextmanager
def running(model: HierarchicalVAE) -> Iterator[None]:
    """Work with a model on as many threads as suit it; afterwards torch has those it had."""
    with limited(suited(model)):
        yield


@contextmanager
def studying() -> Iterator[None]:
    """The same for work without a model, of torch and of all other libraries."""
    count = _asked or 1
    with ExitStack() as stack:
        stack.enter_context(limited(count))
        stack.enter_context(threadpool_limits(count))
        yield


@contextmanager
def limited(count: int) -> Iterator[None]:
    """The same with so many threads of torch."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


Numbers = Tensor | NDArray[Any]
Betas = Sequence[Sequence[float]] | Numbers
Folder = str | PathLike[str]


def train_models(
    model: HierarchicalVAE,
    betas: Betas,
    data: Numbers,
    held_out: Numbers,
    settings: Schedule = AT_BETA,
    seed: int = 0,
    kept: Checkpoints | None = None,
) -> TrainedModels:
    """Train a copy of `model` for each β vector, (β_1, …, β_L), on the device of `data`.

    data, held_out: (items, n) of any type, or images of n values, in [0, 1] or as the model's
    likelihood takes them. A member keeps the weights of its lowest J_β on `held_out`.
    InputError names the argument that cannot be used.
    """
    known = arguments.plain(model)
    listed = arguments.betas(betas, len(known.latents))
    given = _items(known, data, held_out)
    plan, number = instance("settings", settings, Schedule), arguments.seed(seed)
    with running(known):
        return train.train(known, listed, *given, plan, number, kept)


def train_to_rates(
    model: HierarchicalVAE,
    targets: Betas,
    data: Numbers,
    held_out: Numbers,
    settings: RateSchedule = TO_RATES,
    seed: int = 0,
    kept: Checkpoints | None = None,
) -> TrainedToRates:
    """Train a copy of `model` to each target, (R_1, …, R_L) in nats per item; else the same.

    It is items of `held_out` whose rates meet the target. What is returned has each model's prices,
    λ_l = −∂D/∂R_l, and the rates that it has.
    """
    known = arguments.plain(model)
    listed = arguments.targets(targets, len(known.latents))
    given = _items(known, data, held_out)
    plan, number = instance("settings", settings, RateSchedule), arguments.seed(seed)
    with running(known):
        return to_rates.train_to_rates(known, listed, *given, plan, number, kept)


def train_plane(
    model: HierarchicalVAE,
    data: Numbers,
    held_out: Numbers,
    settings: Schedule = AT_BETA,
    seed: int = 0,
    kept: Checkpoints | None = None,
) -> TrainedPlane:
    """Train a model that was built with a box of β, for all β in it; else the same.

    The averaged weights that are kept are the result's `state`. The model ends with the last ones.
    """
    known = arguments.of_plane(model)
    given = _items(known, data, held_out)
    plan, number = instance("settings", settings, Schedule), arguments.seed(seed)
    with running(known):
        return amortized.train(known, *given, plan, number, kept)


def _items(model: HierarchicalVAE, data: object, held_out: object) -> tuple[Tensor, Tensor]:
    x = items("data", data, model)
    return x, items("held_out", held_out, model).to(x.device)


def load_model(
    folder: Folder, name: str, beta: Sequence[float] | Numbers | None = None
) -> HierarchicalVAE:
    """A plain model, in evaluation mode: the one that is stored, or what one for a plane is at β.

    InputError where the files do not fit together, or the model was not trained for that β.
    """
    known = () if beta is None else arguments.beta("beta", beta)
    return checkpoint.load(arguments.path("folder", folder), instance("name", name, str), known)


def save_model(folder: Folder, card: Card, state: Mapping[str, Tensor]) -> None:
    """Write `<name>.safetensors` and its card `<name>.json`, each whole or not at all.

    state: of one trained member, `TrainedModels.member(index)`, or of one for a plane,
    `TrainedPlane.state`.
    """
    place, known = arguments.path("folder", folder), instance("card", card, Card)
    if not isinstance(state, Mapping) or not all(isinstance(t, Tensor) for t in state.values()):
        raise InputError(f"state must be tensors by name, as state_dict() gives, got {what(state)}")
    checkpoint.save(place, known, state)
