"""Sampled codes against the rate: bits, D of the z that is received, and whether it is z ~ q.

    python -m benchmarks.sampled RESULTS DATA POINT …

RESULTS is a folder with models of Gaussian layers, DATA the prepared data. Prints its section of
`benchmarks/coding.md`.
"""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch

from benchmarks.coding import SAMPLES, TEST, single, timed
from hvae.coding import choice, sampled
from hvae.data import prepared
from hvae.io.command import steady
from hvae.latents.measure import measure

FEW = 60


def main() -> None:
    """Print a row a point."""
    steady()
    results, data, *points = sys.argv[1:]
    for line in sampled_codes(Path(results), Path(data), *points):
        print(line, flush=True)


def sampled_codes(results: Path, data: Path, *points: str) -> Iterator[str]:
    """Codes of z ~ q against R, and against D of z that is sampled as usual."""
    x = torch.from_numpy(prepared.read(data / "test.parquet").first(FEW).x)
    columns = "point | R, bits | code, bits | of R | ΔD, nats | residuals' mean | and variance"
    yield f"| {columns} | blocks | tries, mean | exact | an item |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for point in points:
        codec = choice.opened(results, choice.chosen(results, point=point))
        found, seconds = timed(partial(sampled.sampled, codec, x))
        model = measure(single(codec), x, SAMPLES, 0, TEST)
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


if __name__ == "__main__":
    main()
