"""Rates and distortion of a trained model on held-out items, each with its standard error."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from hvae.data.seeded import Stream
from hvae.models.distributions import draw, generator
from hvae.models.hierarchical import HierarchicalVAE, Terms, chunks, in_chunks
from hvae.statistics.estimate import Floats, error_of_mean


class Measured(NamedTuple):
    """Per item, averaged over z samples: rates and distortion in nats, and squared errors.

    rates: (items, L); distortion, error, error_of_means: (items,). Squared errors are per data
    dimension. `error_of_means` decodes the posterior mean of every layer instead of a sample, or
    the mode of a categorical layer.
    """

    rates: Floats
    distortion: Floats
    error: Floats
    error_of_means: Floats


def encode(model: HierarchicalVAE, x: Tensor, seed: int, split: int, sample: int) -> Terms:
    """One pass with the noise of (seed, split, sample): the same for every point of a grid.

    `decoded` is left empty, (items, 0).
    """
    return in_chunks(model, x, _noise(model, x, seed, split, sample))


@torch.no_grad()
def measure(model: HierarchicalVAE, x: Tensor, samples: int, seed: int, split: int) -> Measured:
    """Measure the items x (items, n) with `samples` draws of z for each."""
    passes = [_pass(model, x, _noise(model, x, seed, split, s)) for s in range(samples)]
    rates, distortion, error = (
        torch.stack(part).mean(0).cpu().numpy() for part in zip(*passes, strict=True)
    )
    _, _, error_of_means = _pass(model, x, [x.new_zeros(len(x), width) for width in model.latents])
    return Measured(rates, distortion, error, error_of_means.cpu().numpy())


def _noise(model: HierarchicalVAE, x: Tensor, seed: int, split: int, sample: int) -> list[Tensor]:
    source = generator(Stream.EVALUATION, seed, split, sample)
    return draw(model.latents, len(x), source, x.device)


def _pass(model: HierarchicalVAE, x: Tensor, noise: Sequence[Tensor]) -> list[Tensor]:
    """Rates, distortion and squared error per dimension of each item, in chunks of items."""
    parts = [_values(model, *part) for part in chunks(x, noise)]
    return [torch.cat(part).double() for part in zip(*parts, strict=True)]


def _values(
    model: HierarchicalVAE, x: Tensor, noise: list[Tensor]
) -> tuple[Tensor, Tensor, Tensor]:
    terms = model(x, noise)
    error = (x - model.likelihood.mean(terms.decoded)).double().square().mean(-1)
    return terms.rates, terms.distortion, error


def summary(
    measured: Measured, beta: Sequence[float], constant: float, bounded: bool = True
) -> dict[str, float]:
    """The measured columns of a row of `points.parquet`, with standard errors over items.

    An item's value is an average over z samples, so the spread over items includes the Monte-Carlo
    error. The objective is J°, without the likelihood's constant. `bounded` says whether the data
    lie in [0, 1], so that there is a PSNR.
    """
    total = measured.rates.sum(1)
    objective = measured.distortion - constant + measured.rates @ np.asarray(beta)
    columns = {f"rate_{i}": rate for i, rate in enumerate(measured.rates.T, start=1)} | {
        "rate_total": total,
        "distortion": measured.distortion,
        "objective": objective,
    }
    row = {}
    for name, values in columns.items():
        row[name] = float(values.mean())
        row[f"{name}_se"] = error_of_mean(values)
    mse = float(measured.error.mean())
    return row | {
        "distortion_constant": constant,
        "mse": mse,
        "psnr_db": psnr(mse, bounded),
        "psnr_mean_db": psnr(float(measured.error_of_means.mean()), bounded),
    }


def bits_per_dim(row: Mapping[str, float], dimensions: int, continuous: bool) -> float:
    """(D + R_total) / (n ln 2): the code length for x that the model allows, in bits per dimension.

    nan for a density, which gives a code only with a precision.
    """
    if continuous:
        return math.nan
    return (row["distortion"] + row["rate_total"]) / (dimensions * math.log(2))


def psnr(mse: float, bounded: bool = True) -> float:
    """Peak signal-to-noise ratio in dB of data in [0, 1]; infinite where the error is 0.

    nan for unbounded data, which have no peak.
    """
    if not bounded:
        return math.nan
    return -10 * math.log10(mse) if mse > 0 else math.inf
