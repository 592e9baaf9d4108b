"""Whether a device computes what the CPU does: costs, gradients, and what a few steps come to.

Of one model, of members that train together, and of the model for the plane, each of perceptrons
and of convolutions, in every precision.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from hvae.config.base import parse
from hvae.config.model import Model
from hvae.config.training import Schedule
from hvae.data.seeded import Stream
from hvae.models.build import build
from hvae.models.distributions import generator
from hvae.models.hypernetwork import hypernetwork_of
from hvae.training import amortized
from hvae.training.inputs import batch
from hvae.training.objective import draw_beta, objective, weight
from hvae.training.together import Work
from hvae.training.train import AtBeta

BOX = [(0.1, 10.0), (0.1, 10.0)]
# How far from the CPU's FP32 a precision may be. Sums on a GPU have another order; TF32 rounds
# factors to 11 bits and bf16 to 8. On a CPU bf16 was at most 0.016 off.
AGREE = {"FP32": 1e-3, "TF32": 1e-2, "bf16": 5e-2}
NO = "**no**"
TRAINED = 20  # steps after which J_β is compared again: stale weights show then
GAUSSIAN = {"family": "gaussian", "sigma": 0.2}


class Kind(NamedTuple):
    """A model to measure: its options, the shape of an item, and items in a batch."""

    name: str
    options: dict[str, Any]
    shape: tuple[int, ...]
    size: int

    def model(self, box: list[tuple[float, float]] | None = None) -> Any:
        """The model at the start of training."""
        plain = {"inference": "top-down", "skip": False, "likelihood": GAUSSIAN}
        return build(parse(Model, plain | self.options), self.shape, 0, box=box)

    def data(self, device: str) -> Tensor:
        """Random items (4,096, n)."""
        source = torch.Generator().manual_seed(0)
        inputs = torch.Size(self.shape).numel()
        return torch.rand(4096, inputs, generator=source).to(device)


MLP = Kind(
    "perceptrons, 28×28", {"backbone": "mlp", "latents": [32, 16], "width": 256}, (28, 28), 128
)
CONV = Kind(
    "convolutions, 28×28", {"backbone": "conv", "latents": [16, 20], "width": 16}, (28, 28), 256
)
KINDS = (MLP, CONV)


@contextlib.contextmanager
def precision(name: str, device: str) -> Iterator[None]:
    """Matrix products and convolutions in this precision; weights stay in FP32.

    For one step: autocast keeps what it has rounded until its end, and weights change in a step.
    """
    cuda, before = torch.backends.cuda.matmul, torch.backends.cuda.matmul.allow_tf32
    convolutions = torch.backends.cudnn.allow_tf32
    cuda.allow_tf32 = torch.backends.cudnn.allow_tf32 = name == "TF32"
    try:
        with torch.autocast(device, torch.bfloat16, enabled=name == "bf16"):
            yield
    finally:
        cuda.allow_tf32, torch.backends.cudnn.allow_tf32 = before, convolutions


class Subject(NamedTuple):
    """What trains on a device: its weights, J_β of the items of a batch, and a step of training."""

    weights: Sequence[Tensor]
    costs: Callable[[Tensor, list[Tensor]], Tensor]
    step: Callable[[int], None]

    def stepping(self, how: str, device: str) -> Callable[[int], None]:
        """Its steps, each in this precision."""

        def step(number: int) -> None:
            with precision(how, device):
                self.step(number)

        return step


def alone(kind: Kind, device: str) -> Subject:
    """One model, as it is outside of training, with PyTorch's Adam."""
    model, data = kind.model().to(device), kind.data(device)
    adam = torch.optim.Adam(model.parameters(), lr=settings(kind).learning_rate)
    beta = torch.ones(len(model.latents), device=device)

    def costs(x: Tensor, noise: list[Tensor]) -> Tensor:
        return objective(model(x, noise), beta)

    def step(number: int) -> None:
        adam.zero_grad()
        costs(*batch(data, model.latents, kind.size, 0, number)).mean().backward()
        adam.step()

    return Subject(list(model.parameters()), costs, step)


def members(kind: Kind, device: str, count: int = 3) -> Subject:
    """So many members, a group after the other, as `hvae.training.together` trains them."""
    model, data = kind.model().to(device), kind.data(device)
    work = Work(model, data, data[:64], settings(kind), 0)
    betas = [[1.0 + index % 3] * len(model.latents) for index in range(count)]
    starts = work.starts(count)
    groups = [AtBeta(work, starts[of], betas[of], goes_on=False) for of in work.groups(count)]

    def costs(x: Tensor, noise: list[Tensor]) -> Tensor:
        found = [objective(one.spend(one.weights, x, noise), one.beta[:, None]) for one in groups]
        return torch.cat(found)

    def step(number: int) -> None:
        for group in groups:
            group.step(number)

    return Subject([group.weights for group in groups], costs, step)


def plane(kind: Kind, device: str) -> Subject:
    """The model for the plane; its costs are w(β) J_β, of a β for each item."""
    data = kind.data(device)
    own = amortized._Plane(kind.model(BOX).to(device), data, data[:64], settings(kind), 0)

    def costs(x: Tensor, noise: list[Tensor]) -> Tensor:
        beta = draw_beta(hypernetwork_of(own.model).box, len(x), generator(Stream.BETA, 0, 1))
        return weight(beta) * amortized.losses(own.model, x, beta, beta, noise)

    return Subject(own.weights, costs, own.step)


SUBJECTS: dict[str, Callable[[Kind, str], Subject]] = {
    "one model": alone,
    "3 members": members,
    "the plane": plane,
}


def settings(kind: Kind) -> Schedule:
    """Of training at a constant rate: it may go on for longer than this says."""
    always = {"schedule": "constant", "warm_up": 0, "learning_rate": 1e-3}
    return parse(
        Schedule, always | {"steps": 1000, "validate_every": 1000, "batch_size": kind.size}
    )


class Found(NamedTuple):
    """J_β of the items of a batch, the gradient of its mean, and J_β after TRAINED steps."""

    costs: Tensor
    gradient: Tensor
    trained: Tensor


def found(make: Callable[[Kind, str], Subject], kind: Kind, device: str, how: str) -> Found:
    """What a subject finds on a device in a precision, for the same items and noise everywhere."""
    subject = make(kind, device)
    given = batch(kind.data(device), kind.model().latents, kind.size, 0, 1)
    with precision(how, device):
        costs = subject.costs(*given)
        gradient = torch.autograd.grad(costs.mean(), subject.weights)
    step = subject.stepping(how, device)
    for number in range(1, TRAINED + 1):
        step(number)
    with precision(how, device):
        trained = subject.costs(*given)
    parts = costs, torch.cat([part.flatten() for part in gradient]), trained
    return Found(*(part.detach().double().cpu() for part in parts))


class Agreement(NamedTuple):
    """Relative differences: the largest one of an item's J_β, its gradient's, J_β after training.

    The last two are norms of differences, divided by norms.
    """

    precision: str
    costs: float
    gradient: float
    trained: float

    @property
    def agrees(self) -> bool:
        return all(one <= AGREE[self.precision] for one in self[1:])

    @property
    def cells(self) -> str:
        verdict = "yes" if self.agrees else NO
        numbers = " | ".join(f"{one:.1e}" for one in self[1:])
        return f"{self.precision} | {numbers} | {AGREE[self.precision]:g} | {verdict}"


def agreements(name: str, kind: Kind, device: str) -> Iterator[Agreement]:
    """A subject in every precision on the device, against the CPU in FP32."""
    right = found(SUBJECTS[name], kind, "cpu", "FP32")
    for how in AGREE:
        other = found(SUBJECTS[name], kind, device, how)
        costs = (right.costs - other.costs).abs() / right.costs.abs().clamp(min=1)
        norms = [float((a - b).norm() / a.norm()) for a, b in zip(right, other, strict=True)]
        yield Agreement(how, float(costs.max()), *norms[1:])
