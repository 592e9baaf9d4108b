"""Files against the rate that they redeem: bytes and PSNR at each point, and lossless ones.

    python -m benchmarks.coding files RESULTS DATA       # an experiment with models at given rates
    python -m benchmarks.coding lossless RESULTS DATA    # with a discrete likelihood
    python -m benchmarks.coding sampled RESULTS DATA [POINT …]    # of Gaussian layers

RESULTS is a folder with models, DATA the prepared data. Each prints its section of
`benchmarks/coding.md`. Seconds are of processor time on one core.
"""

import copy
import math
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from hvae.coding import choice, files, quantised, sampled
from hvae.coding.choice import Candidate
from hvae.coding.codec import Codec
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.data.source import SPLITS, level_numbers
from hvae.io.command import steady
from hvae.latents.measure import measure, psnr

SAMPLES, TEST = 16, SPLITS.index("test")
VALIDATION = 300  # items on which the step is chosen
LEAST = 10  # nats, from which files are to be as good as the model
MANY = 10_000  # items of a long file: the test items again and again
ORDERS = 20
SMALL, FEW = 1000, 60  # dimensions, and how many items are taken of larger ones


def main() -> None:
    """Print the section that is asked for."""
    steady()
    part, results, data, *points = sys.argv[1:]
    for line in PARTS[part](Path(results), Path(data), *points):
        print(line, flush=True)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What it gives, and the processor time in seconds."""
    start = time.process_time()
    return work(), time.process_time() - start


def with_loss(results: Path, data: Path) -> Iterator[str]:
    """Rates against files at every point that was trained to rates."""
    test, held_out = (prepared.read(data / f"{split}.parquet") for split in ("test", "validation"))
    columns = "point | R, bits | file, bits | body − symbols | PSNR | PSNR of the file | J° | "
    yield f"| {columns}J° of the file | search | decoding |"
    yield "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    ratios = []
    for one in choice.candidates(results):
        if one.card.target:
            line, ratio = _point(results, one, test, held_out)
            ratios += [ratio] if sum(one.card.target) >= LEAST else []
            yield line
    yield ""
    yield (
        f"J° of the file / J° of the model where R ≥ {LEAST} nats: mean {np.mean(ratios):.3f} over "
        f"{len(ratios)} points, from {min(ratios):.3f} to {max(ratios):.3f}."
    )


def _point(results: Path, one: Candidate, test: Items, held_out: Items) -> tuple[str, float]:
    codec = choice.opened(results, one)
    x, prices = torch.from_numpy(test.x), np.array(codec.prices)
    constant = codec.model.likelihood.constant(codec.dimensions)
    model = measure(_single(codec), x, SAMPLES, 0, TEST)
    factor = quantised.choose(codec, torch.from_numpy(held_out.first(VALIDATION).x))
    found, search = timed(lambda: quantised.quantise(codec, x, factor))
    cost = quantised.cost(codec, x, found)
    content = files.image_file(codec, found)
    coded = files.parsed(content)
    _, decoding = timed(lambda: files.decoded(codec, coded, results))
    ideal = 8 * len(coded.body) / len(x) - cost.bits.sum(1).mean()
    objective = (model.distortion - constant + model.rates @ prices).mean()
    of_file = (cost.distortion - constant + math.log(2) * cost.bits @ prices).mean()
    numbers = [
        f"{ideal:.3f}",
        f"{psnr(model.error.mean()):.2f}",
        f"{psnr(cost.error.mean()):.2f}",
        f"{objective:.2f}",
        f"{of_file:.2f}",
        *(f"{1000 * seconds / len(x):.3f} ms" for seconds in (search, decoding)),
    ]
    bits = [_by_layer(part.mean(0)) for part in (model.rates / math.log(2), cost.bits)]
    line = " | ".join([one.point, *bits, *numbers])
    return f"| {line} |", of_file / objective


def _by_layer(bits: np.ndarray) -> str:
    return f"{' + '.join(f'{one:.1f}' for one in bits)} = {bits.sum():.1f}"


def lossless(results: Path, data: Path) -> Iterator[str]:
    """Whole files against −ELBO and against formats that know nothing of the data."""
    test = prepared.read(data / "test.parquet")
    small = test.x.shape[1] <= SMALL
    test = test if small else test.first(FEW)
    yield "| point | items | −ELBO | whole file | of −ELBO | writing | reading | exact |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |"
    for one in choice.candidates(results):
        codec = choice.opened(results, one)
        model = measure(_single(codec), torch.from_numpy(test.x), SAMPLES, 0, TEST)
        elbo = (model.distortion + model.rates.sum(1)) / math.log(2)
        numbers = torch.from_numpy(level_numbers(test.x, codec.levels or 2))
        for count in (len(numbers), MANY) if small else (len(numbers),):
            yield _line(codec, one.point, numbers, elbo, count)
        yield from _orders(codec, numbers, elbo) if small else ()
    yield ""
    yield from _formats(level_numbers(test.x, test.levels or 2), test)


def _line(codec: Codec, point: str, numbers: Tensor, elbo: np.ndarray, count: int) -> str:
    places = torch.arange(count) % len(numbers)
    content, writing = timed(lambda: files.lossless(codec, numbers[places]))
    coded = files.parsed(content)
    again, reading = timed(lambda: files.decoded(codec, coded, Path(point)))
    exact = np.array_equal(level_numbers(again, codec.levels or 2), numbers[places].numpy())
    bits, expected = 8 * len(content) / count, elbo[places.numpy()].mean()
    said = [f"{expected:.2f}", f"{bits:.2f}", f"{bits / expected:.4f}"]
    speed = [f"{1000 * seconds / count:.2f} ms" for seconds in (writing, reading)]
    return f"| {' | '.join([point, f'{count:,}', *said, *speed, str(exact)])} |"


def _orders(codec: Codec, numbers: Tensor, elbo: np.ndarray) -> Iterator[str]:
    """The same items in other orders, and so with other z."""
    sizes, exact = [], 0
    for seed in range(ORDERS):
        order = torch.randperm(len(numbers), generator=torch.Generator().manual_seed(seed))
        content = files.lossless(codec, numbers[order])
        again = files.decoded(codec, files.parsed(content), Path())
        exact += np.array_equal(level_numbers(again, codec.levels or 2), numbers[order].numpy())
        sizes.append(8 * len(content) / elbo.sum())
    yield ""
    yield (
        f"In {ORDERS} orders of the {len(numbers)} items: {exact} exact; the whole file takes "
        f"{np.mean(sizes):.4f} of −ELBO (from {min(sizes):.4f} to {max(sizes):.4f})."
    )


def _formats(numbers: np.ndarray, test: Items) -> Iterator[str]:
    """Bits an item of PNG and WebP, a file for each image, and of zlib over all pixels."""
    shown = np.rint(numbers * (255 / ((test.levels or 2) - 1))).astype(np.uint8)
    images = shown.reshape(-1, *test.shape)
    saved: dict[str, dict[str, Any]] = {
        "PNG": {"optimize": True},
        "WebP": {"lossless": True, "method": 6},
    }
    bits = {
        name: 8 * float(np.mean([_size(image, name, options) for image in images]))
        for name, options in saved.items()
    }
    bits["zlib of all items"] = 8 * len(zlib.compress(numbers.tobytes(), 9)) / len(numbers)
    yield f"The same pixels, bits an item: {', '.join(f'{k} {v:.1f}' for k, v in bits.items())}."


def _size(image: np.ndarray, name: str, options: dict[str, Any]) -> int:
    file = BytesIO()
    Image.fromarray(image).save(file, name, **options)
    return file.getbuffer().nbytes


def sampled_codes(results: Path, data: Path, *points: str) -> Iterator[str]:
    """Codes of z ~ q against R, and against D of z that is sampled as usual."""
    x = torch.from_numpy(prepared.read(data / "test.parquet").first(FEW).x)
    columns = "point | R, bits | code, bits | of R | ΔD, nats | residuals' mean | and variance"
    yield f"| {columns} | blocks | tries, mean | exact | an item |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for point in points:
        codec = choice.opened(results, choice.chosen(results, point=point))
        found, seconds = timed(partial(sampled.sampled, codec, x))
        model = measure(_single(codec), x, SAMPLES, 0, TEST)
        decoded = codec.model.decode(found.z)
        distortion = -codec.model.likelihood.log_prob(x.double(), decoded).numpy()
        rest, count = found.residuals, len(found.residuals)
        rate, bits = (part.sum(1).mean() for part in (found.divergence, found.bits))
        said = [
            *(f"{rate:.2f}", f"{bits:.2f}", f"{bits / rate:.3f}"),
            _with_error(distortion - model.distortion),
            f"{rest.mean():.3f} ± {count**-0.5:.3f}",
            f"{rest.var():.3f} ± {(2 / count) ** 0.5:.3f}",
            *(f"{len(found.tries)}", f"{found.tries.mean():,.0f}", f"{100 * found.exact:.1f} %"),
            f"{1000 * seconds / len(x):.0f} ms",
        ]
        yield f"| {point} | {' | '.join(said)} |"


def _with_error(values: np.ndarray) -> str:
    return f"{values.mean():.2f} ± {values.std(ddof=1) / len(values) ** 0.5:.2f}"


def _single(codec: Codec) -> Any:
    return copy.deepcopy(codec.model).float()


PARTS: dict[str, Callable[..., Iterator[str]]] = {
    "files": with_loss,
    "lossless": lossless,
    "sampled": sampled_codes,
}

if __name__ == "__main__":
    main()
