"""What decoded latents show: closed layers, separated classes, and independent draws."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import chi2, chi2_contingency
from torch import Tensor, nn

from hvae.config.tasks import Generation
from hvae.data.prepared import Items
from hvae.data.splits import SPLITS
from hvae.latents.store import Latents
from hvae.models.hierarchical import HierarchicalVAE
from hvae.tasks.classifier import ClassifierCard, ClassifierNetwork, DataClassifier
from hvae.tasks.generation import GenerationCut, counts, decoded, generate, measure, variation
from hvae.tasks.task import Score
from hvae.tasks.trained import TrainedSubject
from tests.conftest import small
from tests.tasks.cases import latents

CARD = ClassifierCard(
    method="mlp", shape=[2], classes=["no", "yes"], width=1, epoch=1, accuracy=1.0
)


class Sign(nn.Module):
    """Two classes: whether the first value is positive."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([-x[:, 0], x[:, 0]], dim=-1)


def copying(layers: int) -> HierarchicalVAE:
    """A model whose decoder is the identity on the first value of z_1, up to a monotone curve.

    Its priors of lower layers put z_l where z_{l+1} is, narrowly: what is kept shows at the bottom.
    """
    model = small([2] * layers, inputs=2)
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
        model.decoder[0].weight[:2, 0] = torch.tensor([1.0, -1.0])
        model.decoder[2].weight[0, :2] = torch.tensor([1.0, -1.0])  # silu(z) − silu(−z) = z
        for head in model.prior:
            head.net[0].weight[:2, 0] = torch.tensor([1.0, -1.0])
            head.net[2].weight[0, :2] = torch.tensor([1.0, -1.0])
            head.net[2].bias[2:] = -12.0
    return model


def signed(sure: float = 50.0) -> DataClassifier:
    """A classifier of the sign of the first value, the surer the larger that is."""
    network = ClassifierNetwork(2, 4, 2)
    with torch.no_grad():
        for weight in network.parameters():
            weight.zero_()
        network.net[0].weight[:2, 0] = torch.tensor([1.0, -1.0])
        network.net[2].weight[:2, :2] = 20 * torch.eye(2)
        network.net[4].weight[:, :2] = sure * torch.tensor([[-1.0, 1.0], [1.0, -1.0]])
    return DataClassifier(CARD, network.requires_grad_(False))


def subject(
    model: HierarchicalVAE, kept: Latents, classifier: DataClassifier | None = None
) -> TrainedSubject:
    """A point with the same latents on every split; items are their z_1."""
    items = Items(kept.sample[0], kept.label, kept.ids, (2,), ("no", "yes"), bounded=False)
    return TrainedSubject(
        "p",
        model,
        dict.fromkeys(SPLITS, kept),
        dict.fromkeys(SPLITS, items),
        classifier or signed(),
    )


def scores(
    one: TrainedSubject, split: str = "test", seed: int = 0, **settings: int
) -> dict[tuple[str, str], dict[str, Any]]:
    """The rows of a split, by layers and metric."""
    found = measure(one, Generation(**settings), seed)
    rows = [one.row for one in found if isinstance(one, Score) and one.split == split]
    return {(row["layers"], row["metric"]): row for row in rows}


def closed(items: int, layers: int, seed: int) -> Latents:
    """Posteriors that are the standard normal prior, whatever the item."""
    random = np.random.default_rng(seed)
    return latents(np.zeros(items, int), [random.normal(size=(items, 2)) for _ in range(layers)])


@pytest.fixture(autouse=True)
def no_gradients():  # type: ignore[no-untyped-def]
    with torch.inference_mode():
        yield


def test_closed_layers_show_what_the_prior_shows() -> None:
    """One law on both sides: the statistic of homogeneity over seeds is χ² with one degree."""
    model, total = copying(1), 0.0
    for seed in range(60):
        (cut,) = generate(model, closed(400, 1, seed), Sign(), 2, seed)
        total += chi2_contingency(cut.histograms, correction=False).statistic
        row = variation(cut).row
        assert row["value"] < 0.15
    assert chi2.ppf(0.001, 60) < total < chi2.ppf(0.999, 60)


def test_a_closed_posterior_has_no_variation_that_can_be_told_from_none() -> None:
    cuts = list(generate(copying(2), closed(2000, 2, 0), Sign(), 2, 0))
    z2 = cuts[0]
    assert z2.layers == "z2"
    assert variation(z2).row["low"] < 0


def test_kept_latents_of_one_class_differ_from_the_prior_by_one_half() -> None:
    """All kept z are positive, half of the prior is: TV = ½, for every cut."""
    for layers in (1, 2, 3):
        test = closed(2000, layers, 1)
        test = test._replace(sample=[abs(part) for part in test.sample])
        cuts = list(generate(copying(layers), test, Sign(), 2, 0))
        names = ["z1"], ["z2", "z1+z2"], ["z3", "z2+z3", "z1+z2+z3"]
        assert [cut.layers for cut in cuts] == names[layers - 1]
        for cut in cuts:
            assert cut.histograms[0].tolist() == [0, 2000]
            row = variation(cut).row
            assert abs(row["value"] - 0.5) < 4 * math.sqrt(0.25 / 2000)
            assert 0.4 < row["low"] < 0.5
            assert row["n"] == 2000


def test_samples_are_kept_and_not_means() -> None:
    test = closed(500, 1, 2)
    test = test._replace(mean=[np.full_like(test.mean[0], 5.0)])
    (cut,) = generate(copying(1), test, Sign(), 2, 0)
    expected = np.bincount(test.sample[0][:, 0] > 0, minlength=2)
    np.testing.assert_array_equal(cut.histograms[0], expected)


def test_the_upper_layers_are_kept_and_the_lower_ones_are_drawn_given_them() -> None:
    model = small([3, 2])
    kept = torch.randn(4000, 2)
    shown = decoded(model, [kept], 4000, torch.Generator().manual_seed(0))
    noise = torch.randn(4000, 3, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(shown, model.decode([model.prior_of(0, [kept]).sample(noise), kept]))


def test_some_items_at_a_time_show_what_all_at_once_show(monkeypatch: pytest.MonkeyPatch) -> None:
    model, kept = small([3, 2]), [torch.randn(7, 2)]
    whole = decoded(model, kept, 7, torch.Generator().manual_seed(0))
    monkeypatch.setattr("hvae.tasks.generation.ITEMS", 3)
    parts = decoded(model, kept, 7, torch.Generator().manual_seed(0))
    torch.testing.assert_close(parts, whole)


def test_no_two_draws_share_their_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    monkeypatch.setattr(
        "hvae.tasks.generation.draw",
        lambda widths, items, source: (
            drawn.append(torch.randn(3, generator=source))
            or [torch.zeros(items, width) for width in widths]
        ),
    )
    monkeypatch.setattr(HierarchicalVAE, "generate", lambda *_: torch.zeros(5, 2))
    list(generate(copying(3), closed(5, 3, 0), Sign(), 2, 0))
    assert len({tuple(noise.tolist()) for noise in drawn}) == len(drawn) == 6


def test_a_seed_gives_the_same_draws_again() -> None:
    first, again, other = (
        next(generate(copying(2), closed(300, 2, 0), Sign(), 2, seed)) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first.histograms, again.histograms)
    assert (first.histograms[1] != other.histograms[1]).any()


def test_counts_name_origins_and_classes() -> None:
    histograms, seen = np.array([[0, 9], [4, 5]]), np.array([[1] * 9, [0] * 4 + [1] * 5])
    rows = list(counts(GenerationCut("z2", seen, histograms, np.ones(9, bool)), CARD))
    assert [tuple(row.values()) for row in rows] == [
        ("posterior", "yes", 9),
        ("prior", "no", 4),
        ("prior", "yes", 5),
    ]


def test_what_each_cut_keeps_is_held_against_the_item_s_own_class() -> None:
    """An identity keeps every class; one whose labels are unrelated keeps the share of chance."""
    kept = closed(2000, 2, 3)
    own = (kept.sample[0][:, 0] > 0).astype(np.int64)
    known = scores(subject(copying(2), kept._replace(label=own)))
    assert known["z1+z2", "class_consistency"]["value"] == 1
    assert known["z1+z2", "class_consistency"]["low"] > 0.998  # Clopper & Pearson
    chance = known["z2", "class_consistency"]  # z_1 is drawn anew, given an unrelated z_2
    assert abs(chance["value"] - 0.5) < 4 * math.sqrt(0.25 / 2000)
    assert chance["low"] < chance["value"] < chance["high"]
    assert chance["n"] == 2000


def test_sure_draws_of_both_classes_have_the_greatest_score() -> None:
    found = scores(subject(copying(1), closed(400, 1, 4)), images=2000)
    assert found["", "inception_score"]["value"] == pytest.approx(2, abs=0.03)
    assert found["", "diversity"]["value"] == pytest.approx(2, abs=0.01)
    assert found["", "sharpness"]["value"] == pytest.approx(1, abs=0.02)
    assert found["", "inception_score"]["n"] == 2000


def test_a_classifier_that_tells_nothing_has_the_least_score() -> None:
    found = scores(subject(copying(1), closed(400, 1, 4), signed(sure=0.0)))
    assert found["", "inception_score"]["value"] == pytest.approx(1)
    assert found["", "inception_score"]["low"] == pytest.approx(1)
    assert found["", "sharpness"]["value"] == pytest.approx(1 / 2)


def test_items_of_the_prior_s_own_law_are_near_and_others_are_far() -> None:
    model, kept = copying(1), closed(1000, 1, 5)
    shown = kept.sample[0] * np.array([1, 0], np.float32)
    near = kept._replace(sample=[shown])
    far = kept._replace(sample=[shown + 3])
    values = [scores(subject(model, some))["", "frechet"] for some in (near, far)]
    assert values[0]["low"] < 0 <= values[0]["value"] < 0.05 * values[1]["low"]


def test_splits_have_draws_of_their_own_and_points_share_theirs() -> None:
    kept = closed(300, 1, 6)
    one = subject(copying(1), kept, signed(sure=1.0))
    again = one._replace(point="another")
    key = "", "inception_score"
    validation, test = (scores(one, split)[key]["value"] for split in ("validation", "test"))
    assert validation != test
    assert scores(again)[key]["value"] == test
    assert scores(one, seed=1)[key]["value"] != test


def test_every_split_has_the_same_metrics_and_one_class_has_none() -> None:
    one = subject(copying(2), closed(60, 2, 7))
    tests, validations = (scores(one, split, images=30) for split in ("test", "validation"))
    drawn = {("", name) for name in ("inception_score", "diversity", "sharpness", "frechet")}
    cuts = {(z, m) for z in ("z2", "z1+z2") for m in ("class_tv", "class_consistency")}
    assert tests.keys() == validations.keys() == drawn | cuts
    single = DataClassifier(
        CARD.model_copy(update={"classes": ["all"]}), ClassifierNetwork(2, 4, 1)
    )
    assert list(measure(one._replace(classifier=single), Generation(), 0)) == []
    assert list(measure(one._replace(classifier=None), Generation(), 0)) == []
