"""What a classifier sees in reconstructions, against the same by hand, layer by layer."""

import math

import numpy as np
import pytest
import torch

from hvae.config.tasks import Recognition
from hvae.data.prepared import Items
from hvae.data.seeded import Stream
from hvae.data.splits import SPLITS
from hvae.models.distributions import draw, generator
from hvae.models.hierarchical import HierarchicalVAE
from hvae.results.checks.information import guesses_class
from hvae.tasks.classifier import DataClassifier
from hvae.tasks.recognition import measure
from hvae.tasks.task import Score
from hvae.tasks.trained import TrainedSubject
from tests.conftest import small
from tests.tasks.test_generation import signed

X = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
LABELS = (X[:, 0] > 0).astype(np.int64)
ITEMS = Items(X, LABELS, np.arange(60) + 5, (2,), ("no", "yes"), bounded=False)
FEW = Recognition(max_items=40)


@pytest.fixture(autouse=True)
def no_gradients():  # type: ignore[no-untyped-def]
    with torch.inference_mode():
        yield


def found(
    model: HierarchicalVAE, classifier: DataClassifier | None, seed: int = 0
) -> dict[tuple[str, ...], Score]:
    """Scores by split, layers, features and metric."""
    subject = TrainedSubject("p", model, {}, dict.fromkeys(SPLITS, ITEMS), classifier)
    names = ("layers", "features", "metric")
    return {
        (one.split, *(one.row[name] for name in names)): one for one in measure(subject, FEW, seed)
    }


def by_hand(model: HierarchicalVAE, kept: str, features: str, split: int) -> torch.Tensor:
    """p(y | x̂) of that."""
    seen = seen_by_hand(model, kept, features, split)
    return torch.softmax(signed(2.0).network(seen).double(), -1)


def seen_by_hand(model: HierarchicalVAE, kept: str, features: str, split: int) -> torch.Tensor:
    """x̂ where the named layers are kept and those below are means of their prior."""
    x = torch.tensor(X[:40])
    noise = draw(model.latents, 40, generator(Stream.RECOGNITION, 0, split))
    if features == "mean":
        noise = [0 * eps for eps in noise]
    z = list(model(x, noise).z)
    for layer in reversed(range(3 - len(kept.split("+")))):
        z[layer] = model.prior_of(layer, z[layer + 1 :]).mean
    return model.likelihood.mean(model.decode(z))


@pytest.mark.parametrize("features", ["sample", "mean"])
@pytest.mark.parametrize("kept", ["z3", "z2+z3", "z1+z2+z3"])
def test_each_cut_is_what_its_layers_decode_to(kept: str, features: str) -> None:
    model = small([3, 2, 2], inputs=2)
    scores = found(model, signed(2.0))
    for split, number in (("validation", 1), ("test", 2)):
        p = by_hand(model, kept, features, number)
        right = (p.argmax(-1).numpy() == LABELS[:40]).astype(float)
        accuracy = scores[split, kept, features, "accuracy"]
        assert accuracy.row["value"] == pytest.approx(right.mean())
        np.testing.assert_array_equal(accuracy.sampled.scores, right)
        np.testing.assert_array_equal(accuracy.indices, ITEMS.ids[:40])
        doubt = scores[split, kept, features, "prediction_entropy"].row
        error = (seen_by_hand(model, kept, features, number) - torch.tensor(X[:40])).square()
        mse = scores[split, kept, features, "mse"].row
        assert mse["value"] == pytest.approx(float(error.mean()), rel=1e-5)
        assert doubt["value"] == pytest.approx(float(-(p * p.log()).sum(-1).mean()), rel=1e-5)


def test_a_classifier_that_knows_nothing_doubts_as_much_as_it_can() -> None:
    scores = found(small([3, 2], inputs=2), signed(0.0))
    rows = [one.row for one in scores.values() if one.row["metric"] == "prediction_entropy"]
    assert {round(row["value"], 6) for row in rows} == {round(math.log(2), 6)}
    assert len(rows) == 2 * 2 * 2


def test_means_do_not_depend_on_the_seed_and_samples_do() -> None:
    model = small([3, 2], inputs=2)
    first, other = (found(model, signed(), seed) for seed in (0, 1))
    for name, one in first.items():
        same = one.row["value"] == other[name].row["value"]
        assert same or name[2] == "sample"
    doubt = ("test", "z1+z2", "sample", "prediction_entropy")
    assert first[doubt].row["value"] != other[doubt].row["value"]


def test_accuracies_from_samples_are_held_against_the_limit_of_their_layers() -> None:
    rows = [one.row for one in found(small([3, 2], inputs=2), signed()).values()]
    judged = {(row["layers"], row["features"]) for row in rows if guesses_class(row)}
    assert judged == {("z2", "sample"), ("z1+z2", "sample")}


def test_without_a_classifier_or_with_one_class_there_is_nothing() -> None:
    model, classifier = small([3, 2], inputs=2), signed()
    one = classifier.card.model_copy(update={"classes": ["all"]})
    assert found(model, None) == found(model, classifier._replace(card=one)) == {}
