"""A model's weights as one vector, so that the weights of many models are the rows of a matrix.

One matrix means one optimiser call and one choice of the best. Rows are padded to whole vector
registers: an elementwise step then rounds each row alike, however many rows there are, and a member
stays bit for bit what it would be alone. Members that share a batch have whole registers of items
each, too. What is left over at the end of all of them would be reckoned number by number, which
rounds otherwise, and for the last members alone.

Rows may begin where an amortized model is: it is a plain model at each β.
"""

import copy
import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from hvae.config.training import Floats, residuals
from hvae.data.seeded import Stream
from hvae.models.distributions import draw, generator
from hvae.models.hierarchical import HierarchicalVAE, chunks
from hvae.models.hypernetwork import Range, folded, hypernetwork_of
from hvae.training.objective import Costs

State = dict[str, Tensor]
Spend = Callable[[Tensor, Tensor, list[Tensor]], Costs]
REGISTERS = 32  # floats: two of the widest in use, which loops take at a time
MOST = 125  # values of β, unless two an axis make more
FINEST = 11  # values of each β_l
LOOKED_AT = 1000  # held-out items, for the rates at each of them


class WeightLayout(NamedTuple):
    """Where each parameter lies in the vector: names and shapes, in the order of the model."""

    shapes: dict[str, torch.Size]

    @property
    def sizes(self) -> list[int]:
        """The parameters' lengths in the vector, and that of the padding."""
        sizes = [math.prod(shape) for shape in self.shapes.values()]
        return [*sizes, -sum(sizes) % REGISTERS]

    def state(self, vector: Tensor) -> State:
        """The parameters in a vector, as views."""
        parts = vector.split(self.sizes)[:-1]
        return {
            name: part.view(shape)
            for (name, shape), part in zip(self.shapes.items(), parts, strict=True)
        }


def flatten(model: nn.Module) -> tuple[Tensor, WeightLayout]:
    """The model's parameters as one vector, and how to take it apart."""
    weights = {name: weight.detach() for name, weight in model.named_parameters()}
    layout = WeightLayout({name: weight.shape for name, weight in weights.items()})
    padding = next(iter(weights.values())).new_zeros(layout.sizes[-1])
    return torch.cat([*(weight.flatten() for weight in weights.values()), padding]), layout


def member_costs(model: HierarchicalVAE, layout: WeightLayout, together: bool = True) -> Spend:
    """The function (weights, x, noise) ↦ each member's costs of each item, on shared x and noise.

    D is (G, items) and R_l are (G, items, L). Where members train one by one (not `together`,
    G = 1) the rows' machinery is left out: a tenth of a step's time.
    """
    buffers = dict(model.named_buffers())
    skeleton = copy.deepcopy(model).to("meta")

    def costs(weights: Tensor, x: Tensor, noise: list[Tensor]) -> tuple[Tensor, Tensor]:
        terms = functional_call(skeleton, layout.state(weights) | buffers, (x, noise))
        return terms.distortion, terms.rates

    def alone(weights: Tensor, x: Tensor, noise: list[Tensor]) -> Costs:
        return Costs(*(part.unsqueeze(0) for part in costs(weights.squeeze(0), x, noise)))

    def rows(weights: Tensor, x: Tensor, noise: list[Tensor]) -> Costs:
        shared = filled(x), [filled(eps) for eps in noise]
        found = vmap(costs, in_dims=(0, None, None))(weights, *shared)
        return Costs(*(part[:, : len(x)] for part in found))

    return rows if together else alone


def mean(costs: Costs) -> Costs:
    """D (G,) and R_l (G, L) on average over the items; a member's sums run as if it were alone."""
    rates = costs.rates.movedim(-1, 1).contiguous()
    return Costs(costs.distortion.mean(-1), rates.mean(-1))


def filled(items: Tensor) -> Tensor:
    """Items (B, n), and the first of them again up to whole registers."""
    return torch.cat([items, items[:1].expand(-len(items) % REGISTERS, -1)])


@torch.no_grad()
def mean_costs(spend: Spend, weights: Tensor, x: Tensor, noise: list[Tensor]) -> Costs:
    """Each member's mean costs over all items of x, some items at a time."""
    parts = [(len(part[0]), mean(spend(weights, *part))) for part in chunks(x, noise)]
    return Costs(*(total([n * means[i] for n, means in parts]) / len(x) for i in range(2)))


def total(parts: Sequence[Tensor]) -> Tensor:
    """Their sum, one after the other: `stack` and `sum` round by how many members there are."""
    result = parts[0]
    for part in parts[1:]:
        result = result + part
    return result


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

    Of some values of β all over its box, by rates on at most LOOKED_AT of `held_out` (items, n),
    in nats, evenly spread.
    """
    box = [(low, high) for low, high in hypernetwork_of(amortized).box.tolist()]
    betas = lattice(box, FINEST)
    each = (at(amortized, plain, [beta]).weights for beta in betas)  # never all in memory
    rates = _rates(plain, each, held_out[:: math.ceil(len(held_out) / LOOKED_AT)], seed)
    far = np.array([np.square(residuals(rates, np.array(one))).sum(1) for one in targets])
    chosen = np.where(np.isfinite(far), far, np.inf).argmin(1)
    return at(amortized, plain, [betas[index] for index in chosen])


def _rates(
    plain: HierarchicalVAE, weights: Iterable[Tensor], held_out: Tensor, seed: int
) -> Floats:
    """R (G, L) of models, each with weights (1, P)."""
    source = generator(Stream.VALIDATION, seed)
    noise = draw(plain.latents, len(held_out), source, held_out.device)
    spend = member_costs(plain, flatten(plain)[1], together=False)
    found = [mean_costs(spend, row, held_out, noise).rates for row in weights]
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
