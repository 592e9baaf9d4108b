"""Images to files whose size is the rate, and back: `hvae compress`, `decompress` and `info`.

An OUT without the suffix .hvae is a folder, with a file for each image.
"""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from hvae.coding import choice, files, images, quantised
from hvae.coding.codec import Codec
from hvae.coding.files import LOSSLESS, Coded
from hvae.coding.images import Given
from hvae.coding.quantised import Through
from hvae.data import prepared
from hvae.data.source import level_numbers
from hvae.errors import InputError, counted, shown
from hvae.io import command, storage
from hvae.latents.measure import psnr

SUFFIX = ".hvae"
TRIED = 300  # validation items on which the step is chosen


def compress(arguments: argparse.Namespace) -> None:
    """Write one file, or a folder with one for each image."""
    results, out = arguments.results, arguments.out
    _refuse_full(out)
    one = choice.chosen(results, arguments.rates, arguments.beta, arguments.point)
    codec = choice.opened(results, one)
    given = images.read(arguments.images, codec)
    if arguments.lossless and out.suffix != SUFFIX:
        raise InputError(f"{shown(out)}: a lossless file is of all items, NAME{SUFFIX}")
    if out.suffix != SUFFIX:
        images.refuse_repeated(given.names)
    if arguments.lossless:
        bars = _bar("coding", leave=False), _bar("checking")
        contents = [files.lossless(codec, _numbers(given, codec), *bars)]
        told = ""
    else:
        contents, told = _with_loss(arguments, codec, given)
    if out.suffix == SUFFIX:
        storage.store(contents[0], out)
    else:
        for name, content in zip(given.names, contents, strict=True):
            storage.store(content, out / f"{name}{SUFFIX}")
    size = sum(map(len, contents))
    rate = f"; the rate is {sum(one.rates) / math.log(2):.1f} bits" if one.rates and told else ""
    print(
        f"{one.point}: {counted(len(given.x), 'item')} in {size:,} bytes, "
        f"{8 * size / len(given.x):.1f} bits an item{rate}{told}"
    )


def _refuse_full(out: Path) -> None:
    """InputError for a folder that holds something, of which files might be overwritten."""
    if out.is_dir() and any(out.iterdir()):
        raise InputError(f"{shown(out)} is not empty: give a folder that is new or empty")


def _with_loss(
    arguments: argparse.Namespace, codec: Codec, given: Given
) -> tuple[list[bytes], str]:
    x = torch.from_numpy(given.x)
    factor = quantised.choose(codec, _held_out(arguments, codec, x), _bar("choosing the grid"))
    found = quantised.quantise(codec, x, factor, through=_bar("searching"))
    cost = quantised.cost(codec, x, found)
    told = f"; {_error(float(cost.error.mean()), given.bounded)}"
    if arguments.out.suffix == SUFFIX:
        return [files.image_file(codec, found, bounded=given.bounded)], told
    every = map(found.item, range(len(x)))
    return [files.image_file(codec, item, bounded=given.bounded) for item in every], told


def _error(mse: float, bounded: bool) -> str:
    """As PSNR; of data without a peak the mean squared error itself."""
    return f"{psnr(mse):.2f} dB" if bounded else f"a squared error of {mse:.4g} per dimension"


def _held_out(arguments: argparse.Namespace, codec: Codec, x: torch.Tensor) -> torch.Tensor:
    """Validation items of the experiment where they are there; else the images themselves."""
    folder = arguments.data or Path("data/prepared") / arguments.results.name
    path = folder / "validation.parquet"
    known = prepared.read(path) if path.is_file() else None
    fits = known is not None and known.shape == codec.shape
    return torch.from_numpy(known.first(TRIED).x) if known and fits else x[:TRIED]


def _numbers(given: Given, codec: Codec) -> torch.Tensor:
    return torch.from_numpy(level_numbers(given.x, codec.levels or 2))


def decompress(arguments: argparse.Namespace) -> None:
    """Write the images of a file, or of each file of a folder."""
    source, results = arguments.file, arguments.results
    _refuse_full(arguments.out)
    paths = sorted(source.rglob(f"*{SUFFIX}")) if source.is_dir() else [source]
    if not paths:
        raise InputError(f"{shown(source)} holds no files with the suffix {SUFFIX}")
    coded = [files.read(path) for path in paths]
    if len({one.key for one in coded}) > 1:
        raise InputError(f"{shown(source)} holds files of several models: give one of them")
    if arguments.beta:
        one = choice.chosen(results, beta=arguments.beta)
    else:
        one = choice.writer(results, coded[0].key, paths[0])
    codec = choice.opened(results, one)
    parts = _decoded(codec, coded, paths)
    names = [
        name
        for part, path in zip(parts, paths, strict=True)
        for name in _names(len(part), path, source)
    ]
    bounded = all(one.bounded for one in coded)
    images.save(np.concatenate(parts), codec, names, arguments.out, bounded)
    print(f"{counted(len(names), 'item')} in {shown(arguments.out)}")


def _decoded(
    codec: Codec, coded: Sequence[Coded], paths: Sequence[Path]
) -> list[NDArray[np.float32]]:
    """The items of each file; the bar is over files or, of a single one, over its items."""
    if len(paths) == 1:
        return [files.decoded(codec, coded[0], paths[0], _bar("decoding"))]
    pairs = command.progress(list(zip(coded, paths, strict=True)), "decoding files")
    return [files.decoded(codec, one, path) for one, path in pairs]


def _names(count: int, path: Path, source: Path) -> Sequence[str]:
    """Of the items of a file: its own name, or numbers."""
    if path != source:
        own = path.relative_to(source).with_suffix("").as_posix()
        return [own] if count == 1 else [f"{own}/{place}" for place in _places(count)]
    return _places(count)


def _places(count: int) -> list[str]:
    return [f"{place:0{len(str(count))}}" for place in range(1, count + 1)]


def info(arguments: argparse.Namespace) -> None:
    """What the header says."""
    coded = files.read(arguments.file)
    size = arguments.file.stat().st_size
    shape = "×".join(map(str, coded.shape))
    kind = "without loss" if coded.kind == LOSSLESS else "with loss"
    print(
        f"{counted(coded.items, 'item')} of shape {shape}, {kind}, in {size:,} bytes: "
        f"{8 * size / coded.items:.1f} bits an item, of which the header takes "
        f"{8 * (size - len(coded.body)) / coded.items:.1f}; "
        f"{8 * size / (coded.items * math.prod(coded.shape)):.3f} bits per dimension"
    )
    print(f"model {coded.key.hex()}")


def _bar(what: str, leave: bool = True) -> Through:
    return lambda parts: command.progress(parts, what, leave)


if __name__ == "__main__":  # the former name of `hvae compress`, `hvae decompress`, `hvae info`
    command.alias("")
