"""Files against the rates that they redeem: bytes, J°, PSNR, and pictures that were decoded."""

import math
from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np

from hvae.reports.charts.files import (
    Line,
    found,
    lengths,
    lines,
    objectives,
    overhead,
    psnr,
    ratios,
)
from hvae.reports.charts.scatter import names
from hvae.reports.render import Figure, ReportSection, figure
from hvae.reports.sections.pictures import Strip, chosen, is_image, originals, strip
from hvae.results import files
from hvae.results.files import Filed
from hvae.results.run import Run
from hvae.statistics.comparison import Difference, verdicts
from hvae.statistics.estimate import Row, number

LEAST = 10  # nats, from which on files are to be as good as the model
SPLITS = 6  # of a total, at most, of which any two are compared
NONE = "–"
SIZES = ("elbo", ""), ("lossless", "net"), ("lossless", "")  # methods and settings


def sentences(points: Sequence[Filed]) -> list[str]:
    """How close files are to rates: from `LEAST` nats on, and below."""
    groups = {
        f"At {LEAST} nats and more": [one for one in points if one.nats >= LEAST],
        f"Below {LEAST} nats": [one for one in points if one.nats < LEAST],
    }
    return [_sentence(where, group) for where, group in groups.items() if group]


def _sentence(where: str, group: Sequence[Filed]) -> str:
    lengths = _spread([one.bits / one.rate for one in group if one.rate > 0])
    objectives = _spread([one.objective / one.objective_model for one in group])
    places = f"means of {len(group)} place{'s' * (len(group) > 1)}"
    return (
        f"{where} ({places}), a file is {lengths} times as long as its rate, and its J° is "
        f"{objectives} times that of the model with sampled z."
    )


def header(points: Sequence[Filed]) -> str:
    """Bits an item, as text, that files take beyond their symbols."""
    return number(fmean(one.bits - sum(one.symbols) for one in points))


def _spread(values: Sequence[float]) -> str:
    """1.12 (from 1.04 to 1.25), of places."""
    ends = f" (from {min(values):.2f} to {max(values):.2f})" if len(values) > 1 else ""
    return f"{fmean(values):.2f}{ends}"


class Rate(NamedTuple):
    """A BD-rate; sure: whether it differs from 0, at 5 % over all of the table (Holm)."""

    text: str
    sure: bool = False


class Compared(NamedTuple):
    """BD-rates of each split (a row) against single layers and other splits (columns)."""

    columns: list[str]
    rows: list[tuple[str, list[Rate]]]


def bd_rates(run: Run) -> Compared | None:
    """None without two curves that compare."""
    every = lines(run)
    splits = [one for one in every if not one.single]
    against = [one for one in every if one.single]
    against += splits if len(splits) <= SPLITS else splits[:1]
    found = {(a, b): _rate(one, other) for a, one in enumerate(splits)
             for b, other in enumerate(against)}  # fmt: skip
    known = {at: one for at, one in found.items() if one is not None}
    if not known:
        return None
    words = dict(zip(known, verdicts(list(known.values())), strict=True))
    cells = {at: Rate(_percent(one), words[at] in ("more", "less")) for at, one in known.items()}
    rows = [
        (one.name, [cells.get((a, b), Rate(NONE)) for b in range(len(against))])
        for a, one in enumerate(splits)
    ]
    return Compared([one.name for one in against], rows)


def _rate(one: Line, other: Line) -> Difference | None:
    return None if one == other else files.compared(other.curves, one.curves)


def _percent(found: Difference) -> str:
    sure = "" if math.isnan(found.std_error) else f" ± {100 * found.std_error:.1f}"
    return f"{100 * found.value:+.1f}{sure} %".replace("-", "−")


class Decoded(NamedTuple):
    """Pictures that were decoded from a point's file, and what they took."""

    name: str
    bits: float
    psnr: float
    strip: Strip


def decoded(run: Run) -> list[Decoded]:
    """Those of the points whose pictures are shown elsewhere, too."""
    called, known = names(run), {one.point: one for one in found(run)}
    result = []
    for point in (row["point"] for row in chosen(run)):
        images = [row["image"] for row in run.pictures if row["point"] == point]
        if point in known and images:
            shown = strip(np.array(images), run.test.shape, f"files at {called[point]}")
            result.append(Decoded(called[point], known[point].bits, known[point].psnr, shown))
    return result


class Lossless(NamedTuple):
    """Bits an item: −ELBO, what an item adds to a long file, and a whole file of `items`."""

    name: str
    elbo: float
    net: float
    whole: float
    items: int


def lossless(run: Run) -> list[Lossless]:
    """A row a point of a discrete likelihood."""
    called, n = names(run), math.prod(run.test.shape)
    known: dict[str, dict[tuple[str, str], Row]] = {}
    for row in run.tasks:
        if row["task"] == files.TASK and row["method"] in ("elbo", "lossless"):
            known.setdefault(row["point"], {})[row["method"], row["setting"]] = row
    found = []
    for point, rows in known.items():
        elbo, net, whole = (rows[of]["value"] * n for of in SIZES)
        items = rows[SIZES[-1]]["n"]
        found.append(Lossless(called[point], elbo, net, whole, items))
    return found


class Known(NamedTuple):
    """A format that needs no model: bits an item and PSNR, which is infinite without loss."""

    name: str
    bits: float
    psnr: float


def formats(run: Run) -> list[Known]:
    """Each at the quality whose size is nearest to that of the largest file."""
    largest, n = max(one.bits for one in found(run)), math.prod(run.test.shape)
    known: dict[str, dict[str, dict[str, float]]] = {}
    for row in run.tasks:
        if row["task"] == files.TASK and not row["point"]:
            of = known.setdefault(row["method"], {}).setdefault(row["setting"], {})
            of[row["metric"]] = row["value"]
    result = []
    for method, by_quality in known.items():
        bits = {quality: of[files.LENGTH] * n for quality, of in by_quality.items()}
        quality = min(bits, key=lambda one: abs(math.log(bits[one] / largest)))
        name = f"{method}, quality {quality}" if quality else method
        result.append(Known(name, bits[quality], by_quality[quality].get("psnr_db", math.inf)))
    return result


def _applies(run: Run) -> bool:
    return bool(found(run))


def _figures(run: Run) -> Iterator[Figure]:
    yield figure("files-bits", "compression", lengths(run), "Bits of files over bits of rates")
    yield figure("files-objective", "compression", objectives(run), "J° of files over J° of models")
    if run.layers == 2 and len(ratios(run)) > 1:
        text = "Bytes of files in times of the rate, over total and share of z₂"
        yield figure("files-overhead", "compression-maps", overhead(run), text)
    if run.test.bounded and lines(run):
        text = "PSNR over bits of files, by split and of single layers"
        yield figure("files-psnr", "compression-maps", psnr(run), text)


def _values(run: Run) -> dict[str, Any]:
    shown = is_image(run.test.shape) and bool(run.pictures)
    return {
        "sentences": sentences(files.averaged(found(run))),
        "header": header(files.averaged(found(run))),
        "bd_rates": bd_rates(run),
        "originals": originals(run, run.pictures, "file") if shown else None,
        "decoded": decoded(run) if shown else [],
        "lossless": lossless(run),
        "formats": formats(run),
        "inf": math.inf,
    }


SECTION = ReportSection(
    "compression",
    "Files and their rates",
    "sections/compression.html",
    applies=_applies,
    figures=_figures,
    values=_values,
)
