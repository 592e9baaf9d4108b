"""The form of files: small, checked, and refused in one sentence where they are not right."""

import math
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch

from hvae.coding import codec, files, quantised
from hvae.coding.codec import Codec
from hvae.coding.files import Coded
from hvae.coding.grids import layers
from hvae.coding.quantised import Quantised
from hvae.errors import InputError
from hvae.models.likelihoods.base import FixedGaussian
from tests.coding import cases

START = 3  # of the checksum
ITEMS = 50


@pytest.fixture(scope="module")
def lossy() -> Codec:
    return cases.coded([4, 3], FixedGaussian(0.2))


@pytest.fixture(scope="module")
def content(lossy: Codec) -> bytes:
    x = torch.rand(ITEMS, 6, generator=torch.Generator().manual_seed(0))
    return files.image_file(lossy, quantised.quantise(lossy, x, 3.0))


def decoded(known: Codec, content: bytes, path: Path) -> torch.Tensor:
    path.write_bytes(content)
    return torch.from_numpy(files.decoded(known, files.read(path), path))


def columns(known: Codec) -> list[int]:
    """How many symbols an item has in each layer."""
    return [grid.coordinates for grid in layers(known, 3.0)]


def corrected(content: bytes) -> bytes:
    """With a checksum that fits."""
    rest = content[START + 4 :]
    return content[:START] + zlib.crc32(rest).to_bytes(4, "little") + rest


def test_the_header_is_small(lossy: Codec, content: bytes) -> None:
    coded = files.parsed(content)
    assert (coded.kind, coded.key, coded.shape, coded.items) == ("images", b"abcd", (6,), ITEMS)
    assert len(content) - len(coded.body) <= 20
    assert files.written(coded) == content


def test_the_body_is_as_long_as_its_symbols(lossy: Codec) -> None:
    x = torch.rand(360, 6, generator=torch.Generator().manual_seed(1))
    found = quantised.quantise(lossy, x, 2.0, steps=1)
    ideal = quantised.bits(lossy, found).sum()
    body = files.body(quantised.pushed(lossy, found))
    assert ideal < 8 * len(body) < ideal + 0.15 * 360


def test_one_file_and_single_files_hold_the_same_images(
    lossy: Codec, content: bytes, tmp_path: Path
) -> None:
    x = torch.rand(ITEMS, 6, generator=torch.Generator().manual_seed(0))
    found = quantised.quantise(lossy, x, 3.0)
    whole = decoded(lossy, content, tmp_path / "all.hvae")
    assert torch.equal(whole, quantised.reconstructed(lossy, found))
    for place in (0, 7, ITEMS - 1):
        single = files.image_file(lossy, found.item(place))
        assert decoded(lossy, single, tmp_path / "one.hvae") == pytest.approx(whole[[place]])


def test_every_changed_byte_is_noticed(lossy: Codec, content: bytes, tmp_path: Path) -> None:
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 4
        with pytest.raises(InputError, match=r"x\.hvae (is (damaged|of form)|was not wr)"):
            decoded(lossy, bytes(changed), tmp_path / "x.hvae")


def test_every_cut_is_noticed(lossy: Codec, content: bytes, tmp_path: Path) -> None:
    for length in range(len(content)):
        with pytest.raises(InputError, match=r"x\.hvae (is damaged|was not written)"):
            decoded(lossy, content[:length], tmp_path / "x.hvae")


def test_another_model_is_refused(lossy: Codec, content: bytes, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"x\.hvae was written with another model"):
        decoded(lossy._replace(key=b"efgh"), content, tmp_path / "x.hvae")
    other = lossy._replace(widths=tuple(w / 2 for w in lossy.widths))
    with pytest.raises(InputError, match="posteriors have other widths"):
        decoded(other, content, tmp_path / "x.hvae")


def test_what_no_command_wrote(tmp_path: Path) -> None:
    (tmp_path / "some.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    with pytest.raises(InputError, match=r"some\.png was not written by `hvae compress`$"):
        files.read(tmp_path / "some.png")


def test_a_billion_items_are_refused(lossy: Codec, content: bytes, tmp_path: Path) -> None:
    coded = files.parsed(content)._replace(items=10**9)
    numbers = b"".join(map(files._number, [1, 6, 10**9, *coded.settings]))
    claimed = corrected(content[: START + 4] + b"abcd" + numbers + coded.body)
    with pytest.raises(InputError, match=r"x\.hvae has 1,000,000,000 items, more than so few"):
        decoded(lossy, claimed, tmp_path / "x.hvae")
    with pytest.raises(InputError, match="more than so few bytes can hold"):
        files.written(coded)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"settings": (0, 9, 9)}, "other widths"),
        ({"items": ITEMS - 1}, "holds more than its items"),
        ({"shape": (7,)}, "written with another model"),
    ],
)
def test_headers_that_do_not_fit(
    lossy: Codec, content: bytes, tmp_path: Path, change: dict, reason: str
) -> None:
    claimed = files.written(files.parsed(content)._replace(**change))
    with pytest.raises(InputError, match=reason):
        decoded(lossy, claimed, tmp_path / "x.hvae")


def test_images_in_colour_come_back(tmp_path: Path) -> None:
    """By a convolutional model, of continuous values and of levels."""
    for likelihood in (FixedGaussian(0.2), None):
        known = cases.colour(likelihood)
        x = torch.rand(3, known.dimensions, generator=torch.Generator().manual_seed(0))
        x = (255 * x).round() / 255
        found = quantised.quantise(known, x, 3.0, 1)
        again = decoded(known, files.image_file(known, found), tmp_path / "x.hvae")
        assert torch.equal(again, quantised.reconstructed(known, found))


def test_items_go_through_a_bar(lossy: Codec) -> None:
    items, seen = 1200, []
    x = torch.rand(items, 6, generator=torch.Generator().manual_seed(0))
    found = quantised.quantise(lossy, x, 3.0, 0)
    coded = files.parsed(files.image_file(lossy, found))
    again = files.decoded(lossy, coded, Path("x"), lambda parts: seen.append(len(parts)) or parts)
    assert seen == [3]
    assert np.array_equal(again, quantised.reconstructed(lossy, found).numpy())


@pytest.mark.parametrize("bounded", [True, False])
def test_a_file_knows_whether_data_are_bounded(lossy: Codec, bounded: bool) -> None:
    found = Quantised(3.0, [np.zeros((5, count), np.int32) for count in columns(lossy)])
    content = files.image_file(lossy, found, bounded=bounded)
    coded = files.parsed(content)
    assert coded.bounded == bounded
    assert files.written(coded) == content
    assert len(content) == len(files.image_file(lossy, found))  # it takes no byte


@pytest.mark.parametrize("form", [2 * 16, files.VERSION * 16 + 2, files.VERSION * 16 + 15])
def test_other_forms_are_refused(lossy: Codec, content: bytes, tmp_path: Path, form: int) -> None:
    changed = content[: START - 1] + bytes([form]) + content[START:]
    with pytest.raises(InputError, match=r"form .*, which this version does not read$"):
        decoded(lossy, changed, tmp_path / "x.hvae")


@pytest.mark.parametrize("top", ["gaussian", "categorical"])
def test_no_items_are_refused(tmp_path: Path, top: str) -> None:
    more = {"family": "categorical", "variables": 2, "categories": 3}
    choices = {} if top == "gaussian" else {"top": more}
    known = cases.coded([4, 6], FixedGaussian(0.2), **choices)
    x = torch.rand(3, 6, generator=torch.Generator().manual_seed(0))
    content = files.image_file(known, quantised.quantise(known, x, 3.0))
    coded = files.parsed(content)
    numbers = b"".join(map(files._number, [1, 6, 0, *coded.settings]))
    claimed = corrected(content[: START + 4] + b"abcd" + numbers + coded.body)
    with pytest.raises(InputError, match=r"x\.hvae has no items$"):
        decoded(known, claimed, tmp_path / "x.hvae")
    with pytest.raises(InputError, match="has no items"):
        files.written(coded._replace(items=0))


@pytest.mark.parametrize("factor", [0.125, 0.375, 4.25, 125])
def test_a_factor_comes_back(lossy: Codec, tmp_path: Path, factor: float) -> None:
    x = torch.rand(ITEMS, 6, generator=torch.Generator().manual_seed(0))
    found = quantised.quantise(lossy, x, factor, steps=0)
    again = decoded(lossy, files.image_file(lossy, found), tmp_path / "x.hvae")
    assert torch.equal(again, quantised.reconstructed(lossy, found))


@pytest.mark.parametrize("factor", [2.1, 0.05, 0.0, -1.0, 125.125, math.nan, math.inf])
def test_a_factor_that_files_cannot_hold(lossy: Codec, factor: float) -> None:
    x = torch.rand(ITEMS, 6, generator=torch.Generator().manual_seed(0))
    found = quantised.quantise(lossy, x, 3.0, steps=0)._replace(factor=factor)
    with pytest.raises(InputError, match=r"^factor must be a multiple of 1/8 up to 125, got"):
        files.image_file(lossy, found)


def test_numbers_that_files_cannot_hold(lossy: Codec) -> None:
    x = torch.rand(ITEMS, 6, generator=torch.Generator().manual_seed(0))
    found = quantised.quantise(lossy, x, 3.0, steps=0)
    found.symbols[0][0, 0] = -files.LARGEST - 1
    with pytest.raises(InputError, match="numbers up to 262,144, and with factor 3 z has 262,145"):
        files.image_file(lossy, found)


def test_a_pass_for_each_of_many_items_is_refused(tmp_path: Path) -> None:
    """A decoder that did what these few bytes say would be busy for minutes."""
    coded = files.parsed(files.lossless(cases.binary(), cases.numbers(cases.binary(), 30)))
    few = coded._replace(items=files.FREE, settings=(1, 0, 1, 0), body=b"")
    content = files.written(few)
    assert len(content) < 40
    with pytest.raises(InputError, match="settings that no file has"):
        decoded(cases.binary(), content, tmp_path / "x.hvae")


@pytest.mark.parametrize(
    "batches", [(0, 16, 120), (4, 300, 120), (4, 16, 0), (1, 0, 1), (4, 14, 119), (4, 0, 120)]
)
def test_batches_that_no_file_has(tmp_path: Path, batches: tuple[int, int, int]) -> None:
    known = cases.binary()
    content = files.lossless(known, cases.numbers(known, 30))
    coded: Coded = files.parsed(content)
    claimed = files.written(coded._replace(settings=(*batches, coded.settings[-1])))
    with pytest.raises(InputError, match="settings that no file has"):
        decoded(known, claimed, tmp_path / "x.hvae")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.hvae: No such file"):
        files.read(tmp_path / "none.hvae")


def test_a_stored_model_knows_its_files(tmp_path: Path) -> None:
    cases.save(tmp_path, "gaussian")
    cases.save(tmp_path, "bernoulli")
    known, other = (codec.stored(tmp_path, name) for name in ("gaussian", "bernoulli"))
    assert known.key != other.key
    assert known.prices == (1.0, 2.0)
    assert known.model.likelihood.constant(6) == pytest.approx(
        3 * math.log(2 * math.pi * 0.2**2), rel=1e-6
    )
