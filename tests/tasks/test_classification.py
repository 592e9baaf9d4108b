"""Probes on cases whose answer is known, and what is fitted on what."""

import numpy as np
import pytest
from scipy.stats import binom
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from hvae.config.tasks import Classification
from hvae.latents.store import Latents
from hvae.tasks.classification import PROBES, as_published, classify, measure, predictions
from hvae.tasks.views import View, joined, layer_sets
from tests.tasks.cases import labelled

ALL = Classification(probes=list(PROBES), max_train=300)
RANDOM = np.random.default_rng(0)


def planted(count: int, informative: bool) -> Latents:
    """Three classes; samples of z_1 tell them apart if asked to, samples of z_2 never do."""
    label = RANDOM.integers(3, size=count)
    noise = [RANDOM.normal(size=(count, width)).astype(np.float32) for width in (4, 2)]
    centre = np.eye(4, dtype=np.float32)[label] * (12 if informative else 0)
    return Latents(
        np.arange(count), label, [centre, noise[1] * 0], [n * 0 + 1 for n in noise],
        [centre + noise[0], noise[1]],
    )  # fmt: skip


def hits(method: str, train: Latents, test: Latents, moved: float = 0) -> np.ndarray:
    """Whether each test item is classified correctly from samples of z_1."""
    x = {"train": train.sample[0], "test": test.sample[0] + moved * np.eye(4)[0]}
    view = View("z1", "sample", {split: part.astype(float) for split, part in x.items()})
    return predictions(method, view, train.label)["test"] == test.label


def test_layer_sets_are_layers_and_suffixes() -> None:
    assert [layers.name for layers in layer_sets(1)] == ["z1"]
    assert [layers.name for layers in layer_sets(2)] == ["z1", "z2", "z1+z2"]
    assert [layers.name for layers in layer_sets(3)] == ["z1", "z2", "z3", "z2+z3", "z1+z2+z3"]
    assert joined([np.zeros((5, 4)), np.ones((5, 2))], layer_sets(2)[2]).sum(1).tolist() == [2] * 5


@pytest.mark.parametrize("method", PROBES)
def test_separated_classes_are_told_apart(method: str) -> None:
    train, test = planted(300, True), planted(200, True)
    assert hits(method, train, test).mean() > 0.99


@pytest.mark.parametrize("method", PROBES)
def test_labels_that_carry_nothing_are_guessed_at_chance(method: str) -> None:
    train, test = planted(300, False), planted(600, False)
    count = hits(method, train, test).sum()
    assert binom.sf(count - 1, 600, 1 / 3) > 1e-3
    assert binom.cdf(count, 600, 1 / 3) > 1e-3


def test_every_layer_set_probe_and_kind_of_feature_has_its_row_in_each_split() -> None:
    latents = {"train": planted(300, True), "validation": planted(80, True)}
    latents["test"] = planted(100, True)
    found = list(classify(latents, ALL))
    assert len(found) == 2 * 3 * 2 * 4
    assert {(one.split, one.row["n"]) for one in found} == {("validation", 80), ("test", 100)}
    by = {tuple(one.row[n] for n in ("layers", "features", "method")): one.row for one in found}
    assert by["z1", "sample", "logistic"]["value"] > 0.95
    assert by["z1+z2", "sample", "svm-rbf"]["value"] > 0.95
    assert by["z2", "sample", "logistic"]["value"] < 0.6


def test_probes_see_at_most_max_train_items_and_no_test_item() -> None:
    """Labels beyond the first ten train items are wrong: a probe that read them would fail."""
    train, test = planted(300, True), planted(100, True)
    wrong = train.label.copy()
    wrong[30:] = (wrong[30:] + 1) % 3
    settings = Classification(probes=["logistic"], max_train=30)
    found = classify({"train": train._replace(label=wrong), "test": test}, settings)
    assert next(found).row["value"] > 0.9


def test_features_are_standardised_with_train_statistics() -> None:
    """Test features moved as a whole must look moved: their own statistics would hide it."""
    train, test = planted(300, True), planted(300, True)
    assert hits("knn", train, test, moved=12).mean() < 0.8


def overlapping(count: int) -> Latents:
    """Means that tell three classes apart in part, and more in z_1 than in z_2."""
    label = RANDOM.integers(3, size=count)
    apart = np.eye(3, dtype=np.float32)[label]
    means = [far * apart + RANDOM.normal(size=(count, 3)).astype(np.float32) for far in (2, 1)]
    return Latents(
        np.arange(count) + 7, label, means, [m * 0 + 1 for m in means], [m * 0 for m in means]
    )


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_published_protocol_is_what_its_code_does_with_test_items_alone() -> None:
    test = overlapping(203)
    found = {(one.row["layers"], one.row["method"]): one for one in as_published(test, ALL)}
    order = np.random.RandomState(seed=42).permutation(203)
    fitted, scored = order[:-40], order[-40:]  # int(203 · 0.2) = 40
    by_hand = {
        "logistic": [LogisticRegression(random_state=s, solver="saga") for s in range(5)],
        "svm-rbf": [SVC(kernel="rbf")],
        "svm-linear": [SVC(kernel="linear")],
        "knn": [KNeighborsClassifier()],
    }
    for layer, x in enumerate(test.mean, 1):
        for method, probes in by_hand.items():
            expected = [
                p.fit(x[fitted], test.label[fitted]).score(x[scored], test.label[scored])
                for p in probes
            ]
            one = found[f"z{layer}", method]
            assert one.row["value"] == pytest.approx(np.mean(expected))
            assert (one.row["features"], one.row["setting"], one.row["n"]) == ("mean", "hit", 40)
            assert one.row["low"] < one.row["value"] < one.row["high"]
            np.testing.assert_array_equal(one.indices, test.ids[scored])
    assert len(found) == 2 * 4


def test_the_published_protocol_stands_beside_ours_only_where_it_is_asked_for() -> None:
    latents = {split: planted(60, True) for split in ("train", "validation", "test")}
    subject = labelled(latents, dict.fromkeys(latents))
    items = {split: of._replace(classes=("a", "b", "c")) for split, of in subject.items.items()}
    plain = Classification(probes=["knn"], max_train=50)
    ours = list(measure(subject._replace(items=items), plain, 0))
    both = list(
        measure(subject._replace(items=items), plain.model_copy(update={"protocol": "hit"}), 0)
    )
    assert {one.row["setting"] for one in ours} == {""}
    assert [one.row for one in both[: len(ours)]] == [one.row for one in ours]
    assert {(one.split, one.row["setting"]) for one in both[len(ours) :]} == {("test", "hit")}


def test_test_items_of_one_class_have_no_accuracy_as_published() -> None:
    test = overlapping(20)
    assert list(as_published(test._replace(label=test.label * 0), ALL)) == []
