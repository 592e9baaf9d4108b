"""Items as a program of one's own has them, and as models take them: float32 (items, n)."""

import math

import numpy as np
import torch
from torch import Tensor

from hvae.errors import InputError
from hvae.models.arguments import inputs, what
from hvae.models.hierarchical import HierarchicalVAE

DEVICES = ("cpu", "cuda")
AXES = range(2, 5)  # items, and an item's own: a vector, or an image with channels or without
COLOURS = 3
BYTE = 255


def items(name: str, x: object, model: HierarchicalVAE) -> Tensor:
    """Items of any type of numbers, flat or as images, as the model takes them: float32 (items, n).

    Images have their channels last. Whole numbers must be 0 and 1: larger ones are numbers of
    levels nearly always, and where they are not, floats say so. InputError, too, where values are
    not finite, or the model's likelihood has no probability for them.
    """
    values = _single(name, x)
    if not torch.isfinite(values).all():
        raise InputError(f"{name} has values that are NaN or infinite in single precision")
    found = _flat(name, values, inputs(model))
    if problem := model.likelihood.problem(found.detach()):
        raise InputError(f"{name} {problem}")
    return found


def _single(name: str, x: object) -> Tensor:
    """The same shape in float32; a tensor that has it already is returned as it is."""
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
    with np.errstate(over="ignore"):  # what becomes infinite is found later
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
            f"{name} must be of shape (items, {width}), as the model is, or images of {width} "
            f"values, got shape {shape}"
        )
    if len(shape) == AXES[-1] and shape[1] == COLOURS and shape[-1] not in (1, COLOURS):
        raise InputError(
            f"{name} must have the channels of its images last, got shape {shape}: "
            f"{name}.transpose(0, 2, 3, 1) of an array, or .permute of a tensor, moves them"
        )
    return values.flatten(1)
