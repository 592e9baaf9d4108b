"""Scores of strangeness where they are known, and outliers that are told apart or cannot be."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.functional import softplus

from hvae.config.tasks import Anomaly
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.models.distributions import SMALLEST_STD, draw
from hvae.models.hierarchical import HierarchicalVAE
from hvae.tasks.anomaly import AnomalyScore, Group, measure, scores
from hvae.tasks.trained import TrainedSubject, unseen
from tests.conftest import small
from tests.tasks.cases import latents

SETTINGS = Anomaly(samples=3)
SIGMA = 0.5  # of p(x | z) in these models


@pytest.fixture(autouse=True)
def no_gradients():  # type: ignore[no-untyped-def]
    with torch.inference_mode():
        yield


def items(x: np.ndarray) -> Items:
    x = x.astype(np.float32)
    return Items(x, np.zeros(len(x), int), np.arange(len(x)), (x.shape[1],), ("all",), False)


def blind(layers: int = 2) -> HierarchicalVAE:
    """No weights: posteriors are the same for all x, and x̂ = 0, so that −ELBO grows with |x|."""
    model = small([3] * layers, inputs=2)
    for weight in model.parameters():
        weight.zero_()
    return model


def shifted(shift: float) -> HierarchicalVAE:
    """x̂ = z_1; p(z_1 | z_2) = N(0, s²), and q(z_1 | z_2, x) = N(shift, s²), s = softplus(0)."""
    model = small([1, 1], inputs=1)
    for weight in model.parameters():
        weight.zero_()
    model.decoder[0].weight[:2, 0] = torch.tensor([1.0, -1.0])
    model.decoder[2].weight[0, :2] = torch.tensor([1.0, -1.0])  # silu(z) − silu(−z) = z
    one = math.log(math.expm1(1 - SMALLEST_STD))  # softplus of it, and a little more, is 1
    model.posterior[0].net[2].bias.copy_(torch.tensor([shift, one]))
    return model


def subject(model: HierarchicalVAE, normal: np.ndarray, outliers: np.ndarray) -> TrainedSubject:
    nothing = latents(np.zeros(0, int), [])
    return TrainedSubject(
        "p",
        model,
        {"test": nothing},
        {"test": items(normal)},
        None,
        {"test": {"": items(outliers)}},
    )


def found(model: HierarchicalVAE, normal: np.ndarray, outliers: np.ndarray) -> dict:
    rows = list(measure(subject(model, normal, outliers), SETTINGS, 0))
    assert all(row.split == "test" for row in rows)
    return {AnomalyScore(score.row["method"], score.row["layers"]): score.row for score in rows}


def test_every_score_of_every_layer_and_cut_is_there() -> None:
    x = np.random.default_rng(0).normal(size=(20, 2))
    ratios = {1: [], 2: ["z2"], 3: ["z3", "z2+z3"]}
    for layers, kept in ratios.items():
        rows = found(small([3] * layers, inputs=2), x, x)
        assert {named.layers for named in rows if named.method == "rate"} == {
            f"z{layer + 1}" for layer in range(layers)
        }
        assert [named.layers for named in rows if named.method == "likelihood-ratio"] == kept
        assert len(rows) == 1 + layers + len(kept)
        row = rows[AnomalyScore("elbo", "")]
        assert (row["task"], row["metric"], row["features"]) == ("anomaly", "auroc", "sample")
        assert row["n"] == 40


def test_far_outliers_cost_more_and_near_ones_less_whatever_the_result() -> None:
    """−ELBO is |x|²/2σ² and a constant: the sign is that of the theory, not that of the result."""
    random = np.random.default_rng(1)
    near, far = (random.uniform(low, low + 1, size=(50, 2)) for low in (0, 3))
    elbo, rate = AnomalyScore("elbo", ""), AnomalyScore("rate", "z1")
    assert found(blind(), near, far)[elbo]["value"] == 1
    assert found(blind(), far, near)[elbo]["value"] == 0
    assert found(blind(), near, far)[rate]["value"] == 0.5  # the same for all


def test_outliers_of_the_same_law_cannot_be_told_apart() -> None:
    """Each score of a model that does see x, over several models: ½ within standard errors."""
    values: dict[AnomalyScore, list[float]] = {}
    for seed in range(12):
        normal, outliers = np.random.default_rng(seed).normal(size=(2, 100, 2))
        for named, row in found(small([3, 2], inputs=2, seed=seed), normal, outliers).items():
            values.setdefault(named, []).append(row["value"])
    for several in values.values():
        assert abs(np.mean(several) - 0.5) < 3.5 * math.sqrt(201 / (12 * 100 * 100 * 12))


def test_scores_are_what_the_model_measures() -> None:
    model = small([3, 2], inputs=2)
    x, source = torch.tensor([[0.3, -1.0]]).repeat(4000, 1), torch.Generator().manual_seed(0)
    own = scores(model, items(x.numpy()), Anomaly(samples=1, max_items=4000), 5)
    terms = model(x, draw(model.latents, 4000, source))
    direct = terms.distortion + terms.rates.sum(-1)
    for mine, theirs in [
        (own[AnomalyScore("elbo", "")], direct),
        (own[AnomalyScore("rate", "z1")], terms.rates[:, 0]),
        (own[AnomalyScore("rate", "z2")], terms.rates[:, 1]),
    ]:
        error = math.hypot(mine.std(), theirs.std()) / math.sqrt(4000)
        assert abs(mine.mean() - theirs.mean()) < 3.5 * error + 1e-5


def test_a_closed_lower_layer_has_a_likelihood_ratio_of_nothing() -> None:
    """q(z_1 | z_2, x) = p(z_1 | z_2): L^{>1} = L in expectation, whatever x is."""
    x = np.repeat([[0.0], [2.0]], 4000, axis=0)
    ratio = scores(shifted(0), items(x), Anomaly(samples=2, max_items=8000), 1)
    for one in np.split(ratio[AnomalyScore("likelihood-ratio", "z2")], 2):
        assert abs(one.mean()) < 3.5 * one.std() / math.sqrt(4000)
        assert one.std() > 0


@pytest.mark.parametrize("x", [-1.0, 0.0, 2.0])
def test_the_likelihood_ratio_of_a_known_model(x: float) -> None:
    """L − L^{>1} = (2 b x − b²)/2σ² − b²/2s², for a posterior that is the prior moved by b."""
    shift, scale = 0.7, float(softplus(torch.zeros(()))) + SMALLEST_STD
    many = items(np.full((8000, 1), x))
    ratio = scores(shifted(shift), many, Anomaly(samples=1, max_items=8000), 2)
    values = ratio[AnomalyScore("likelihood-ratio", "z2")]
    rate = shift**2 / (2 * scale**2)
    truth = (2 * shift * x - shift**2) / (2 * SIGMA**2) - rate
    assert abs(values.mean() - truth) < 3.5 * values.std() / math.sqrt(8000)
    np.testing.assert_allclose(ratio[AnomalyScore("rate", "z1")], rate, rtol=1e-4)


def test_nothing_is_measured_without_outliers() -> None:
    x = np.zeros((20, 2))
    assert list(measure(subject(blind(), x, x)._replace(outliers={"test": {}}), SETTINGS, 0)) == []


def test_another_data_set_is_named_and_scored_beside_the_class() -> None:
    x = np.random.default_rng(0).uniform(size=(20, 2))
    kinds = {"test": {"": items(x), "mnist": items(x + 5)}}
    both = subject(blind(), x, x)._replace(outliers=kinds)
    found = [score.row for score in measure(both, SETTINGS, 0)]
    rows = {(row["method"], row["setting"]): row["value"] for row in found}
    assert list(rows) == [
        (method, setting)
        for setting in ("", "mnist")
        for method in ("elbo", "rate", "likelihood-ratio")
    ]
    assert (rows["elbo", ""], rows["elbo", "mnist"]) == (0.5, 1)


def test_noise_is_that_of_the_seed_and_of_each_group_alone() -> None:
    model, x = small([3, 2], inputs=2), items(np.zeros((20, 2)))
    first, again, other, outliers = (
        scores(model, x, SETTINGS, seed, 2, group)[AnomalyScore("elbo", "")]
        for seed, group in [
            (0, Group.NORMAL), (0, Group.NORMAL), (1, Group.NORMAL), (0, Group.OUTLIERS)
        ]
    )  # fmt: skip
    np.testing.assert_array_equal(first, again)
    assert (first != other).all()
    assert (first != outliers).all()


def test_some_items_at_a_time_score_as_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    model, x = small([3, 2], inputs=2), items(np.random.default_rng(0).normal(size=(11, 2)))
    whole = scores(model, x, SETTINGS, 0)
    monkeypatch.setattr("hvae.models.hierarchical.ITEMS", 4)
    for named, values in scores(model, x, SETTINGS, 0).items():
        np.testing.assert_allclose(values, whole[named], rtol=1e-5)


@pytest.mark.parametrize("of_class", [(), ("9",)])
@pytest.mark.parametrize("of_source", [(), ("mnist",)])
def test_outliers_are_read_by_their_names(
    tmp_path: Path, of_class: tuple[str, ...], of_source: tuple[str, ...]
) -> None:
    for kind, classes in (("outliers", of_class), ("others", of_source)):
        some = items(np.zeros((3, 2)))._replace(classes=classes).first(3 * len(classes))
        prepared.write(some, tmp_path / f"test-{kind}.parquet")
    found = unseen(tmp_path, "test")
    assert set(found) == {*("" for _ in of_class), *of_source}
    assert all(of.x.shape == (3, 2) for of in found.values())


def test_at_most_so_many_items_are_scored() -> None:
    x = np.random.default_rng(0).normal(size=(30, 2))
    few = Anomaly(samples=1, max_items=10)
    one = next(iter(measure(subject(blind(), x, x), few, 0)))
    assert one.row["n"] == 20
