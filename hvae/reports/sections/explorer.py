"""The interactive rate plane: what the page knows of every point, as data for its script.

Every point is a record of the numbers that it can have: rates, what the model costs, information,
and each task's. Points that were evaluated have pictures and embeddings as well. The page must open
at once, so each kind has a budget: where there are many points, each shows fewer pictures, and
fewer items in an embedding.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hvae.io.tables import MEASURED, betas
from hvae.reports.charts.scatter import ANCHOR, GRID, RATED, kinds
from hvae.reports.charts.theme import rate_of, span, sub
from hvae.reports.render import ReportSection, drawable
from hvae.reports.scores import Column, described, latents, limits, pairs, scores
from hvae.reports.sections import embeddings, pictures, plane, prices
from hvae.reports.sections.embeddings import DIGITS, METHODS
from hvae.reports.sections.information import Quantity
from hvae.reports.sections.plane import VALUES, Interval, interval
from hvae.results.experiment import part
from hvae.results.quantities import NATS, OF_POINTS
from hvae.results.rates import suffix_name
from hvae.results.run import Run
from hvae.statistics.estimate import Row

PICTURES = 3_000_000  # bytes of pixels, which a PNG hardly exceeds
PLACES = 150_000  # items in all embeddings together
Gallery = dict[tuple[str, str], list[Row]]


def columns(run: Run) -> list[Column]:
    """Those of which some point has a number."""
    every = [*_rates(run), *_betas(run), *_costs(run), *_information(run), *scores(run)]
    return [c for c in every if any(math.isfinite(v) for v, _, _ in c.values.values())]


def axes(run: Run) -> list[str]:
    """Names of the columns that can be axes: z_1, all above it, the other rates, and each β."""
    layers = range(1, run.layers + 1)
    own = [own_rate(layer, run.layers) for layer in layers]
    above = [f"above-{layer}" for layer in layers[1:]]
    rates = [own[0], *above[:1], *own[1:], *above[1:], *_total(run)]
    return list(dict.fromkeys([*rates, *(column.name for column in _betas(run))]))


def own_rate(layer: int, layers: int) -> str:
    """The name of R_l: that of the top layer is also R_{≥L}."""
    return f"above-{layer}" if layer == layers > 1 else f"rate-{layer}"


def _total(run: Run) -> list[str]:
    return ["total"] if run.layers > 1 else []


def _rates(run: Run) -> list[Column]:
    """R_l of each layer, R_{≥l} of all from l up, and R_1 + … + R_L."""
    top = run.layers
    own = [_own(run, layer) for layer in range(1, max(top, 2))]
    above = [
        _rate(f"above-{layer}", f"R({span(layer, top)})", _suffix(run, layer))
        for layer in range(2, top + 1)
    ]
    total = [_rate(name, f"R({span(1, top)}), total", _suffix(run, 1)) for name in _total(run)]
    return [*own, *above, *total]


def _own(run: Run, layer: int) -> Column:
    values = {p["point"]: interval(p[f"rate_{layer}"], p[f"rate_{layer}_se"]) for p in run.measured}
    return _rate(f"rate-{layer}", rate_of(layer, run.layers), values)


def _suffix(run: Run, layer: int) -> dict[str, Interval]:
    return {p["point"]: interval(*run.rates[p["point"]][layer - 1]) for p in run.measured}


def _rate(name: str, title: str, values: Mapping[str, Interval]) -> Column:
    return Column(name, title, NATS, "Rates", "none", values)


def _betas(run: Run) -> list[Column]:
    """Where each point was asked for, without any error."""
    return [
        Column(f"beta-{k}", f"β{sub(k)}", "", "β", "none", values)
        for k in range(1, run.layers + 1)
        for values in [{p["point"]: (p[f"beta_{k}"], math.nan, math.nan) for p in run.measured}]
    ]


def _costs(run: Run) -> list[Column]:
    objective = "J° = D° + " + " + ".join(f"β{sub(k)}R{sub(k)}" for k in range(1, run.layers + 1))
    values = {p["point"]: interval(p["objective"], p["objective_se"]) for p in run.measured}
    distortion = plane.distortion(run)
    title = f"{distortion.title}, z sampled"
    return [
        Column(distortion.name, title, NATS, "Model", "lower", VALUES["distortion"](run)),
        *(
            Column(one.name, one.title, one.unit, "Model", one.better, VALUES[one.name](run))
            for one in map(OF_POINTS.__getitem__, ("psnr", "mse", "bits"))
        ),
        Column("objective", objective, NATS, "Model", "none", values),
    ]


def _information(run: Run) -> list[Column]:
    """Estimates from below of I(x; z_{≥l}) and I(y; z_{≥l})."""
    found = []
    for of in "xy":
        for lowest in range(1, run.layers + 1):
            wanted = (Quantity(of, lowest).name(run.layers), "lower")
            values = {
                row["point"]: interval(row["value"], row["std_error"])
                for row in run.information
                if (row["quantity"], row["kind"]) == wanted
            }
            title = f"I({of}; {span(lowest, run.layers)}), from below"
            name = f"information-{of}-{lowest}"
            found.append(Column(name, title, NATS, "Information", "none", values))
    return found


def described_values(column: Column, point: str) -> list[Any] | None:
    """Value, low and high of a point, to six digits; None where it has none."""
    if point not in column.values or not math.isfinite(column.values[point][0]):
        return None
    return [float(f"{number:.6g}") for number in column.values[point]]


def points(run: Run, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Of the grid, independent, at given rates, polished; diverged ones without numbers."""
    kind = kinds(run)
    rows = [*run.points, *run.anchors, *run.rated, *run.polished]
    return [
        _record(row, kind[row["point"]], columns) | {"beta": list(betas(row, run.layers))}
        for row in rows
    ]


def _record(row: Row, kind: str, columns: Sequence[Column]) -> dict[str, Any]:
    trained = row["status"] in MEASURED
    found = {c.name: described_values(c, row["point"]) for c in columns} if trained else {}
    return {
        "name": row["point"],
        "kind": kind,
        "seed": row["seed"],
        "trained": trained,
        "values": {name: values for name, values in found.items() if values is not None},
    }


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


OTHERS = {
    ANCHOR: "independent models, in the same colours",
    RATED: "models trained to given rates, in the same colours",
}


def explorer(run: Run) -> dict[str, Any] | None:
    """All of it, without nan; None where no model trained to an end.

    betas: the values of β_1, …, β_L of the grid; axes: the columns that can be axes, of which the
    first two are so at first. With one layer the metric itself is the vertical axis.
    """
    if not run.measured:
        return None
    found = columns(run)
    data = {
        "layers": run.layers,
        "betas": [sorted(axis) for axis in run.params.grid.axes()],
        "seeds": list(run.params.grid.seeds),
        "amortized": run.params.amortized,
        "grid": GRID.name,
        "symbols": {kind.name: kind.symbol for kind in OTHERS},
        "kinds": {kind.name: text for kind, text in OTHERS.items()},
        "image": has_pictures(run),
        "labelled": run.labelled,
        "classes": [list(one) for one in embeddings.key(run)],
        "columns": [column.described() for column in found],
        "axes": axes(run),
        "points": points(run, found),
        "bounds": described(run),
        "limits": limits(run),
        "pairs": pairs(run),
        "prices": prices.of_points(run),
        "part": part(run.params),
        **frames(run),
    }
    clean: dict[str, Any] = drawable(data)
    return clean


def _values(run: Run) -> dict[str, Any]:
    return {"explorer": explorer(run)}


SECTION = ReportSection("explorer", "Explore the plane", "sections/explorer.html", values=_values)
