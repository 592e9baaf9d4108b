"""The published sets in their original formats: every pixel, label and split is read back."""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2

from hvae.data import colour_images, mnist, sources
from hvae.data.source import Source
from hvae.errors import InputError
from tests.data import published
from tests.data.published import options


def assert_holds(source: Source, images: list[np.ndarray], labels: list[np.ndarray]) -> None:
    """The source holds the training images first, then the test set."""
    x = np.concatenate([part.reshape(len(part), -1) for part in images])
    np.testing.assert_array_equal(source.x, x)
    assert source.x.dtype == np.uint8
    np.testing.assert_array_equal(source.labels, np.concatenate(labels))
    assert source.shape == images[0].shape[1:]
    assert (source.levels, source.bounded, len(source.classes)) == (256, True, 10)
    assert source.parts is not None
    total, test = len(x), len(images[-1])
    np.testing.assert_array_equal(source.parts["train"], np.arange(total - test))
    np.testing.assert_array_equal(source.parts["test"], np.arange(total - test, total))


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_idx(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arrays = published.write_idx(tmp_path)
    published.know_idx(monkeypatch, tmp_path)
    source = sources.load(options(name, raw_dir=tmp_path), 0)
    assert_holds(source, arrays[::2], arrays[1::2])


def test_binary_mnist_is_drawn_once_with_grey_values_as_probabilities(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published.write_idx(tmp_path, train=3000)
    published.know_idx(monkeypatch, tmp_path)
    chosen = options("binary-mnist", raw_dir=tmp_path)
    grey = sources.load(options("mnist", raw_dir=tmp_path), 0)
    first, again, other = (sources.load(chosen, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.x, again.x)
    assert (first.x != other.x).any()
    assert (first.levels, set(np.unique(first.x))) == (2, {0, 1})
    np.testing.assert_array_equal(first.labels, grey.labels)
    # how often a pixel of each grey value is white, against a binomial distribution
    values, counts = np.unique(grey.x, return_counts=True)
    white = np.array([first.x[grey.x == value].sum() for value in values])
    probability = values / 255
    assert white[0] == 0
    assert white[-1] == counts[-1]
    inner = slice(1, -1)
    spread = counts[inner] * probability[inner] * (1 - probability[inner])
    squares = (white[inner] - counts[inner] * probability[inner]) ** 2 / spread
    assert chi2.sf(squares.sum(), 254) > 1e-3


def test_binary_mnist_with_a_threshold_is_rounded_and_never_random(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published.write_idx(tmp_path, train=300)
    published.know_idx(monkeypatch, tmp_path)
    chosen = options("binary-mnist", raw_dir=tmp_path, binary="threshold")
    grey = sources.load(options("mnist", raw_dir=tmp_path), 0)
    first, other = (sources.load(chosen, seed) for seed in (0, 1))
    np.testing.assert_array_equal(first.x, np.rint(grey.x / 255))
    np.testing.assert_array_equal(first.x, other.x)
    assert {127, 128} <= set(np.unique(grey.x))
    assert (first.levels, first.x.dtype) == (2, np.uint8)


def test_cifar10(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batches = published.write_cifar(tmp_path)
    published.know_cifar(monkeypatch, tmp_path)
    source = sources.load(options("cifar10", raw_dir=tmp_path), 0)
    assert_holds(source, [images for images, _ in batches], [labels for _, labels in batches])
    assert source.classes[3] == "cat"


@pytest.mark.parametrize("compressed", [True, False])
def test_svhn(compressed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = published.write_svhn(tmp_path, do_compression=compressed)
    published.know_svhn(monkeypatch, tmp_path)
    source = sources.load(options("svhn", raw_dir=tmp_path), 0)
    assert_holds(source, [images for images, _ in parts], [labels for _, labels in parts])


def test_archives_that_were_packed_anew_are_accepted_for_what_they_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published.write_idx(tmp_path, level=9)
    published.know_idx(monkeypatch, tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    arrays = published.write_idx(tmp_path, level=1)
    assert all(path.read_bytes() != content for path, content in before.items())
    source = sources.load(options("mnist", raw_dir=tmp_path), 0)
    assert_holds(source, arrays[::2], arrays[1::2])


def test_svhn_saved_anew_is_not_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The content is the same, but SciPy's parser is only for the published file."""
    published.write_svhn(tmp_path, do_compression=True)
    published.know_svhn(monkeypatch, tmp_path)
    published.write_svhn(tmp_path, do_compression=False)
    monkeypatch.setattr(colour_images, "loadmat", None)
    sentence = r"train_32x32\.mat does not hold what is published .*: remove it"
    published.refused(options("svhn", raw_dir=tmp_path), sentence, tmp_path)


def test_what_is_pinned_is_whole() -> None:
    files = [
        *mnist.MNIST_FILES,
        *mnist.FASHION_FILES,
        colour_images.CIFAR_FILE,
        *colour_images.SVHN_FILES,
    ]
    sums = [s for file in files for s in (file.sha256, *file.contents.values())]
    assert all(len(s) == 64 and int(s, 16) for s in sums)
    assert len(set(sums)) == len(sums) == 8 * 2 + 7 + 2


@pytest.mark.skipif("HVAE_RAW_FASHION_MNIST" not in os.environ, reason="needs the real archives")
def test_the_real_fashion_mnist() -> None:
    folder = os.environ["HVAE_RAW_FASHION_MNIST"]
    source = sources.load(options("fashion-mnist", raw_dir=folder), 0)
    assert source.x.shape == (70_000, 784)
    assert source.parts is not None
    for part, count in (("train", 6000), ("test", 1000)):
        assert np.bincount(source.labels[source.parts[part]]).tolist() == [count] * 10
    # the published mean and standard deviation of the training pixels, in [0, 1]
    train = source.x[source.parts["train"]]
    assert (train.mean() / 255, train.std() / 255) == pytest.approx((0.2860, 0.3530), abs=5e-5)


def test_nothing_is_read_beyond_what_a_published_file_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published.write_idx(tmp_path)
    published.know_idx(monkeypatch, tmp_path)
    (tmp_path / published.IDX[0]).write_bytes(gzip.compress(bytes(2_000_000)))
    monkeypatch.setattr("hvae.data.archives.MOST", 1_000_000)
    with pytest.raises(InputError, match=r"train-images-idx3-ubyte\.gz holds more than 1,000,000"):
        sources.load(options("mnist", raw_dir=tmp_path), 0)
