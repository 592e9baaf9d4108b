"""Weights on disk as safetensors: written whole, and checked by SHA-256 and shape when read.

A module gets memory only once the weights are known to fit, so a false card cannot take any.
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
from hvae.io import provenance, storage

M = TypeVar("M", bound=nn.Module)


def save(path: Path, state: Mapping[str, Tensor]) -> str:
    """Write `path`, whole or not at all, with the mark of the present job; returns its SHA-256."""
    tensors = {name: tensor.contiguous() for name, tensor in state.items()}
    content = serialise(tensors, metadata=provenance.mark())
    storage.store(content, path)
    return hashlib.sha256(content).hexdigest()


def read(path: Path, sha256: str) -> dict[str, Tensor]:
    """The weights that `save` wrote; InputError if the file is missing, broken or another one."""
    try:
        content = path.read_bytes()
        state = load(content)
    except (OSError, SafetensorError) as error:
        raise misfit(path, error) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise misfit(path, "it has changed since")
    return state


def filled(make: Callable[[], M], state: Mapping[str, Tensor], path: Path) -> M:
    """The module that `make` builds, with weights from `path`; InputError if they do not fit.

    They are copied: sums of numbers that lie elsewhere in memory may be rounded in another order.
    """
    try:
        own = {name: tensor.to(torch.float32, copy=True) for name, tensor in state.items()}
        module = outline(make)
        module.load_state_dict(own, assign=True)
    except (InputError, RuntimeError) as error:
        raise misfit(path, error) from None
    return module


def outline(make: Callable[[], M]) -> M:
    """The module that `make` builds, on torch's meta device: with shapes, but no numbers.

    InputError if a tensor would take more bytes than 64 bits can count.
    """
    try:
        with torch.device("meta"):
            return make()
    except (RuntimeError, TypeError) as error:  # a size, or a product of sizes, is too large
        raise InputError(f"no memory holds a model of these sizes: {one_line(error)}") from None


def misfit(path: Path, error: object) -> InputError:
    """The error for a file that does not hold the weights of its card."""
    return InputError(f"{path} does not hold the weights of its card: {one_line(error)}")
