"""Rates as bits, and files of images as bits."""

import copy
import math
import zlib
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image

from hvae.coding import files, quantised
from hvae.coding.codec import Codec
from hvae.config.tasks import Compression
from hvae.data.prepared import Items
from hvae.data.source import level_numbers
from hvae.models.likelihoods.base import Likelihood
from hvae.tasks import image_files
from hvae.tasks.compression import measure
from hvae.tasks.image_files import code, code_sheet, comparable, references
from hvae.tasks.task import Picture, Score
from hvae.tasks.trained import TrainedSubject, held_out
from tests.coding import cases
from tests.tasks.pictures import RATES, Known, by_name, items, noise_images, subject

SETTINGS = Compression(qualities=[5, 90])


def photographs(shape: tuple[int, ...] = (32, 40, 3), count: int = 4) -> Items:
    """Smooth 8-bit images with a little noise."""
    random = np.random.default_rng(0)
    height, width, *channels = shape
    ramp = np.add.outer(np.linspace(0, 120, height), np.linspace(0, 100, width))
    ramp = ramp.reshape(height, width, *([1] * len(channels)))
    x = np.rint(ramp + random.uniform(0, 30, (count, *shape))) / 255
    return items(x, shape, levels=256)


def test_rates_are_bits_of_every_layer_and_of_all() -> None:
    model = Known(lambda x, noise: x + 0.1)
    rows = by_name(list(measure(subject(model, noise_images(10)), SETTINGS, 0)))
    scale = 96 * math.log(2)
    for layers, rate in zip(("z1", "z2", ""), (*RATES, sum(RATES)), strict=True):
        assert rows[layers, "sample", "rate", "", "bits_per_dim"]["value"] == pytest.approx(
            rate / scale
        )
    assert rows["", "sample", "rate", "", "psnr_db"]["value"] == pytest.approx(20, abs=1e-5)
    assert len(rows) == 4


def test_data_without_a_peak_have_bits_alone() -> None:
    data = {split: of._replace(bounded=False) for split, of in noise_images(5).items()}
    rows = by_name(list(measure(subject(Known(lambda x, noise: x), data), SETTINGS, 0)))
    assert {name[4] for name in rows} == {"bits_per_dim"}


@pytest.mark.parametrize("shape", [(32, 32), (32, 33, 1), (40, 32, 3)])
@pytest.mark.parametrize("name", ["jpeg", "webp"])
def test_a_grey_image_of_one_value_is_kept_and_is_nearly_all_header(
    name: str, shape: tuple[int, ...]
) -> None:
    coded = code(items(np.full((2, *shape), 128 / 255), shape, levels=256), name, 90)
    assert (coded.errors <= (1 / 255) ** 2).all()
    assert (coded.bits > 0).all()
    assert (coded.bits < 8).all()
    assert coded.bits[0] == coded.bits[1]


def test_bits_are_those_of_whole_files() -> None:
    images = photographs(count=1)
    file = BytesIO()
    whole = np.rint(images.x * 255).astype(np.uint8).reshape(images.shape)
    Image.fromarray(whole).save(file, format="JPEG", quality=90, optimize=True)
    seen = np.asarray(Image.open(file)).astype(float)
    coded = code(images, "jpeg", 90)
    assert coded.bits[0] == 8 * len(file.getvalue()) / whole.size
    assert coded.errors[0] == pytest.approx(((seen - whole) ** 2).mean() / 255**2)


@pytest.mark.parametrize("name", ["jpeg", "webp"])
def test_quality_costs_bits(name: str) -> None:
    (_, part) = held_out({"validation": photographs(), "test": photographs()}, 500, 0)
    rows = by_name(list(references(part, SETTINGS)))
    for metric in ("bits_per_dim", "psnr_db"):
        for method in (name, f"{name}-sheet"):
            poor, good = (rows["", "", method, str(q), metric]["value"] for q in (5, 90))
            assert poor < good
    lossless = {"png", "webp-lossless", "zlib"}
    assert {of[2] for of in rows} == lossless | {"jpeg", "webp", "jpeg-sheet", "webp-sheet"}
    assert len(rows) == 2 * 2 * 2 * 2 + len(lossless)


@pytest.mark.parametrize("shape", [(17, 20), (16, 20, 1), (20, 17, 3)])
@pytest.mark.parametrize("name", ["jpeg", "webp"])
def test_a_sheet_keeps_its_images_apart(name: str, shape: tuple[int, ...]) -> None:
    """Seven images of one grey value each, whose blocks share none: each comes back as it was."""
    values = np.array([0, 200, 40, 240, 90, 160, 20])
    x = np.broadcast_to(values.reshape(-1, *[1] * len(shape)), (7, *shape)) / 255
    sheet = code_sheet(items(x, shape, levels=256), name, 90)
    assert (sheet.errors <= (2 / 255) ** 2).all()
    assert (sheet.bits == sheet.bits[0]).all()
    assert sheet.bits[0] < code(items(x, shape, levels=256), name, 90).bits.mean() / 2


def test_formats_without_loss_are_counted_in_whole_files() -> None:
    images = photographs(count=3)
    found = image_files.exact(images)
    pixels = level_numbers(images.x, 256)
    stream = 8 * len(zlib.compress(pixels.tobytes(), 9)) / pixels.size
    assert found["zlib"].row["value"] == pytest.approx(stream)
    sizes = []
    for one in pixels.reshape(-1, *images.shape):
        file = BytesIO()
        Image.fromarray(one).save(file, "PNG", optimize=True)
        sizes.append(len(file.getvalue()))
    assert found["png"].row["value"] == pytest.approx(8 * sum(sizes) / pixels.size)


def coded(known: Codec, count: int = 40) -> TrainedSubject:
    """A small model with items of its own, each split of others."""
    held = {}
    for seed, split in enumerate(("train", "validation", "test")):
        numbers = cases.numbers(known, count, seed)
        x = numbers.numpy() / ((known.levels or 2) - 1)
        held[split] = items(x, known.shape, levels=known.levels or 2)
    model = copy.deepcopy(known.model).float()
    return TrainedSubject("b1", model, {}, held, codec=lambda: known)


def test_a_file_counts_by_its_bytes_and_is_decoded_from_them() -> None:
    known = cases.coded([4, 3], cases.FixedGaussian(0.5))
    given = coded(known)
    found = list(measure(given, Compression(items=30), 0))
    rows = by_name([one for one in found if isinstance(one, Score)])
    validation, test = (torch.from_numpy(given.items[s].x[:30]) for s in ("validation", "test"))
    quantised_ = quantised.quantise(known, test, quantised.choose(known, validation))
    size = len(files.image_file(known, quantised_))
    whole = rows["", "", "file", "", "bits_per_dim"]
    assert whole["value"] * 30 * 6 == pytest.approx(8 * size)
    assert whole["n"] == 30
    layers = [rows[f"z{k}", "", "file", "", "bits_per_dim"]["value"] for k in (1, 2)]
    cost = quantised.cost(known, test, quantised_)
    np.testing.assert_allclose(layers, cost.bits.mean(0) / 6)
    objective = cost.distortion - known.model.likelihood.constant(6)
    objective = objective + cost.bits.sum(1) * math.log(2) * 0.5  # both prices are a half
    assert rows["", "", "file", "", "objective"]["value"] == pytest.approx(objective.mean())
    assert rows["", "sample", "rate", "", "objective"]["n"] == 30
    shown = {one.row["index"]: one.row["image"] for one in found if isinstance(one, Picture)}
    seen = quantised.reconstructed(known, quantised_)
    assert len(shown) == 10
    for index, image in shown.items():
        assert image == seen[index].tolist()


@pytest.mark.parametrize("likelihood", [cases.FixedGaussian(0.5), cases.discrete(17, 1)])
def test_rates_and_files_are_of_the_same_items(likelihood: Likelihood) -> None:
    given = coded(cases.coded([4, 3], likelihood))
    found = list(measure(given, Compression(max_items=35, items=30), 0))
    scores = [one for one in found if isinstance(one, Score)]
    assert {one.named["method"] for one in scores} >= {"rate", "file"}
    for one in scores:
        assert np.array_equal(one.indices, given.items[one.split].ids[:30])


def test_without_items_no_file_is_written() -> None:
    given = coded(cases.coded([4, 3], cases.FixedGaussian(0.5)))
    rows = by_name(list(measure(given, Compression(items=None), 0)))
    assert {name[2] for name in rows} == {"rate"}
    assert {row["n"] for row in rows.values()} == {40}


@pytest.mark.parametrize("levels", [2, 17])
def test_files_without_loss_count_whole_and_net(levels: int) -> None:
    known = cases.coded([4, 3], cases.discrete(levels, 1))
    given = coded(known)
    found = list(measure(given, Compression(items=40), 0))
    rows = by_name([one for one in found if isinstance(one, Score)])
    numbers = torch.from_numpy(level_numbers(given.items["test"].x, levels))
    size = 8 * len(files.lossless(known, numbers))
    whole, net = (rows["", "", "lossless", of, "bits_per_dim"] for of in ("", "net"))
    assert whole["value"] * 40 * 6 == pytest.approx(size)
    long = files.lossless(known, numbers.repeat(100, 1))  # in which the first items hardly count
    assert net["value"] == pytest.approx(8 * len(long) / (4000 * 6), rel=0.02)
    elbo = rows["", "sample", "elbo", "", "bits_per_dim"]
    assert whole["std_error"] == pytest.approx(elbo["std_error"])


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        (photographs((32, 32)), True),
        (photographs((32, 40, 1)), True),
        (photographs((32, 40, 3)), True),
        (photographs((15, 40)), False),
        (photographs((32, 40, 2)), False),
        (photographs()._replace(levels=None), False),
        (photographs()._replace(levels=17), False),
        (photographs()._replace(shape=(3840,)), False),
    ],
)
def test_only_large_8_bit_images_are_compared(images: Items, expected: bool) -> None:
    assert comparable(images) == expected
    (part, _) = held_out({"validation": images, "test": images}, 500, 0)
    methods = {one.named["method"] for one in references(part, SETTINGS)}
    assert ("jpeg" in methods) == ("webp-sheet" in methods) == expected
    assert ("zlib" in methods) == (images.levels is not None)
