"""How many threads the calls of a program of one's own take: one for a small model.

A small model's sums are too short to be shared out: more threads wait for each other, which takes
their CPU time and saves little. On one thread, too, sums have one order, whatever the machine.
The jobs of an experiment do not ask here: they run on one thread each (`hvae.io.command.steady`).
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import torch
from threadpoolctl import threadpool_limits

from hvae.models import arguments
from hvae.models.hierarchical import HierarchicalVAE

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
