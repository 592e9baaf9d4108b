"""The list of sources: each has a function `load(options, seed)`, a line here, a class of options.

A source of the user's own is a function `load(options, seed)` that parameters name. It may give x
in any type of numbers, and items as images; what it gives is checked before anything is done.

One source takes its items from another source: `independent-labels`, whose labels are random and
independent of the items. Whatever a latent says about x, it says nothing about y: I(y; z) = 0, and
no classifier does better than the largest share, except by luck. The default items are the digits.
They fall into classes, but not into these: a latent that holds the digit must not count as knowing
the label.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hvae.config import plugins
from hvae.config.data import Data, PluginData
from hvae.config.synthetic import IndependentLabels, listed
from hvae.data import (
    array_files,
    bundled,
    colour_images,
    gaussian,
    image_folder,
    mnist,
)
from hvae.data.seeded import labels
from hvae.data.source import Source, check
from hvae.errors import InputError
from hvae.statistics.estimate import Floats


def load(data: Data, seed: int) -> Source:
    """The whole source that `data` names, with its options; random parts come from `seed`."""
    return (
        load_own(data, seed) if isinstance(data, PluginData) else LOADERS[data.source](data, seed)
    )


def load_own(data: PluginData, seed: int) -> Source:
    """A source of the user's own; InputError, with file and line, for anything but a `Source`."""
    plugin = plugins.load(data.source)
    if not callable(plugin.found):
        raise InputError(f"data.source: {plugin} must be a function load(options, seed)")
    found = plugin.call(lambda: plugin.found(dict(data.options), seed))
    if not isinstance(found, Source):
        raise InputError(
            f"data.source: {plugin} must give an hvae.Source, got a {type(found).__name__}"
        )
    known = _typed(found, f"data.source: {plugin}")
    check(known, f"data.source: what {plugin} gives")
    for what, given, wanted in (
        ("shape", list(known.shape), data.shape),
        ("items", len(known.x), data.items),
    ):
        if wanted not in (None, given):
            raise InputError(f"data.{what}: {plugin} gives {given}, got {wanted}")
    return known


def _typed(source: Source, whose: str) -> Source:
    """The same with arrays of the types that `Source` has, and items as vectors."""
    try:
        x = np.asarray(source.x)
        kept = x if x.dtype == np.uint8 else x.astype(np.float32)
        labels = np.asarray(source.labels)
        if labels.dtype.kind not in "iub" or labels.ndim != 1:
            raise ValueError(f"labels must be whole numbers, (items,), got {labels.dtype}")
        target = source.target if source.target is None else np.asarray(source.target, np.float64)
        return source._replace(
            x=np.ascontiguousarray(kept.reshape(len(kept), -1)),
            labels=labels.astype(np.int64),
            shape=tuple(map(int, source.shape)),
            classes=tuple(map(str, source.classes)),
            target=target,
        )
    except (TypeError, ValueError) as error:
        raise InputError(f"{whose} gives arrays that cannot be used: {error}") from None


def load_independent_labels(options: IndependentLabels, seed: int) -> Source:
    """The items and the target of the other source, with labels of their own."""
    source = load(options.origin, seed)
    own = labels(listed(options.shares), len(source.x), seed)
    names = tuple(f"label {k}" for k in range(len(independent_shares(options))))
    return source._replace(labels=own, classes=names)


def independent_shares(options: IndependentLabels) -> Floats:
    """The probabilities of the labels, (M,)."""
    return np.asarray(listed(options.shares))


LOADERS: Mapping[str, Callable[[Any, int], Source]] = {
    "digits": bundled.load_digits,
    "gaussian": gaussian.load,
    "gaussian-mixture": gaussian.load_mixture,
    "independent-labels": load_independent_labels,
    "photo-patches": bundled.load_photo_patches,
    "mnist": mnist.load,
    "binary-mnist": mnist.load_binary,
    "fashion-mnist": mnist.load_fashion,
    "svhn": colour_images.load_svhn,
    "cifar10": colour_images.load_cifar10,
    "image-folder": image_folder.load,
    "npz": array_files.load_npz,
    "parquet": array_files.load_parquet,
}
