"""Arguments of the library's functions, checked and brought into the form that models take.

Numbers of any type become float32 (items, n), and β of any kind a list of lists. Anything else is
an InputError of one sentence, which names the argument, what was found, and what is accepted.
"""

import math
import operator
import os
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Any, SupportsIndex, TypeVar, cast

import numpy as np
import torch
from torch import Tensor

from hvae.errors import InputError, one_line
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.hypernetwork import at, hypernetwork_of, is_conditioned

T = TypeVar("T")
SMALLEST, LARGEST = (float(end) for end in (np.finfo(np.float32).tiny, np.finfo(np.float32).max))
_WHOLE = {torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64}
DEVICES = ("cpu", "cuda")
AXES = range(2, 5)  # one for items; the others of a vector, or of an image, perhaps with channels
COLOURS = 3
BYTE = 255


def instance(name: str, value: object, kind: type[T]) -> T:
    """`value`, if it is an instance of that class."""
    if not isinstance(value, kind):
        raise InputError(f"{name} must be a {kind.__name__}, got {what(value)}")
    return value


def path(name: str, value: object) -> Path:
    """A file or folder, given as a path or as text."""
    if not isinstance(value, str | os.PathLike):
        raise InputError(f"{name} must be a path or text, got {what(value)}")
    return Path(value)


def whole(name: str, value: object, least: int, most: int | None = None) -> int:
    """A whole number of any type, from `least` to `most` or without an upper limit.

    True and False are refused.
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
    """A seed, in the range that `params.yaml` allows."""
    return whole("seed", value, 0, 2**32 - 1)


def plain(model: object) -> HierarchicalVAE:
    """A model for a single β."""
    known = _model(model)
    if is_conditioned(known):
        raise InputError(
            "model is for a whole box of β, as train_plane trains it: here it must be a model that "
            "was built without a box; load_model gives the model of one β"
        )
    return known


def of_plane(model: object) -> HierarchicalVAE:
    """A model for a box of β, which has a range for each layer."""
    known = _model(model)
    if not is_conditioned(known):
        raise InputError(
            "model is for a single β: build it with box=[(0.1, 10.0), …], a range of β for each "
            "layer, or train it with train_models"
        )
    ranges("the box of model", hypernetwork_of(known).box, len(known.latents))
    return known


def _model(model: object) -> HierarchicalVAE:
    known = instance("model", model, HierarchicalVAE)
    if (kind := next(known.parameters()).dtype) != torch.float32:
        raise InputError(f"model must have weights of torch.float32, got {kind}")
    return known


@torch.no_grad()
def inputs(model: HierarchicalVAE) -> int:
    """n, how many numbers an item has: as many as the model decodes."""
    if is_conditioned(model):
        at(model, hypernetwork_of(model).box.log().mean(-1).exp())
    like = next(model.parameters())
    decoded = model.decode([like.new_zeros(1, size) for size in model.latents])
    return model.likelihood.mean(decoded).shape[-1]


def items(name: str, x: object, model: HierarchicalVAE) -> Tensor:
    """Items of any numeric type, flat or as images, in the model's form: float32 (items, n).

    Images have their channels last. Whole numbers must be 0 and 1: larger ones are nearly always
    levels of grey, and should be floats if they are not. InputError also for values that are not
    finite, or that the model's likelihood does not cover.
    """
    values = _single(name, x)
    if not torch.isfinite(values).all():
        raise InputError(f"{name} has values that are NaN or infinite in single precision")
    found = _flat(name, values, inputs(model))
    if problem := model.likelihood.problem(found.detach()):
        raise InputError(f"{name} {problem}")
    return found


def latents(name: str, z: object, widths: Sequence[int]) -> list[Tensor]:
    """z_1, …, z_L of any numeric type as float32, each (items, d_l), with as many items each."""
    layers = list(z) if isinstance(z, list | tuple) else []
    if len(layers) != len(widths):
        raise InputError(f"{name} must be a list with z of each of {len(widths)} layers, z_1 first")
    found = [_real(f"{name}[{place}]", one) for place, one in enumerate(layers)]
    for place, (one, width) in enumerate(zip(found, widths, strict=True)):
        if one.shape != (len(found[0]), width):
            raise InputError(
                f"{name}[{place}] must be of shape ({len(found[0])}, {width}), got shape "
                f"{tuple(one.shape)}"
            )
    return found


def _real(name: str, x: object) -> Tensor:
    values, _ = _tensor(name, x) if isinstance(x, Tensor) else _array(name, x)
    if values.ndim == 0 or not torch.isfinite(values).all():
        raise InputError(f"{name} must hold finite numbers, (items, width), got {what(x)}")
    return values


def _single(name: str, x: object) -> Tensor:
    """x as float32, in the same shape; a float32 tensor is returned as it is."""
    values, are_whole = _tensor(name, x) if isinstance(x, Tensor) else _array(name, x)
    if values.numel() == 0 or values.ndim == 0:
        raise InputError(f"{name} must have items, got {what(x)}")
    if are_whole:
        _refuse_levels(name, values)
    return values


def _tensor(name: str, x: Tensor) -> tuple[Tensor, bool]:
    if x.is_complex() or x.is_quantized or x.layout != torch.strided:
        raise InputError(f"{name} must hold real numbers, got {what(x)}")
    if x.device.type not in DEVICES:
        raise InputError(f"{name} must be on a device of {', '.join(DEVICES)}, got {x.device}")
    return x.to(torch.float32), not x.is_floating_point()


def _array(name: str, x: object) -> tuple[Tensor, bool]:
    try:
        array = np.asarray(x)
    except (TypeError, ValueError, RuntimeError):  # lists of unlike lengths, among others
        array = np.asarray(None)
    if array.dtype.kind not in "buif":
        raise InputError(f"{name} must be an array or tensor of real numbers, got {what(x)}")
    with np.errstate(over="ignore"):  # values that become infinite are found later
        single = np.array(array, dtype=np.float32, order="C")
    return torch.from_numpy(single), array.dtype.kind in "ui"


def _refuse_levels(name: str, values: Tensor) -> None:
    low, high = values.min().item(), values.max().item()
    if low < 0 or high > 1:
        top = BYTE if high > 16 and high <= BYTE else high
        scaled = "" if low < 0 else f"{name} / {top:.0f}, or "
        raise InputError(
            f"{name} has whole numbers from {low:.0f} to {high:.0f}, where models expect values in "
            f"[0, 1]: give {scaled}floats if they are meant as they are"
        )


def _flat(name: str, values: Tensor, width: int) -> Tensor:
    shape = tuple(values.shape)
    if values.ndim not in AXES or math.prod(shape[1:]) != width:
        raise InputError(
            f"{name} must be of shape (items, {width}), like the model, or images of {width} "
            f"values, got shape {shape}"
        )
    if len(shape) == AXES[-1] and shape[1] == COLOURS and shape[-1] not in (1, COLOURS):
        raise InputError(
            f"{name} must have the channels of its images last, got shape {shape}: "
            f"{name}.transpose(0, 2, 3, 1) of an array, or .permute of a tensor, moves them"
        )
    return values.flatten(1)


def rates(name: str, value: object, layers: int) -> list[float]:
    """(R_1, …, R_L) in nats."""
    found = numbers(name, value, "rate", layers)
    for rate in found:
        if not 0 <= rate < math.inf:
            raise InputError(f"{name} must be finite rates that are not negative, got {rate:g}")
    return found


def targets(value: object, layers: int) -> list[list[float]]:
    """Rates for each model, from lists, tuples, arrays or tensors."""
    rows = _listed(value)
    if not rows:
        raise InputError(
            f"targets must be a list with {layers} rates for each model, got {what(value)}"
        )
    return [rates(f"targets[{place}]", row, layers) for place, row in enumerate(rows)]


def betas(value: object, layers: int) -> list[list[float]]:
    """A β vector for each model, from lists, tuples, arrays or tensors of any numeric type."""
    rows = _listed(value)
    if not rows:
        raise InputError(
            f"betas must be a list with a list of {layers} β for each model, got {what(value)}"
        )
    return [beta(f"betas[{place}]", row, layers) for place, row in enumerate(rows)]


def beta(name: str, value: object, layers: int | None = None) -> list[float]:
    """One β vector, positive and finite in single precision, with a value for each layer."""
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
    """A flat list of real numbers, such as one rate (`of`) for each layer."""
    found = _listed(value)
    if not found or not all(map(_is_real, found)):
        raise InputError(f"{name} must be a list of numbers, one for each layer, got {what(value)}")
    if layers is not None and len(found) != layers:
        raise InputError(f"{name} must have a {of} for each of {layers} layers, got {len(found)}")
    return [float(one) for one in found]


def _listed(value: object) -> list[Any] | None:
    """The members of a list in any form; None for anything else."""
    if isinstance(value, Tensor | np.ndarray):
        value = value.tolist()
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        return None
    return list(value)


def _is_real(value: object) -> bool:
    if isinstance(value, Tensor):
        return value.ndim == 0 and (value.is_floating_point() or value.dtype in _WHOLE)
    return isinstance(value, Real) and not isinstance(value, bool | np.bool_)


def what(value: object) -> str:
    """A value in few words: its type and shape, or the value itself if it is short."""
    if isinstance(value, Tensor | np.ndarray):
        return f"{value.dtype} of shape {tuple(value.shape)}"
    shown = one_line(repr(value))
    return shown if len(shown) <= 40 else f"a {type(value).__name__}"
