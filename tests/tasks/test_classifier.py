"""The classifier of the data: what it learns, when it stops, and how it is stored."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from hvae.config.tasks import Generation
from hvae.data.prepared import Items
from hvae.errors import InputError
from hvae.tasks import classifier
from hvae.tasks.classifier import ClassifierCard
from hvae.tasks.fit_classifier import PATIENCE, Fitted, fit, real

SETTINGS = Generation(width=32, max_epochs=40)


def items(seed: int, count: int, apart: float, shift: float = 0.0) -> Items:
    """Three classes of vectors in four dimensions, `apart` standard deviations from the middle."""
    random = np.random.default_rng(seed)
    label = random.integers(3, size=count)
    x = apart * np.eye(3, 4)[label] + random.normal(size=(count, 4)) + shift
    return Items(
        x.astype(np.float32), label, np.arange(count), (4,), ("a", "b", "c"), bounded=False
    )


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    return fit(items(0, 300, 8), items(1, 100, 8), SETTINGS, seed=0)


def test_separated_classes_are_told_apart(fitted: Fitted) -> None:
    test = items(2, 300, 8)
    predicted = fitted.network(torch.tensor(test.x)).argmax(-1).numpy()
    assert (predicted == test.labels).mean() > 0.98


def test_real_items_are_scored_as_draws_are() -> None:
    """Sure of three equal classes, right in nine of ten: IS = 3. Sure of nothing: IS = 1."""
    labels = np.arange(300) % 3
    seen = np.where(np.arange(300) < 30, (labels + 1) % 3, labels)
    found = {name: one.row for name, one in real(np.eye(3)[seen], labels, 10)}
    assert list(found) == ["accuracy", "inception_score", "diversity", "sharpness"]
    assert found["accuracy"]["value"] == pytest.approx(0.9)
    assert found["inception_score"]["value"] == pytest.approx(3)
    assert {row["n"] for row in found.values()} == {300}
    unsure = {name: one.row["value"] for name, one in real(np.full((9, 3), 1 / 3), labels[:9], 3)}
    assert unsure["inception_score"] == pytest.approx(1)
    assert [name for name, _ in real(np.eye(3)[:1], labels[:1], 3)] == ["accuracy"]


def test_logits_are_linear_in_the_features(fitted: Fitted) -> None:
    x, last = torch.tensor(items(2, 20, 8).x), fitted.network.net[-1]
    features = fitted.network.features(x)
    assert features.shape == (20, 32)
    torch.testing.assert_close(features @ last.weight.T + last.bias, fitted.network(x))


def test_items_far_from_zero_are_centred_first() -> None:
    far = fit(items(0, 300, 8, shift=1000), items(1, 100, 8, shift=1000), SETTINGS, seed=0)
    test = items(2, 300, 8, shift=1000)
    predicted = far.network(torch.tensor(test.x)).argmax(-1).numpy()
    assert (predicted == test.labels).mean() > 0.98


def test_it_stops_when_validation_gains_nothing_and_keeps_the_best() -> None:
    """Labels that carry nothing can only be learnt by heart: an early epoch is the best."""
    settings = Generation(width=64, max_epochs=100)
    train, validation = items(0, 200, 0), items(1, 200, 0)
    one = fit(train, validation, settings, seed=0)
    short = fit(train, validation, Generation(width=64, max_epochs=one.epoch), seed=0)
    assert one.epoch < 100 - PATIENCE
    assert short.epoch == one.epoch
    for a, b in zip(
        one.network.state_dict().values(), short.network.state_dict().values(), strict=True
    ):
        assert torch.equal(a, b)


def test_the_seed_is_all_the_randomness_there_is(fitted: Fitted) -> None:
    torch.manual_seed(5)
    again = fit(items(0, 300, 8), items(1, 100, 8), SETTINGS, seed=0)
    other = fit(items(0, 300, 8), items(1, 100, 8), SETTINGS, seed=1)
    first = [one.network.net[0].weight for one in (fitted, again, other)]
    assert torch.equal(first[0], first[1])
    assert not torch.equal(first[0], first[2])


def test_it_comes_back_from_disk(fitted: Fitted, tmp_path: Path) -> None:
    card = ClassifierCard(
        method="mlp", shape=[4], classes=["a", "b", "c"], width=32, epoch=3, accuracy=0.9
    )
    classifier.save(tmp_path, card, fitted.network)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "classifier.json",
        "classifier.safetensors",
    ]
    known, back = classifier.load(tmp_path)
    x = torch.randn(5, 4)
    assert known == card.model_copy(update={"sha256": known.sha256})
    assert torch.equal(back(x), fitted.network(x))
    assert {"centre", "scale"} < set(load_file(tmp_path / "classifier.safetensors"))


def test_files_that_do_not_fit_together_are_named(fitted: Fitted, tmp_path: Path) -> None:
    card = ClassifierCard(
        method="mlp", shape=[4], classes=["a", "b", "c"], width=32, epoch=3, accuracy=0.9
    )
    classifier.save(tmp_path, card, fitted.network)
    path = tmp_path / "classifier.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"width": 31}))
    with pytest.raises(InputError, match=r"\.safetensors does not hold .*: size mismatch"):
        classifier.load(tmp_path)
    path.unlink()
    with pytest.raises(InputError, match=r"\.json is not a classifier's card: .*No such"):
        classifier.load(tmp_path)
