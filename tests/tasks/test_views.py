"""What tasks read of latents: closed dimensions are left out, of layers side by side too."""

from collections.abc import Sequence

import numpy as np
import pytest

from hvae.config.tasks import Classification, Clustering
from hvae.latents.store import Latents
from hvae.tasks.classification import classify
from hvae.tasks.clustering import METHODS, cluster, scores
from hvae.tasks.views import layer_sets, opened, views
from tests.tasks.cases import latents

CLASSES, INFORMATIVE, NOISE = 4, 2, 30


def drowned(items: int, known: bool, seed: int) -> Latents:
    """Two dimensions that have classes in four corners, and thirty of noise alone, closed if so."""
    random = np.random.default_rng(seed)
    label = random.integers(CLASSES, size=items)
    corners = 2.0 * np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])[label]
    sample = random.standard_normal((items, INFORMATIVE + NOISE))
    sample[:, :INFORMATIVE] += corners
    found = latents(label, [sample])
    kl = np.concatenate([np.full(INFORMATIVE, 2.0), np.full(NOISE, 0.005)])
    return found._replace(kl=[kl], closed_below=0.01) if known else found


def split(known: bool) -> dict[str, Latents]:
    return {"train": drowned(400, known, 0), "test": drowned(400, known, 1)}


def nmi(method: str, known: bool) -> float:
    (one,) = (cluster(split(known), CLASSES, Clustering(methods=[method])),)
    of_samples = next(found for found in one if found.named["features"] == "sample")
    return next(s.row["value"] for s in scores(of_samples) if s.row["metric"] == "nmi")


@pytest.mark.parametrize("method", METHODS)
def test_noise_of_closed_dimensions_does_not_drown_clusters(method: str) -> None:
    assert nmi(method, known=True) > 0.85
    assert nmi(method, known=False) < nmi(method, known=True) - 0.2


def test_nor_neighbours() -> None:
    def accuracy(known: bool) -> float:
        asked = Classification(probes=["knn"], max_train=400)
        found = [s.row for s in classify(split(known), asked)]
        return next(row["value"] for row in found if row["features"] == "sample")

    assert accuracy(known=True) > 0.92
    assert accuracy(known=False) < accuracy(known=True) - 0.02


def two(kl: Sequence[Sequence[float]]) -> Latents:
    random = np.random.default_rng(0)
    parts = [random.standard_normal((5, len(part))) for part in kl]
    found = latents(np.zeros(5, dtype=np.int64), parts)
    return found._replace(kl=[np.array(part) for part in kl], closed_below=0.01)


def test_of_layers_side_by_side_the_open_dimensions_of_each_are_read() -> None:
    one = two([[0.0, 1.0, 0.02], [0.0, 0.005]])
    assert {layers.name: opened(one, layers).tolist() for layers in layer_sets(2)} == {
        "z1": [False, True, True],
        "z2": [True, True],  # all are closed: there is nothing to drown, and nothing to find
        "z1+z2": [False, True, True, False, False],
    }


def test_all_splits_are_read_alike_as_the_train_items_say() -> None:
    train, test = two([[0.0, 1.0]]), two([[1.0, 1.0]])
    for view in views({"train": train, "test": test}, 3):
        assert {name: x.shape for name, x in view.x.items()} == {"train": (3, 1), "test": (5, 1)}
        np.testing.assert_array_equal(view.x["test"][:, 0], test.sample[0][:, 1])
