"""Sampled codes: an index, from which the receiver makes z ~ q(z | x) itself.

A rate is what a *sample* of z costs. This is the code that shows it (relative entropy coding), as
evidence at a few points: it is slow, and needs noise that sender and receiver share.

Let r = q/p in u = (z − μ_p)/σ_p, p = N(0, I). Cut the range of u_d into 2^k_d parts that have the
same probability under p, so that there are 2^K boxes, K = Σ k_d. Both sides share points Z_j1,
Z_j2, … ~ p in each box j. If those of a box arrive at times S of a Poisson process of rate 1, the
point with the least S/r(Z) has the law q (Li & El Gamal, IEEE Transactions on Information Theory,
2018; in boxes: He, Flamich & Hernández-Lobato, NeurIPS 2024). Its box takes K bits. Its number n in
the box takes few, since E[n | z] ≤ 1 + r(z)/2^K:

    E[K + log₂ n] ≤ E_q log₂(2^K + q(z)/p(z)),

which is KL/log 2 and about a bit where K is near it. Times are the sender's own. It tries boxes j
with probability π_j ∝ sup_j r, and finds its point among c = 2^−K Σ_j sup_j r of them on average.

That is a product over dimensions, although r is hardly ever near its largest value in many of them
at once. So ρ = r(u)/sup_j r is cut at e^−g, which it exceeds under q once in a thousand times: then
c e^−g tries do, and the law of u differs from q by no more than that share. It decides how many
dimensions go into a block, whose few bits more they share, at low rates with those of other items.
After `MOST` tries the best so far is taken.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from scipy.special import ndtr, ndtri, zeta
from torch import Tensor

from hvae.coding.codec import Codec, Keys, mixed, uniform
from hvae.errors import InputError
from hvae.models.distributions import Normal
from hvae.statistics.estimate import Floats, Integers

FARTHEST = 6.0  # σ_p: beyond, the largest r of a box is not looked for
MOST = 1 << 19  # tries
ROUND, LARGEST = 1 << 12, 1 << 17  # tries at once: as many as there were
BUDGET = math.log(1 << 15)  # of a block's tries, for items at a typical distance from the prior
RARE = float(ndtri(1 - 1e-3))  # standard deviations: of log ρ, above which it is cut
WIDEST = 0.997  # of a posterior in σ_p, for planning: widths above 0.96 are known as 1
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(64)


class Sent(NamedTuple):
    """A block: its box (d,), the number n ≥ 1 in it, the point u (d,), and how many were tried.

    exact: whether no later one could have been better.
    """

    box: Integers
    number: int
    u: Floats
    tries: int
    exact: bool


def send(mean: Floats, std: Floats, powers: Integers, key: int, rng: np.random.Generator) -> Sent:
    """A point of N(mean, std²) in u, (d,) each, of 2^powers parts; rng is the sender's own.

    key: of the noise that both share, another one for each block.
    """
    tops = _all_tops(mean, std, powers)
    cut = effort(mean, std, powers).cut
    time, best = 0.0, math.inf
    found: tuple[Integers, int, Floats] = np.zeros(0, np.int64), 0, np.zeros(0)
    hashes, size = np.empty(0, np.uint64), ROUND
    while len(hashes) < MOST and (not time or math.log(time) + cut < best):
        times = time + rng.exponential(size=size).cumsum()
        boxes = _drawn(tops, size, rng)
        mine = _hashes(boxes, key)
        hashes = np.concatenate([hashes, mine])
        numbers = _numbers(hashes)[-size:]
        u = _points(boxes, numbers, powers, mine)
        over = sum(top[box] for top, box in zip(tops, boxes.T, strict=True))
        scores = np.log(times) + np.maximum(over - _log_r(u, mean, std), cut)
        place = int(scores.argmin())
        if scores[place] < best:
            best = float(scores[place])
            found = boxes[place], int(numbers[place]), u[place]
        time, size = float(times[-1]), min(LARGEST, len(hashes))
    return Sent(*found, len(hashes), math.log(time) + cut >= best)


def _log_r(u: Floats, mean: Floats, std: Floats) -> Floats:
    """log q(u)/p(u) of points (…, d)."""
    return (u * u - ((u - mean) / std) ** 2).sum(-1) / 2 - np.log(std).sum()


class Effort(NamedTuple):
    """Of each dimension, (d,): log c, and the mean and variance of log ρ under q."""

    envelope: Floats
    mean: Floats
    variance: Floats

    @property
    def cut(self) -> float:
        """g ≥ 0. log ρ is a sum over dimensions, and taken to be normal.

        Since it has an end above and none below, it exceeds −g less often than a normal variable.
        """
        spread = RARE * math.sqrt(self.variance.sum())
        return max(0.0, -float(self.mean.sum()) - spread)

    @property
    def log_tries(self) -> float:
        """log c − g: of about how many tries a block takes."""
        return float(self.envelope.sum()) - self.cut

    def of(self, dims: Integers, items: int = 1) -> "Effort":
        """Some dimensions of so many alike items."""
        return Effort(*(items * part[dims] for part in self))


def effort(mean: Floats, std: Floats, powers: Integers) -> Effort:
    """That of each dimension of N(mean, std²), (d,) each, in 2^powers parts."""
    tops = _all_tops(mean, std, powers)
    u = mean[:, None] + std[:, None] * NODES
    places = (ndtr(u) * 2.0 ** powers[:, None]).astype(np.int64)
    over = [top[at.clip(max=len(top) - 1)] for top, at in zip(tops, places, strict=True)]
    log_ratio = (u * u - NODES**2) / 2 - np.log(std)[:, None] - np.array(over)
    share = WEIGHTS / WEIGHTS.sum()
    center = log_ratio @ share
    spread = (log_ratio - center[:, None]) ** 2 @ share
    return Effort(np.array(list(map(_log_mean, tops))), center, spread)


def _all_tops(mean: Floats, std: Floats, powers: Integers) -> list[Floats]:
    each = zip(mean, std, powers.tolist(), strict=True)
    return [_tops(m, s, 1 << k) for m, s, k in each]


def _tops(mean: float, std: float, parts: int) -> Floats:
    """log sup r of each part of the range of one u."""
    ends = ndtri(np.arange(parts + 1) / parts).clip(-FARTHEST, FARTHEST)
    low, high = ends[:-1], ends[1:]
    vertex = mean / (1 - std * std) if std < 1 else 0.0
    u = np.stack([low, high, np.clip(vertex, low, high)])
    return ((u * u - ((u - mean) / std) ** 2) / 2).max(0) - math.log(std)


def _log_mean(top: Floats) -> float:
    return float(np.logaddexp.reduce(top) - math.log(len(top)))


def _drawn(tops: Sequence[Floats], count: int, rng: np.random.Generator) -> Integers:
    """Boxes (count, d), each part in proportion to the largest r in it."""
    columns = []
    for top in tops:
        whole = np.exp(top - top.max()).cumsum()
        columns.append(np.searchsorted(whole[:-1], rng.random(count) * whole[-1]))
    return np.stack(columns, axis=1)


def _numbers(hashes: Keys) -> Integers:
    """1 for the first point of each box, 2 for the second …, in their order: (n,)."""
    order = np.argsort(hashes, kind="stable")
    ranked = hashes[order]
    numbers = np.empty(len(hashes), np.int64)
    numbers[order] = np.arange(len(hashes)) - np.searchsorted(ranked, ranked) + 1
    return numbers


def received(boxes: Integers, numbers: Integers, powers: Integers, key: int) -> Floats:
    """The points (n, d) with these numbers (n,) in their boxes (n, d)."""
    return _points(boxes, numbers, powers, _hashes(boxes, key))


def _hashes(boxes: Integers, key: int) -> Keys:
    """A number for each box (n, d)."""
    hashes = mixed(np.full(len(boxes), key, np.uint64))
    for column in boxes.T:
        hashes = mixed(hashes ^ column.astype(np.uint64))
    return hashes


def _points(boxes: Integers, numbers: Integers, powers: Integers, hashes: Keys) -> Floats:
    keys = mixed(hashes ^ numbers.astype(np.uint64))
    return ndtri((boxes + uniform(keys, boxes.shape[1])) / 2.0**powers)


def parts(widths: Floats) -> Integers:
    """k of each dimension, whose posteriors have these widths, known to both: (d,).

    Together about a bit less than the dimensions hold, and where they hold most.
    """
    held = -np.log2(widths)
    powers = np.floor(held).astype(np.int64)
    for _ in range(round(held.sum() - powers.sum()) - 1):
        powers[(held - powers).argmax()] += 1
    return powers


def number_bits(sent: Sequence[Sent]) -> Floats:
    """Bits of each number under n^−s/ζ(s), s in sixteenths, the best of them for all numbers.

    A byte for s is not counted.
    """
    logs = np.log2([one.number for one in sent])
    options = [logs * s + math.log2(zeta(s)) for s in np.arange(17, 8 * 16) / 16]
    return min(options, key=lambda bits: float(bits.sum()))


class SampledCode(NamedTuple):
    """Of items: bits (items, L), z of each layer, KL in bits (items, L), and (z − μ_q)/σ_q.

    tries: of each block; exact: the share of blocks in which nothing better was left.
    """

    bits: Floats
    z: list[Tensor]
    divergence: Floats
    residuals: Floats
    tries: Integers
    exact: float


@torch.no_grad()
def sampled(codec: Codec, x: Tensor, seed: int = 0) -> SampledCode:
    """Codes of z ~ q for items x (items, n); InputError for a categorical top layer."""
    model, rng = codec.model, np.random.default_rng(seed)
    features = model.bottom_up(x.double())
    z: list[Tensor] = []
    bits, divergences = list[Floats](), list[Floats]()
    residuals, every = [], []
    for layer in reversed(range(len(model.latents))):
        prior = model.prior_of(layer, z)
        posterior = model.posterior_of(layer, features[layer], z, prior)
        if not isinstance(posterior, Normal):
            raise InputError("sampled codes are of Gaussian layers, and a layer is categorical")
        mean = ((posterior.mean - prior.mean) / prior.std).numpy()
        std = (posterior.std / prior.std).expand_as(posterior.mean).numpy()
        u, lengths = np.zeros(mean.shape), np.zeros(len(x))
        widths = codec.widths[layer].clip(max=WIDEST)
        powers = parts(widths)
        blocks = list(_blocks(len(x), widths, powers))
        sent = []
        for number, (items, dims) in enumerate(blocks):
            at, of = np.ix_(items, dims), np.tile(powers[dims], len(items))
            key = ((seed * 64 + layer) << 32) + number
            sent.append(send(mean[at].ravel(), std[at].ravel(), of, key, rng))
            u[at] = sent[-1].u.reshape(len(items), len(dims))
            lengths[items] += of.sum() / len(items)
        for (items, _), cost in zip(blocks, number_bits(sent), strict=True):
            lengths[items] += cost / len(items)
        z = [prior.mean + prior.std * torch.from_numpy(u), *z]
        bits = [lengths, *bits]
        divergences = [_divergence(mean, std), *divergences]
        residuals.append(((u - mean) / std).ravel())
        every += sent
    return SampledCode(
        np.stack(bits, 1), z, np.stack(divergences, 1), np.concatenate(residuals),
        np.array([one.tries for one in every]), float(np.mean([one.exact for one in every])),
    )  # fmt: skip


def _divergence(mean: Floats, std: Floats) -> Floats:
    """KL(q, p) of each item in bits."""
    return ((mean**2 + std**2 - 1) / 2 - np.log(std)).sum(1) / math.log(2)


def _blocks(items: int, widths: Floats, powers: Integers) -> Iterator[tuple[Integers, Integers]]:
    """Items and dimensions of each block, of an effort of about `BUDGET`, known to both."""
    typical = effort(np.sqrt(1 - widths**2), widths, powers)

    def fits(times: int, dims: Integers) -> bool:
        return typical.of(dims, times).log_tries <= BUDGET

    split, together = [np.arange(len(widths))], 1
    while not all(fits(1, dims) for dims in split) and len(split) < len(widths):
        split = np.array_split(np.arange(len(widths)), len(split) + 1)
    while len(split) == 1 and together < items and fits(together + 1, split[0]):
        together += 1
    for start in range(0, items, together):
        for dims in split:
            yield np.arange(start, min(items, start + together)), dims
