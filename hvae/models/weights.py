"""Weights on disk as safetensors: whole, known by their SHA-256, and of the right shapes.

A module is an outline until they are known to fit, so that what a card claims takes no memory.
"""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from safetensors.torch import save as serialise
from torch import Tensor, nn

from hvae.errors import InputError, one_line
from hvae.io import provenance, writing

M = TypeVar("M", bound=nn.Module)


def save(path: Path, state: Mapping[str, Tensor]) -> str:
    """Write `path` with the mark of the job that runs, whole or not at all; its SHA-256."""
    tensors = {name: tensor.contiguous() for name, tensor in state.items()}
    content = serialise(tensors, metadata=provenance.mark())
    writing.store(content, path)
    return hashlib.sha256(content).hexdigest()


def read(path: Path, sha256: str) -> dict[str, Tensor]:
    """What `save` wrote; InputError where the file is another one, broken, or absent."""
    try:
        content = path.read_bytes()
        state = load(content)
    except (OSError, SafetensorError) as error:
        raise misfit(path, error) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise misfit(path, "it has changed since")
    return state


def filled(make: Callable[[], M], state: Mapping[str, Tensor], path: Path) -> M:
    """The module that `make` builds, with weights from `path`; InputError where they do not fit.

    They are copied: the same sums on numbers elsewhere in memory may round in another order.
    """
    try:
        own = {name: tensor.to(torch.float32, copy=True) for name, tensor in state.items()}
        module = outline(make)
        module.load_state_dict(own, assign=True)
    except (InputError, RuntimeError) as error:
        raise misfit(path, error) from None
    return module


def outline(make: Callable[[], M]) -> M:
    """The module that `make` builds, on torch's meta device: with shapes, and without numbers.

    InputError where 64 bits do not count the bytes that a tensor would take.
    """
    try:
        with torch.device("meta"):
            return make()
    except (RuntimeError, TypeError) as error:  # a product that is too large, or a factor of it
        raise InputError(f"no memory holds a model of these sizes: {one_line(error)}") from None


def misfit(path: Path, error: object) -> InputError:
    """That a file does not hold what its card says."""
    return InputError(f"{path} does not hold the weights of its card: {one_line(error)}")
