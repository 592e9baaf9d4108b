"""Many models at once: one architecture and seed, a β vector each, on stacked parameters.

Members share batches and noise (common random numbers) and nothing else: every operation acts on
each member alone. So a member ends as it would have ended alone, and one that turns NaN leaves the
others untouched.
"""

import copy
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.func import functional_call, stack_module_state, vmap

from hvae.command import progress
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.noise import Stream, draw, generator
from hvae.params import Training
from hvae.training.objective import objective

State = dict[str, Tensor]
Loss = Callable[[State, Tensor, Tensor, list[Tensor]], Tensor]


class Trained(NamedTuple):
    """G trained members, in the order of their β vectors."""

    state: State  # stacked: each tensor (G, ...)
    diverged: Tensor  # (G,) bool; the state of such a member must not be used
    looks: dict[int, Tensor]  # by step, J_β on held-out data in nats per item: (G,)
    seconds: float  # wall-clock time of all members together

    def member(self, index: int) -> State:
        """The state of one member, as `load_state_dict` takes it."""
        return {name: tensor[index].cpu().clone() for name, tensor in self.state.items()}


def train(
    model: HierarchicalVAE,
    betas: Sequence[Sequence[float]],
    data: Tensor,
    held_out: Tensor,
    settings: Training,
    seed: int,
) -> Trained:
    """Train a copy of `model` for each β vector on `data` (items, n), on the device of `data`.

    A member keeps the weights of its lowest J_β on `held_out`, and is diverged once its weights are
    no longer finite or if it never reached a finite J_β.
    """
    started = time.perf_counter()
    beta = torch.tensor(betas, device=data.device)
    weights, fixed = stacked(model.to(data.device), len(betas))
    loss = member_losses(model)
    look_noise = _to(data, draw(model.latents, len(held_out), generator(Stream.VALIDATION, seed)))
    adam = torch.optim.Adam(weights.values(), lr=settings.learning_rate, fused=True)
    best, lowest = _copy(weights), torch.full((len(betas),), torch.inf, device=data.device)
    looks: dict[int, Tensor] = {}
    for step in progress(range(1, settings.steps + 1), f"training {len(betas)} models"):
        x, noise = batch(data, model.latents, settings.batch_size, seed, step)
        adam.zero_grad()
        loss(weights | fixed, beta, x, noise).sum().backward()
        _clip(weights, settings.clip_norm)
        adam.step()
        if step % settings.validate_every == 0 or step == settings.steps:
            with torch.no_grad():
                looks[step] = loss(weights | fixed, beta, held_out, look_noise)
                better = looks[step] < lowest
                lowest = torch.where(better, looks[step], lowest)
                best = {name: _choose(better, w, best[name]) for name, w in weights.items()}
    diverged = ~_finite(weights) | lowest.isinf()
    return Trained(best | fixed, diverged, looks, time.perf_counter() - started)


def stacked(model: HierarchicalVAE, members: int) -> tuple[State, State]:
    """`members` equal copies of the model's weights, and of its buffers, each tensor (G, ...)."""
    weights, buffers = stack_module_state([model] * members)
    return {name: w.detach().requires_grad_() for name, w in weights.items()}, buffers


def member_losses(model: HierarchicalVAE) -> Loss:
    """The function (state, β, x, noise) ↦ mean J_β of each member, (G,), on shared x and noise.

    The sum of its values has each member's own gradient in each member's slice.
    """
    skeleton = copy.deepcopy(model).to("meta")

    def loss(state: State, beta: Tensor, x: Tensor, noise: list[Tensor]) -> Tensor:
        return objective(functional_call(skeleton, state, (x, noise)), beta).mean()

    return vmap(loss, in_dims=(0, 0, None, None))


def batch(
    data: Tensor, latents: Sequence[int], size: int, seed: int, step: int
) -> tuple[Tensor, list[Tensor]]:
    """The items and noise of one step, a function of (seed, step) alone; items with replacement."""
    source = generator(Stream.TRAINING, seed, step)
    chosen = torch.randint(len(data), (size,), generator=source)
    return data[chosen.to(data.device)], _to(data, draw(latents, size, source))


def _to(data: Tensor, noise: list[Tensor]) -> list[Tensor]:
    return [eps.to(data.device) for eps in noise]


def _copy(weights: State) -> State:
    return {name: w.detach().clone() for name, w in weights.items()}


def _clip(weights: State, largest: float) -> None:
    """Scale each member's gradient to a norm of at most `largest`: never a norm over members."""
    gradients = [w.grad for w in weights.values() if w.grad is not None]
    norms = torch.stack([g.flatten(1).square().sum(1) for g in gradients]).sum(0).sqrt()
    scale = (largest / norms).clamp(max=1)
    for gradient in gradients:
        gradient.mul_(_align(scale, gradient))


def _choose(member: Tensor, new: Tensor, old: Tensor) -> Tensor:
    return torch.where(_align(member, old), new, old)


def _finite(weights: State) -> Tensor:
    return torch.stack([w.isfinite().flatten(1).all(1) for w in weights.values()]).all(0)


def _align(per_member: Tensor, like: Tensor) -> Tensor:
    return per_member.reshape(-1, *[1] * (like.dim() - 1))
