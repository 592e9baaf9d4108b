"""Weights on disk as safetensors: whole, known by their SHA-256, and as many as they should be."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load
from safetensors.torch import save as serialise
from torch import Tensor, nn

from hvae.errors import InputError, one_line
from hvae.io import provenance, writing


def save(path: Path, state: Mapping[str, Tensor]) -> str:
    """Write `path` with the mark of the job that runs, whole or not at all; its SHA-256."""
    tensors = {name: tensor.contiguous() for name, tensor in state.items()}
    content = serialise(tensors, metadata=provenance.mark())
    writing.store(content, path)
    return hashlib.sha256(content).hexdigest()


def read(path: Path, sha256: str, least: int) -> dict[str, Tensor]:
    """What `save` wrote; InputError where the file is another one, broken, or absent.

    And where it holds fewer than `least` numbers: a model that asks for more is not built at all.
    """
    try:
        content = path.read_bytes()
        state = load(content)
    except (OSError, SafetensorError) as error:
        raise misfit(path, error) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise misfit(path, "it has changed since")
    if (found := sum(tensor.numel() for tensor in state.values())) < least:
        raise misfit(path, f"it holds {found:,} numbers of at least {least:,}")
    return state


def fill(module: nn.Module, state: Mapping[str, Tensor], path: Path) -> None:
    """Give a module its weights; InputError where these are of another one."""
    try:
        module.load_state_dict(state)
    except RuntimeError as error:
        raise misfit(path, error) from None


def misfit(path: Path, error: object) -> InputError:
    """That a file does not hold what its card says."""
    return InputError(f"{path} does not hold the weights of its card: {one_line(error)}")
