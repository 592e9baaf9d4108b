"""What a program of one's own may give the library, and in which form the models take it.

Numbers of any type become float32 (items, n), and β of any kind a list of lists. What cannot be
meant is an InputError of one sentence, which names the argument, what was found, and what is taken.
"""

import operator
import os
from collections.abc import Iterable, Mapping
from numbers import Real
from pathlib import Path
from typing import Any, SupportsIndex, TypeVar, cast

import numpy as np
import torch
from torch import Tensor

from hvae.errors import InputError
from hvae.io.reading import one_line
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.hypernetwork import at, condition_of

T = TypeVar("T")
SMALLEST, LARGEST = (float(end) for end in (np.finfo(np.float32).tiny, np.finfo(np.float32).max))


def instance(name: str, value: object, kind: type[T]) -> T:
    """`value`, if it is of that class."""
    if not isinstance(value, kind):
        raise InputError(f"{name} must be a {kind.__name__}, got {what(value)}")
    return value


def path(name: str, value: object) -> Path:
    """A file or folder that is named by a path or by text."""
    if not isinstance(value, str | os.PathLike):
        raise InputError(f"{name} must be a path or text, got {what(value)}")
    return Path(value)


def whole(name: str, value: object, least: int, most: int | None = None) -> int:
    """A whole number of any type from `least` to `most`, without an upper end where there is none.

    True and False are none.
    """
    try:
        number = operator.index(cast(SupportsIndex, None if isinstance(value, bool) else value))
    except TypeError:
        raise InputError(f"{name} must be a whole number, got {what(value)}") from None
    if number < least or (most is not None and number > most):
        allowed = f"at least {least}" if most is None else f"from {least} to {most}"
        raise InputError(f"{name} must be {allowed}, got {number}")
    return number


def seed(value: object) -> int:
    """A seed, as `params.yaml` takes it."""
    return whole("seed", value, 0, 2**32 - 1)


def plain(model: object) -> HierarchicalVAE:
    """A model of one β."""
    known = _model(model)
    if conditioned(known):
        raise InputError(
            "model is one for a whole plane of β, which train_plane trains and load_model reads at "
            "one β: here it must be a model that was built without a box"
        )
    return known


def of_plane(model: object) -> HierarchicalVAE:
    """A model for a box of β, which has a range for each layer."""
    known = _model(model)
    if not conditioned(known):
        raise InputError(
            "model is one for a single β: build it with box=[(0.1, 10.0), …], a range of β for "
            "each layer, or train it with train_models"
        )
    ranges("the box of model", condition_of(known).box, len(known.latents))
    return known


def conditioned(model: HierarchicalVAE) -> bool:
    """Whether it is told a β."""
    return hasattr(model, "condition")


def _model(model: object) -> HierarchicalVAE:
    known = instance("model", model, HierarchicalVAE)
    if (kind := next(known.parameters()).dtype) != torch.float32:
        raise InputError(f"model must have weights of torch.float32, got {kind}")
    return known


@torch.no_grad()
def inputs(model: HierarchicalVAE) -> int:
    """n, the numbers of an item: those that the model decodes."""
    if conditioned(model):
        at(model, condition_of(model).box.log().mean(-1).exp())
    like = next(model.parameters())
    decoded = model.decode([like.new_zeros(1, size) for size in model.latents])
    return model.likelihood.mean(decoded).shape[-1]


def betas(value: object, layers: int) -> list[list[float]]:
    """A β vector for each model, of lists, tuples, arrays or tensors, whole numbers or not."""
    rows = _listed(value)
    if not rows:
        raise InputError(
            f"betas must be a list with a list of {layers} β for each model, got {what(value)}"
        )
    return [beta(f"betas[{place}]", row, layers) for place, row in enumerate(rows)]


def beta(name: str, value: object, layers: int | None = None) -> list[float]:
    """One β vector, positive and finite in single precision, of so many layers if that is known."""
    found = numbers(name, value, "β", layers)
    if wrong := [one for one in found if not SMALLEST <= one <= LARGEST]:
        raise InputError(
            f"{name} must be positive and finite in single precision, got {wrong[0]:g}"
        )
    return found


def ranges(name: str, value: object, layers: int | None = None) -> list[tuple[float, float]]:
    """The lowest and the highest β of each layer."""
    rows = _listed(value)
    if not rows or (layers is not None and len(rows) != layers):
        each = "each layer" if layers is None else f"each of {layers} layers"
        raise InputError(
            f"{name} must be a list with a range of β (low, high) for {each}, got {what(value)}"
        )
    result = []
    for place, row in enumerate(rows):
        ends = beta(f"{name}[{place}]", row)
        if len(ends) != 2 or ends[0] > ends[1]:
            raise InputError(f"{name}[{place}] must be a range (low, high) of β, got {ends}")
        result.append((ends[0], ends[1]))
    return result


def numbers(name: str, value: object, of: str, layers: int | None = None) -> list[float]:
    """A flat list of real numbers, one `of` what is asked for each layer."""
    found = _listed(value)
    if not found or not all(map(_is_real, found)):
        raise InputError(f"{name} must be a list of numbers, one for each layer, got {what(value)}")
    if layers is not None and len(found) != layers:
        raise InputError(f"{name} must have a {of} for each of {layers} layers, got {len(found)}")
    return [float(one) for one in found]


def _listed(value: object) -> list[Any] | None:
    """The members of what is a list in some form; None of anything else."""
    if isinstance(value, Tensor | np.ndarray):
        value = value.tolist()
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        return None
    return list(value)


def _is_real(value: object) -> bool:
    if isinstance(value, Tensor):
        return value.ndim == 0 and (value.is_floating_point() or value.dtype in _WHOLE)
    return isinstance(value, Real) and not isinstance(value, bool | np.bool_)


_WHOLE = {torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64}


def what(value: object) -> str:
    """What a value is, in few words: its type and size, or itself where it is short."""
    if isinstance(value, Tensor | np.ndarray):
        return f"{value.dtype} of shape {tuple(value.shape)}"
    shown = one_line(repr(value))
    return shown if len(shown) <= 40 else f"a {type(value).__name__}"
