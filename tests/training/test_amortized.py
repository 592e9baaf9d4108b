"""One model for a box of β: what it is trained on, and optima that are known."""

import math

import pytest
import torch
from torch import Tensor

from hvae.bounds.rate_distortion import optimal_objective
from hvae.config.model import Model
from hvae.config.training import Schedule
from hvae.data import gaussian
from hvae.data.seeded import Stream
from hvae.data.splits import split
from hvae.latents.measure import measure, summary
from hvae.models.build import build
from hvae.models.distributions import draw, generator
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.hypernetwork import folded
from hvae.training import amortized, objective
from tests.training.test_gaussian_source import OPTIONS, SEED, SIGMA

BOX = [(0.1, 10.0), (0.2, 5.0)]
SETTINGS = Schedule(
    steps=30, batch_size=16, learning_rate=3e-3, weight_decay=0.1, warm_up=0, validate_every=10
)


def options(latents: list[int], width: int = 9, sigma: float = 0.4) -> Model:
    likelihood = {"family": "gaussian", "sigma": sigma}
    fixed = {"inference": "top-down", "backbone": "mlp", "skip": True, "likelihood": likelihood}
    return Model.model_validate({"latents": latents, "width": width} | fixed)


def conditioned(seed: int = 0) -> HierarchicalVAE:
    return build(options([3, 2]), (6,), seed, box=BOX)


def items(count: int, seed: int) -> Tensor:
    return torch.rand(count, 6, generator=torch.Generator().manual_seed(seed))


def trained(
    seed: int = 0, held_out: Tensor | None = None, settings: Schedule = SETTINGS
) -> amortized.TrainedPlane:
    validation = items(20, 2) if held_out is None else held_out
    return amortized.train(conditioned(seed), items(60, 1), validation, settings, seed)


def test_draws_lie_in_the_box_and_are_denser_towards_its_ends() -> None:
    box = torch.tensor(BOX)
    beta = objective.draw_beta(box, 40_000, torch.Generator().manual_seed(0))
    s = (beta.log() - box.log().mean(1)) / (box.log()[:, 1] - box.log()[:, 0]) * 2
    assert s.abs().max() <= 1 + 1e-5
    ends = 1 - 2 / math.pi * math.asin(1 / objective.BEYOND)  # the part that is brought back
    for sign in (-1, 1):
        shares = (sign * s > 1 - 1e-5).double().mean(0)
        torch.testing.assert_close(shares, torch.full_like(shares, ends / 2), atol=0.01, rtol=0)
    inside = s[s.abs() < 1 - 1e-5]
    u = (inside / objective.BEYOND).asin()  # uniform, by the inverse of what makes the ends dense
    widest = math.asin(1 / objective.BEYOND)
    assert u.mean().item() == pytest.approx(0, abs=0.02)
    assert u.square().mean().item() == pytest.approx(widest**2 / 3, rel=0.02)


def test_warming_up_starts_from_the_floor_and_ends_at_beta() -> None:
    """Ratios of the β_l, which say what belongs in which layer, hold throughout."""
    beta = torch.tensor(BOX).T
    for step, least in ((0, objective.FLOOR), (100, None)):
        rising = objective.warmed(beta, SETTINGS.model_copy(update=WARM), step)
        torch.testing.assert_close(rising[:, 0] / rising[:, 1], beta[:, 0] / beta[:, 1])
        lowest = beta.amin(1) if least is None else torch.full((2,), least)
        torch.testing.assert_close(rising.amin(1), lowest)


WARM = {"steps": 400, "warm_up": 0.25}


def test_weights_decay_and_what_is_said_of_beta_does_not() -> None:
    """Without a gradient a step shrinks matrices, biases and adapters, not functions of log β."""
    model = conditioned()
    start = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    for weight in model.parameters():
        weight.grad = torch.zeros_like(weight)
    for adam in amortized._adams(model, weight_decay=0.1):
        adam.step(0.5)
    assert any(".detour." in name for name in start)
    for name, weight in model.named_parameters():
        kept = 1.0 if name.startswith("condition.") else 1 - 0.5 * 0.1
        torch.testing.assert_close(weight.detach(), kept * start[name])


def test_draws_along_different_axes_are_independent() -> None:
    beta = objective.draw_beta(torch.tensor(BOX), 40_000, torch.Generator().manual_seed(0))
    assert abs(torch.corrcoef(beta.log().T)[0, 1].item()) < 4 / math.sqrt(40_000)


def test_each_item_has_the_objective_of_the_plain_model_at_its_own_beta() -> None:
    model = conditioned()
    with torch.no_grad():
        for weight in model.parameters():
            weight += 0.2 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(3))
    x, noise = items(4, 1), draw(model.latents, 4, generator(Stream.TRAINING, 0, 0))
    beta = torch.tensor([[0.1, 0.2], [10.0, 5.0], [1.0, 0.3], [0.5, 4.0]])
    found = amortized.losses(model, x, beta, beta, noise)
    plain = build(options([3, 2]), (6,), 0)
    for item, own in enumerate(beta):
        plain.load_state_dict(folded(model, own))
        expected = objective.objective(plain(x, noise), own)[item]
        torch.testing.assert_close(found[item], expected, rtol=1e-4, atol=1e-5)


def test_the_same_seed_gives_the_same_model_whatever_was_drawn_before() -> None:
    first = trained()
    torch.rand(7)
    again = trained()
    assert all(torch.equal(first.state[name], again.state[name]) for name in first.state)
    assert first.looks == again.looks
    other = trained(seed=1)
    assert not torch.equal(first.state["decoder.0.weight"], other.state["decoder.0.weight"])


def test_the_best_look_is_kept() -> None:
    shared = trained()
    model = conditioned()
    model.load_state_dict(shared.state)
    look = amortized._look(model, items(20, 2), 0)
    assert list(shared.looks) == [10, 20, 27, 30]
    assert amortized.seen(model, look) == pytest.approx(min(shared.looks.values()), rel=1e-6)


def test_the_last_look_is_kept_where_that_is_said() -> None:
    """Other items contradict the data, so that an early look is the best."""
    against = -3 * items(20, 2)
    settings = SETTINGS.model_copy(update={"keep": "last", "learning_rate": 0.05})
    shared = trained(held_out=against, settings=settings)
    model = conditioned()
    model.load_state_dict(shared.state)
    found = amortized.seen(model, amortized._look(model, against, 0))
    assert found == pytest.approx(shared.looks[30], rel=1e-6)
    assert found > 1.01 * min(shared.looks.values())


def test_a_model_that_never_has_a_finite_objective_is_diverged() -> None:
    assert trained(held_out=torch.full((20, 6), math.nan)).diverged
    assert not trained().diverged


def test_every_item_has_a_beta_of_its_own_in_a_look() -> None:
    look = amortized._look(conditioned(), items(20, 2), 0)
    assert len(look.x) == len(look.beta) == amortized.LOOKS * 20
    assert len({tuple(row) for row in look.beta.tolist()}) > 0.5 * len(look.beta)


def test_one_layer_of_a_gaussian_source_comes_within_two_per_cent_of_the_optimum() -> None:
    """At β that were never anyone's own, over the whole box."""
    source, eigenvalues = gaussian.load(OPTIONS, SEED), gaussian.spectrum(OPTIONS)
    parts = split(source.labels, OPTIONS.split, SEED)
    data, held_out, test = (torch.tensor(source.x[parts[name]]) for name in parts)
    asked = options([len(eigenvalues)], width=48, sigma=SIGMA)
    settings = Schedule(
        steps=3000, batch_size=256, learning_rate=6e-3, warm_up=0.25, validate_every=500
    )
    model = build(asked, source.shape, SEED, box=[(0.1, 10.0)])
    shared = amortized.train(model, data, held_out, settings, SEED)
    model.load_state_dict(shared.state)
    plain = build(asked, source.shape, SEED)
    for beta in (0.1, 0.17, 0.5, 1.3, 4.0, 10.0):
        plain.load_state_dict(folded(model, torch.tensor([beta])))
        with torch.inference_mode():
            measured = measure(plain, test, samples=4, seed=SEED, split=2)
        constant = plain.likelihood.constant(len(eigenvalues))
        row = summary(measured, [beta], constant, bounded=False)
        least = optimal_objective([beta], eigenvalues, SIGMA)
        assert row["objective"] < 1.02 * least, beta
        assert row["objective"] > least - 3 * row["objective_se"], beta
