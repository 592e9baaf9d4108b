"""Frames: pictures and embeddings of the points that were evaluated.

The page must stay small enough to open at once, so each kind has a budget: where there are many
points, each shows fewer pictures, and fewer items in an embedding.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hvae.reports.charts.theme import span
from hvae.reports.explorer.limits import latents
from hvae.reports.sections import pictures
from hvae.reports.sections.embeddings import DIGITS, METHODS
from hvae.results.rates import suffix_name
from hvae.results.run import Run
from hvae.statistics.estimate import Row

PICTURES = 3_000_000  # bytes of pixels, which a PNG hardly exceeds
PLACES = 150_000  # items in all embeddings together
Gallery = dict[tuple[str, str], list[Row]]


def has_pictures(run: Run) -> bool:
    """Whether items are images of which some were stored."""
    return pictures.is_image(run.test.shape) and bool(run.gallery)


def frames(run: Run) -> dict[str, Any]:
    """strips and planes (embeddings) by point; originals: the items that are reconstructed."""
    trained = {point["point"] for point in run.measured}
    found = _gallery(run, trained) if has_pictures(run) else {}
    count = _fitting(run, found)
    strips: dict[str, list[Row]] = {}
    for (point, kind), rows in found.items():
        images = np.array([row["image"] for row in rows[:count]])
        strips.setdefault(point, []).append(_strip(run, kind, images))
    shown = _originals(run, found, count)
    return {"strips": strips, "originals": shown, "planes": _embeddings(run, trained)}


def _gallery(run: Run, points: set[str]) -> Gallery:
    """Rows of each point and kind; reconstructions first, and draws from the prior last."""
    found: Gallery = {}
    for row in run.gallery:
        if row["point"] in points and row["kind"] in _captions(run):
            found.setdefault((row["point"], row["kind"]), []).append(row)
    order = list(_captions(run))
    return dict(sorted(found.items(), key=lambda one: order.index(one[0][1])))


def _captions(run: Run) -> dict[str, str]:
    cuts = {
        f"cut {suffix_name(lowest, run.layers)}": f"{span(lowest, run.layers)} kept, "
        f"{span(1, lowest - 1)} drawn from the prior"
        for lowest in range(2, run.layers + 1)
    }
    return {"reconstruction": "Reconstructions"} | cuts | {"sample": "Draws from the prior"}


def _fitting(run: Run, found: Gallery) -> int:
    """How many pictures a strip has."""
    pixels = math.prod(run.test.shape) * max(len(found), 1)
    return max(1, PICTURES // pixels)


def _strip(run: Run, kind: str, images: NDArray[np.floating]) -> Row:
    caption = _captions(run)[kind]
    return pictures.strip(images, run.test.shape, caption)._asdict() | {"count": len(images)}


def _originals(run: Run, found: Gallery, count: int) -> Row | None:
    rows = next((rows for (_, kind), rows in found.items() if kind == "reconstruction"), [])
    place = {index: position for position, index in enumerate(run.test.ids.tolist())}
    here = [place[row["index"]] for row in rows[:count] if row["index"] in place]
    if not here:
        return None
    strip = pictures.strip(run.test.x[here], run.test.shape, "Test items")
    return strip._asdict() | {"count": len(here)}


def _embeddings(run: Run, trained: set[str]) -> dict[str, list[Row]]:
    """By point an embedding a layer and method: x, y, x, y, … of its items, and their classes."""
    table = run.embeddings.select(["point", "layers", "method"])
    groups: dict[tuple[str, str, str], list[int]] = {}
    for place, row in enumerate(table.to_pylist()):
        if row["point"] in trained:
            groups.setdefault((row["point"], row["layers"], row["method"]), []).append(place)
    count = max(1, PLACES // max(len(groups), 1))
    x, y, label = (run.embeddings[name].to_numpy() for name in ("x", "y", "label"))
    found: dict[str, list[Row]] = {}
    for (point, layers, method), rows in groups.items():
        few = rows[:count]
        places = list(_places(x[few], y[few]))
        title = f"{latents(layers)} by {METHODS.get(method, method)}"
        embedding = {"title": title, "places": places, "labels": label[few].tolist()}
        found.setdefault(point, []).append(embedding)
    return found


def _places(x: NDArray[np.floating], y: NDArray[np.floating]) -> Iterator[float]:
    for pair in zip(x, y, strict=True):
        yield from (float(f"{value:.{DIGITS}g}") for value in pair)
