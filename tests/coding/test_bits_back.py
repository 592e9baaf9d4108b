"""Lossless files: exact, as long as −ELBO, and never wrong pixels."""

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from scipy.stats import norm

from hvae.coding import bits_back, codec, files, pixels, quantised
from hvae.coding.bits_back import Batches
from hvae.coding.grids import FARTHEST, AnsCoder, GaussianGrid
from hvae.errors import InputError
from hvae.models.distributions import Normal
from hvae.models.likelihoods.base import FixedGaussian, Likelihood
from tests.coding import cases
from tests.conftest import ROOT


@settings(max_examples=15, deadline=None, derandomize=True)
@given(cases.CHOICES, cases.DISCRETE, cases.ITEMS)
def test_pixels_come_back(choices: dict, levels: tuple[int, int], items: int) -> None:
    known = cases.drawn(choices, cases.discrete(*levels))
    numbers = cases.numbers(known, items, seed=items)
    packed = bits_back.pack(known, numbers)
    again = bits_back.unpack(known, packed.coder, packed.batches, items)
    assert torch.equal(again, numbers.to(torch.uint8))
    assert packed.coder.is_empty()


def test_images_in_colour_come_back(tmp_path: Path) -> None:
    """By a convolutional model, from a file."""
    known, path = cases.colour(), tmp_path / "x.hvae"
    numbers = cases.numbers(known, 30)
    path.write_bytes(files.lossless(known, numbers))
    again = files.decoded(known, files.read(path), path)
    assert np.array_equal(np.rint(255 * again), numbers.numpy())


def test_batches_go_through_bars() -> None:
    """Every batch, and one bar each for coding, checking and decoding."""
    known = cases.binary()
    numbers = cases.numbers(known, 100)
    bars: list[list[list]] = [[], [], []]

    def through(number: int) -> bits_back.Through:
        return lambda parts: bars[number].append(list(parts)) or parts

    content = files.lossless(known, numbers, through(0), through(1))
    coded = files.parsed(content)
    files.decoded(known, coded, Path("x"), through(2))
    coding, checking, decoding = bars
    batches = list(Batches(*coded.settings[:3]).of(100))
    assert coding[-1] == batches  # after those in which z found too few bits
    assert checking == decoding == [batches[::-1]]
    assert len(batches) > 3


@pytest.mark.parametrize("levels", [2, 17])
def test_twenty_seeds_come_back(levels: int) -> None:
    for seed in range(20):
        known = cases.coded([4, 3], cases.discrete(levels, 1), seed)
        numbers = cases.numbers(known, 60, seed)
        packed = bits_back.pack(known, numbers)
        again = bits_back.unpack(known, packed.coder, packed.batches, 60)
        assert torch.equal(again, numbers.to(torch.uint8))


def test_no_bits_give_a_z_that_its_posterior_would_not() -> None:
    """One of a million draws from a range as wide as the prior's would be far off, by chance."""
    grid, items, reach = GaussianGrid(np.array([1e-3, 1e-3, 0.5])), 100_000, 8000
    zero = torch.zeros(items, 3, dtype=torch.float64)
    prior = Normal(zero, torch.ones_like(zero))
    widths = torch.tensor([2e-3, 0.1, 1.0], dtype=torch.float64).expand_as(zero)
    posterior = Normal(zero + torch.tensor([0.3, -7.9, 1.0]).double(), widths)
    words = np.random.default_rng(0).integers(1, 1 << 32, 2 * zero.numel(), dtype=np.uint32)
    coder = AnsCoder(words)
    before = coder.num_valid_bits()
    symbols = grid.pop_under(coder, posterior, prior, reach)
    taken = before - coder.num_valid_bits()
    steps = torch.from_numpy(symbols) * grid.steps
    far = ((steps - posterior.mean) / widths).abs().amax(0)
    assert far[0] < 7
    assert far[2] < 7
    assert far[1] < 2 * FARTHEST  # in a hundred steps: where symbols are sought
    assert np.abs(symbols).max() <= 2 * reach
    # the entropy of a Gaussian on a grid that is fine for it, in bits
    entropy = (widths[0] / grid.steps).log2() + math.log2(2 * math.pi * math.e) / 2
    assert taken / items == pytest.approx(entropy.sum().item(), rel=0.01)
    grid.push_under(coder, symbols, posterior, prior, reach)
    assert np.array_equal(coder.get_compressed(), words)


@pytest.mark.parametrize(("levels", "channels"), [(2, 1), (17, 1), (256, 3)])
def test_decisions_cost_what_the_likelihood_says(levels: int, channels: int) -> None:
    """Without latents: −log p(x | z) by the likelihood's own formula."""
    likelihood: Likelihood = cases.discrete(levels, channels)
    source = torch.Generator().manual_seed(0)
    n, items = 12, 50
    decoded = torch.randn(items, likelihood.width(n), generator=source, dtype=torch.float64)
    numbers = torch.randint(0, levels, (items, n), generator=source)
    coder = AnsCoder()
    pixels.push(coder, likelihood, decoded, numbers)
    spent = coder.num_valid_bits()
    x = (numbers / (levels - 1)).double()
    ideal = -likelihood.log_prob(x, decoded).sum().item() / math.log(2)
    assert spent == pytest.approx(ideal, rel=2e-3, abs=40)
    assert torch.equal(pixels.pop(coder, likelihood, decoded).long(), numbers)


def cells(k: np.ndarray, mean: torch.Tensor, std: torch.Tensor) -> float:
    """Σ −log₂ of the normal masses of the cells [k − ½, k + ½], by scipy."""
    ends = [(k + side - mean.numpy()) / std.numpy() for side in (0.5, -0.5)]
    return float(-np.log2(norm.cdf(ends[0]) - norm.cdf(ends[1])).sum())


@torch.no_grad()
def test_an_item_costs_what_its_latents_say() -> None:
    """−log p(x | z) − log p(z) + log q(z | x) of the very z that were taken, by hand."""
    known, items = cases.binary(), 100
    numbers = cases.numbers(known, items)
    words = np.random.default_rng(0).integers(1, 2**32, 2000, dtype=np.uint32)
    coder, passes = AnsCoder(words), bits_back._Passes(known)
    x, before = numbers.double(), coder.num_valid_bits()
    symbols = passes._taken(coder.clone(), x)
    passes.push(coder, numbers, bits_back=True)

    k = [torch.from_numpy(one) for one in symbols]
    z = quantised.place(known.model, passes.fine, k, [])
    features, expected = known.model.bottom_up(x), 0.0
    for layer, grid in enumerate(passes.fine):
        prior = known.model.prior_of(layer, z[layer + 1 :])
        posterior = known.model.posterior_of(layer, features[layer], z[layer + 1 :], prior)
        mean, std = ((posterior.mean - prior.mean) / prior.std, posterior.std / prior.std)
        mean, std = mean[:, grid.open] / grid.steps, std[:, grid.open] / grid.steps
        expected += cells(symbols[layer], torch.zeros(()), 1 / grid.steps)
        expected -= cells(symbols[layer], mean, std)
    decoded = known.model.decode(z)
    expected -= known.model.likelihood.log_prob(x, decoded).sum().item() / math.log(2)
    assert coder.num_valid_bits() - before == pytest.approx(expected, abs=0.01 * expected)


def test_batches_cover_all_items_once() -> None:
    for batches in (Batches(4, 16, 120), Batches(7, 3, 50), Batches(5, 0, 120)):
        parts = list(batches.of(300))
        assert np.concatenate([np.arange(300)[part] for part, _ in parts]).tolist() == [*range(300)]
        assert [back for _, back in parts] == [False] + [batches.growth > 0] * (len(parts) - 1)
        assert max(part.stop - part.start for part, _ in parts) <= batches.most


def test_a_density_is_refused() -> None:
    known = cases.coded([3], FixedGaussian(0.3))
    with pytest.raises(InputError, match="no lossless file under a Gaussian likelihood"):
        bits_back.pack(known, torch.zeros(3, 6).long())


def test_pixels_that_come_out_otherwise_are_refused(tmp_path: Path) -> None:
    """As where sums are rounded otherwise: here the weights differ a little."""
    known, path = cases.binary(), tmp_path / "x.hvae"
    path.write_bytes(files.lossless(known, cases.numbers(known, 40)))
    for weight in known.model.parameters():
        weight.data *= 1.01
    with pytest.raises(InputError, match=r"x\.hvae (does not decode to the pixels|holds fewer)"):
        files.decoded(known, files.read(path), path)


ELSEWHERE = """
import sys, torch
torch.set_num_threads(int(sys.argv[2]))
from pathlib import Path
from hvae.coding import codec, files
from hvae.errors import InputError
folder = Path(sys.argv[1])
for name in sys.argv[3:]:
    path = folder / f"{name}.hvae"
    try:
        x = files.decoded(codec.stored(folder, name), files.read(path), path)
        print((x * 255).round().astype("uint8").tobytes().hex())
    except InputError as error:
        print("refused" if "does not decode" in str(error) else error)
"""


@pytest.mark.parametrize(("threads", "kernels"), [("2", ""), ("1", "default")])
def test_another_process_decodes_the_same_pixels(
    tmp_path: Path, threads: str, kernels: str
) -> None:
    """With other threads or, in place of vectors, the plainest kernels of torch.

    Those of a mixture of logistics, or none: it has many more roundings than the others.
    """
    names = ["bernoulli", "gaussian", cases.LOGISTICS]
    for name in names[:2]:
        cases.save(tmp_path, name)
    cases.save(tmp_path, cases.LOGISTICS, backbone="conv", shape=list(cases.COLOUR))
    exact, lossy, colour = (codec.stored(tmp_path, name) for name in names)
    levels = cases.numbers(colour, 40)
    (tmp_path / f"{cases.LOGISTICS}.hvae").write_bytes(files.lossless(colour, levels))
    numbers = cases.numbers(exact, 60)
    (tmp_path / "bernoulli.hvae").write_bytes(files.lossless(exact, numbers))
    found = quantised.quantise(lossy, numbers.float(), 3.0)
    (tmp_path / "gaussian.hvae").write_bytes(files.image_file(lossy, found))
    line = [sys.executable, "-c", ELSEWHERE, str(tmp_path), threads, *names]
    environment = os.environ | ({"ATEN_CPU_CAPABILITY": kernels} if kernels else {})
    done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True)
    here = (255 * quantised.reconstructed(lossy, found)).numpy().round().astype("uint8")
    expected = [(255 * numbers).to(torch.uint8).numpy(), here]
    *found, last = done.stdout.split()
    assert found == [one.tobytes().hex() for one in expected], done.stderr
    assert last in (levels.to(torch.uint8).numpy().tobytes().hex(), "refused")
