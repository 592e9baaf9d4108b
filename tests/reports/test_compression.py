"""The section on files, of runs whose files are known."""

import math
from typing import Any

import pytest
from altair.utils.schemapi import validate_jsonschema

from hvae.reports.page import page
from hvae.reports.sections import compression
from hvae.results.run import Run
from tests.reports.cases import run
from tests.reports.test_specification import SCHEMA

TARGETS = [[total * share, total * (1 - share)] for share in (0.5, 1) for total in (4.0, 8.0, 32.0)]
N = 12  # dimensions of an item
LONGER = {0.5: 1.2, 1.0: 1.0}  # of a file, by the share of z_1


def rows(point: str, target: list[float], longer: float) -> list[dict[str, Any]]:
    """PSNR is log₂ of the total rate; files take so many times its bits, and J° is 2 of 4 nats."""
    bits = [rate / math.log(2) / N for rate in target]
    named = [*(f"z{layer}" for layer in range(1, len(target) + 1)), ""]
    found = [
        row("bits_per_dim", value * times, method=method, layers=layers)
        for method, times in (("rate", 1.0), ("file", longer))
        for layers, value in zip(named, [*bits, sum(bits)], strict=True)
    ]
    for method, objective in (("rate", 4.0), ("file", 2.0)):
        found += [row("psnr_db", math.log2(sum(target)), method=method)]
        found += [row("objective", objective, method=method)]
    return [one | {"point": point} for one in found]


def row(metric: str, value: float, **named: str) -> dict[str, Any]:
    names = {"point": "", "task": "compression", "layers": "", "features": "", "setting": ""}
    numbers = {"value": value, "low": value, "high": value, "n": 20, "std_error": 0.1}
    return names | {"method": "file", "metric": metric} | numbers | named


@pytest.fixture
def filed(config: dict[str, Any]) -> Run:
    """With files of all places; the seeds of a place have the same."""
    given = run(config, rates=TARGETS)
    own = [
        one
        for p in given.rated
        for target in [[p["target_1"], p["target_2"]]]
        for one in rows(p["point"], target, LONGER[target[0] / sum(target)])
    ]
    single = [one for p in given.single for one in rows(p["point"], [p["target_1"]], 1.1)]
    known = [
        row("bits_per_dim", bits, method="jpeg", setting=quality)
        for quality, bits in (("5", 4.1), ("90", 40.0))
    ]
    known += [row("psnr_db", 17.5, method="jpeg", setting=of) for of in ("5", "90")]
    known += [row("bits_per_dim", 5.0, method="zlib")]
    pictures = [
        {"point": p["point"], "kind": "file", "index": i, "image": given.test.x[i].tolist()}
        for p in given.rated
        for i in (3, 5)
    ]
    return given._replace(tasks=given.tasks + own + known, single_tasks=single, pictures=pictures)


def test_sentences_say_how_close_files_are(filed: Run) -> None:
    above, below = compression.SECTION.values(filed)["sentences"]
    assert above.startswith("At 10 nats and more (means of 2 places), a file is 1.10 (from 1.00 to")
    assert "its J° is 0.50 (from 0.50 to 0.50) times that of the model with sampled z" in above
    assert below.startswith("Below 10 nats (means of 4 places), a file is 1.10")


def test_bd_rates_are_those_of_the_planted_curves(filed: Run) -> None:
    found = compression.bd_rates(filed)
    assert found is not None
    assert found.columns[-2:] == ["50 : 50", "100 : 0"]
    cells = {
        name: dict(zip(found.columns, [cell.text for cell in row], strict=True))
        for name, row in found.rows
    }
    assert not any(cell.sure for _, row in found.rows for cell in row)  # of one training
    assert cells["50 : 50"]["100 : 0"].startswith("+20.0")
    assert cells["100 : 0"]["50 : 50"].startswith("−16.7")
    assert cells["100 : 0"]["100 : 0"] == "–"
    (width, *_) = found.columns
    assert width.startswith("one layer of")
    assert cells["50 : 50"][width].startswith("+9.1")


def test_formats_are_those_of_about_the_largest_file(filed: Run) -> None:
    jpeg, zlib = compression.formats(filed)
    assert (jpeg.name, jpeg.bits, jpeg.psnr) == ("jpeg, quality 5", pytest.approx(49.2), 17.5)
    assert (zlib.name, zlib.psnr) == ("zlib", math.inf)


def test_the_page_has_charts_tables_and_pictures(filed: Run) -> None:
    figures = list(compression.SECTION.figures(filed))
    names = ["files-bits", "files-objective", "files-overhead", "files-psnr"]
    assert [one.name for one in figures] == names
    for one in figures:
        validate_jsonschema(one.spec, SCHEMA)
    html = page(filed)
    for text in ("Files and their rates", "BD-rates", "decoded from files", "bits an item, "):
        assert text in html


def test_without_files_there_is_no_section(config: dict[str, Any]) -> None:
    assert not compression.SECTION.applies(run(config))


def test_lossless_files_have_their_lengths(filed: Run) -> None:
    point = filed.rated[0]["point"]
    more = [
        row("bits_per_dim", value, method=method, setting=setting, point=point)
        for method, setting, value in (
            ("elbo", "", 1.0), ("lossless", "net", 1.01), ("lossless", "", 1.05)
        )
    ]  # fmt: skip
    (one,) = compression.lossless(filed._replace(tasks=[*filed.tasks, *more]))
    assert (one.elbo, one.net, one.whole) == pytest.approx((N, 1.01 * N, 1.05 * N))
