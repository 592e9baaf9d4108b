"""Where plain models begin that go on from the amortized one: it is a plain model at each β."""

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from hvae.config.training import Floats, residuals
from hvae.data.seeded import Stream
from hvae.models.distributions import draw, generator
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.hypernetwork import Range, folded, hypernetwork_of
from hvae.training.members import flatten, mean_costs, member_costs

MOST = 125  # values of β, unless two an axis make more
FINEST = 11  # values of each β_l


class Start(NamedTuple):
    """Where members begin: their weights (G, P), and the β that these are for, (G, L)."""

    weights: Tensor
    beta: Tensor


def at(
    amortized: HierarchicalVAE, plain: HierarchicalVAE, betas: Sequence[Sequence[float]]
) -> Start:
    """The amortized model at these β; `plain` is a model of its kind that is for one β."""
    beta = torch.tensor(betas, device=hypernetwork_of(amortized).box.device)
    blank, layout = flatten(plain)
    rows = []
    for one in beta:
        state = folded(amortized, one)
        parts = [state[name].flatten() for name in layout.shapes]
        rows.append(torch.cat([*parts, blank.new_zeros(layout.sizes[-1]).to(beta)]))
    return Start(torch.stack(rows), beta)


def nearest(
    amortized: HierarchicalVAE,
    plain: HierarchicalVAE,
    targets: Sequence[Sequence[float]],
    held_out: Tensor,
    seed: int,
) -> Start:
    """The amortized model at the β, for each target, at which its rates are the nearest to it.

    Of some values of β all over its box, by rates on `held_out` (items, n), in nats.
    """
    box = [(low, high) for low, high in hypernetwork_of(amortized).box.tolist()]
    known = at(amortized, plain, lattice(box, FINEST))
    rates = _rates(plain, known.weights, held_out, seed)
    far = np.array([np.square(residuals(rates, np.array(one))).sum(1) for one in targets])
    chosen = np.where(np.isfinite(far), far, np.inf).argmin(1)
    return Start(known.weights[chosen], known.beta[chosen])


def _rates(plain: HierarchicalVAE, weights: Tensor, held_out: Tensor, seed: int) -> Floats:
    """R (G, L) of models whose weights are rows; one after the other, since they are many."""
    source = generator(Stream.VALIDATION, seed)
    noise = draw(plain.latents, len(held_out), source, held_out.device)
    spend = member_costs(plain, flatten(plain)[1], together=False)
    found = [mean_costs(spend, row[None], held_out, noise).rates for row in weights]
    return torch.cat(found).double().cpu().numpy()


def lattice(box: Sequence[Range], finest: int) -> list[tuple[float, ...]]:
    """Values of β, even in log β: `finest` an axis, or fewer where there are many axes.

    The box's corners are among them; an axis without width has one value.
    """
    free = sum(low < high for low, high in box)
    count = next((k for k in range(finest, 2, -1) if k**free <= MOST), 2)
    return list(itertools.product(*(_values(low, high, count) for low, high in box)))


def _values(low: float, high: float, count: int) -> list[float]:
    if low == high:
        return [low]
    inner = np.exp(np.linspace(math.log(low), math.log(high), count))[1:-1]
    return [low, *map(float, inner), high]
