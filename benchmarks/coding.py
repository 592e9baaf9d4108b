"""Files against the rate that they redeem: bytes and PSNR at each point, and lossless ones.

    python -m benchmarks.coding files RESULTS DATA       # with loss, any likelihood
    python -m benchmarks.coding lossless RESULTS DATA    # with a discrete likelihood
    python -m benchmarks.coding all RESULTS DATA         # both

RESULTS is a folder with models, DATA the prepared data. Each prints its section of
`benchmarks/coding.md`: a row a point and sums over them. Files are read again in this process and
in others, which have other numbers of threads and no vector instructions. Seconds are of processor
time on one core.
"""

import copy
import math
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from benchmarks.written import Written, grey
from hvae.coding import choice, files, quantised
from hvae.coding.choice import Candidate
from hvae.coding.codec import Codec
from hvae.config.model import DiscreteOptions
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.data.source import SPLITS, level_numbers
from hvae.io.command import steady
from hvae.latents.measure import measure, psnr

SAMPLES, TEST = 16, SPLITS.index("test")
VALIDATION, MOST = 300, 2000  # items on which the step is chosen, and of a file with loss
LEAST = 10  # nats, from which files are to be as good as the model
WHOLE, MANY = 360, 10_000  # items of lossless files; test items again and again where there are few
ORDERS = 20
ALL = "all"
LARGE, FEW = 1000, 60  # numbers of an item, and how many items are taken of larger ones


def main() -> None:
    """Print the section that is asked for."""
    steady()
    part, results, data = sys.argv[1:]
    for section in PARTS.values() if part == ALL else [PARTS[part]]:
        for line in section(Path(results), Path(data)):
            print(line, flush=True)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What it gives, and the processor time in seconds."""
    start = time.process_time()
    return work(), time.process_time() - start


def single(codec: Codec) -> Any:
    """The codec's model in float32, as it was trained."""
    return copy.deepcopy(codec.model).float()


def points(results: Path) -> list[Candidate]:
    """Those at given rates; where there are none, those at a β of their own."""
    found = [one for one in choice.candidates(results) if one.card.box is None]
    rated = [one for one in found if one.card.target]
    lattice = [one for one in rated if "_rates_" in one.point]  # else only models to compare with
    return lattice or rated or found


class WithLoss(NamedTuple):
    """A row of the table, and its numbers: R in nats, J° of the file over J° of the model, ms."""

    row: str
    rate: float
    ratio: float
    search: float
    decoding: float


def with_loss(results: Path, data: Path) -> Iterator[str]:
    """Rates against files at every point."""
    test, held_out = (prepared.read(data / f"{split}.parquet") for split in ("test", "validation"))
    every = points(results)
    few = math.prod(every[0].card.shape) > LARGE
    test, held_out = test.first(FEW if few else MOST), held_out.first(FEW if few else VALIDATION)
    yield f"{len(test.ids):,} test items in a file."
    yield ""
    columns = "point | R, bits | file, bits | body − symbols | PSNR | PSNR of the file | J° | "
    yield f"| {columns}J° of the file | search | decoding |"
    yield "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    found = []
    with Written(results) as written:
        for one in every:
            found.append(_point(results, one, test, held_out, written))
            yield found[-1].row
        yield ""
        yield _summary(found)
        yield ""
        yield from written.elsewhere()


def _summary(found: Sequence[WithLoss]) -> str:
    ratios = [one.ratio for one in found if one.rate >= LEAST]
    search, decoding = ([getattr(one, name) for one in found] for name in ("search", "decoding"))
    over = (
        f"mean {np.mean(ratios):.3f} over {len(ratios)} points, from {min(ratios):.3f} to "
        f"{max(ratios):.3f}"
        if ratios
        else "there is no such point"
    )
    return (
        f"J° of the file / J° of the model where R ≥ {LEAST} nats: {over}. Milliseconds an item, "
        f"mean and most: search {np.mean(search):.2f} and {max(search):.2f}, decoding "
        f"{np.mean(decoding):.3f} and {max(decoding):.3f}."
    )


def _point(
    results: Path, one: Candidate, test: Items, held_out: Items, written: Written
) -> WithLoss:
    codec = choice.opened(results, one)
    x, prices = torch.from_numpy(test.x), np.array(codec.prices)
    constant = codec.model.likelihood.constant(codec.dimensions)
    model = measure(single(codec), x, SAMPLES, 0, TEST)
    factor = quantised.choose(codec, torch.from_numpy(held_out.x))
    found, search = timed(lambda: quantised.quantise(codec, x, factor))
    cost = quantised.cost(codec, x, found)
    content = files.image_file(codec, found)
    coded = files.parsed(content)
    seen, decoding = timed(lambda: files.decoded(codec, coded, results))
    written.add(content, seen)
    ideal = 8 * len(coded.body) / len(x) - cost.bits.sum(1).mean()
    objective = (model.distortion - constant + model.rates @ prices).mean()
    of_file = (cost.distortion - constant + math.log(2) * cost.bits @ prices).mean()
    milliseconds = [1000 * seconds / len(x) for seconds in (search, decoding)]
    numbers = [
        f"{ideal:.3f}",
        f"{psnr(model.error.mean()):.2f}",
        f"{psnr(cost.error.mean()):.2f}",
        f"{objective:.2f}",
        f"{of_file:.2f}",
        *(f"{value:.3f} ms" for value in milliseconds),
    ]
    bits = [_by_layer(part.mean(0)) for part in (model.rates / math.log(2), cost.bits)]
    line = " | ".join([one.point, *bits, *numbers])
    rate = float(model.rates.sum(1).mean())
    return WithLoss(f"| {line} |", rate, of_file / objective, *milliseconds)


def _by_layer(bits: np.ndarray) -> str:
    return f"{' + '.join(f'{one:.1f}' for one in bits)} = {bits.sum():.1f}"


def lossless(results: Path, data: Path) -> Iterator[str]:
    """Whole files against −ELBO and against formats that know nothing of the data."""
    if not isinstance(points(results)[0].card.model.likelihood, DiscreteOptions):
        yield "No lossless files: the likelihood is a density."
        return
    test = prepared.read(data / "test.parquet")
    small = test.x.shape[1] <= LARGE
    first = test.first(WHOLE if small else FEW)
    yield "| point | items | −ELBO | whole file | of −ELBO | writing | reading | exact |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |"
    orders = []
    with Written(results) as written:
        for one in points(results):
            codec = choice.opened(results, one)
            yield _line(codec, one.point, first, len(first.ids), written)
            if small:
                yield _line(codec, one.point, test.first(MANY), MANY, written)
                orders.append(f"{one.point}: {_orders(codec, first)}")
        yield ""
        yield from orders
        yield from [""] if orders else []
        yield _formats(first)
        yield ""
        yield from written.elsewhere()


def _line(codec: Codec, point: str, items: Items, count: int, written: Written) -> str:
    numbers, elbo = _numbers(codec, items), _elbo(codec, items)
    places = torch.arange(count) % len(numbers)
    content, writing = timed(lambda: files.lossless(codec, numbers[places]))
    coded = files.parsed(content)
    again, reading = timed(lambda: files.decoded(codec, coded, Path(point)))
    written.add(content, again)
    exact = np.array_equal(level_numbers(again, codec.levels or 2), numbers[places].numpy())
    bits, expected = 8 * len(content) / count, elbo[places.numpy()].mean()
    said = [f"{expected:.2f}", f"{bits:.2f}", f"{bits / expected:.4f}"]
    speed = [f"{1000 * seconds / count:.2f} ms" for seconds in (writing, reading)]
    return f"| {' | '.join([point, f'{count:,}', *said, *speed, str(exact)])} |"


def _numbers(codec: Codec, items: Items) -> Tensor:
    return torch.from_numpy(level_numbers(items.x, codec.levels or 2))


def _elbo(codec: Codec, items: Items) -> np.ndarray:
    """D + R of each item in bits."""
    model = measure(single(codec), torch.from_numpy(items.x), SAMPLES, 0, TEST)
    return (model.distortion + model.rates.sum(1)) / math.log(2)


def _orders(codec: Codec, items: Items) -> str:
    """The same items in other orders, and so with other z."""
    numbers, total = _numbers(codec, items), _elbo(codec, items).sum()
    sizes, exact = [], 0
    for seed in range(ORDERS):
        order = torch.randperm(len(numbers), generator=torch.Generator().manual_seed(seed))
        content = files.lossless(codec, numbers[order])
        again = files.decoded(codec, files.parsed(content), Path())
        exact += np.array_equal(level_numbers(again, codec.levels or 2), numbers[order].numpy())
        sizes.append(8 * len(content) / total)
    return (
        f"in {ORDERS} orders of {len(numbers)} items {exact} exact; the whole file takes "
        f"{np.mean(sizes):.4f} of −ELBO (from {min(sizes):.4f} to {max(sizes):.4f})."
    )


def _formats(items: Items) -> str:
    """Bits an item of PNG and WebP, a file for each image, and of zlib over all pixels."""
    levels = items.levels or 2
    numbers = level_numbers(items.x, levels)
    images = grey(numbers / (levels - 1)).reshape(-1, *items.shape)
    saved: dict[str, dict[str, Any]] = {
        "PNG": {"optimize": True},
        "WebP": {"lossless": True, "method": 6},
    }
    bits = {
        name: 8 * float(np.mean([_size(image, name, options) for image in images]))
        for name, options in saved.items()
    }
    bits["zlib of all items"] = 8 * len(zlib.compress(numbers.tobytes(), 9)) / len(numbers)
    return f"The same pixels, bits an item: {', '.join(f'{k} {v:.1f}' for k, v in bits.items())}."


def _size(image: np.ndarray, name: str, options: dict[str, Any]) -> int:
    file = BytesIO()
    Image.fromarray(image).save(file, name, **options)
    return file.getbuffer().nbytes


PARTS: dict[str, Callable[[Path, Path], Iterator[str]]] = {
    "files": with_loss,
    "lossless": lossless,
}

if __name__ == "__main__":
    main()
