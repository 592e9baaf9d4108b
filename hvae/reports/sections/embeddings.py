"""Embeddings of test items: one panel a layer and method, coloured by class."""

import itertools
from collections.abc import Iterator
from typing import Any

import altair as alt
import pyarrow.compute as pc

from hvae.io.tables import over_layers
from hvae.reports.charts.scatter import names
from hvae.reports.charts.theme import CLASSES, Chart, inline, sub
from hvae.reports.render import Figure, ReportSection, figure
from hvae.reports.sections import pictures
from hvae.results.run import Run
from hvae.statistics.estimate import Row

METHODS = {"pca": "PCA", "t-sne": "t-SNE"}
RECOMMENDED = ("classification", "clustering")  # what classes that fall apart are good for
OPEN = 1  # nats from which a layer is sure to say something
DIGITS = 4  # of a coordinate on the page


def shown(run: Run) -> list[Row]:
    """The points whose latents are shown, as in `roles`, but first where no layer is closed."""
    trained = {point["point"]: point for point in run.evaluated}
    found = [trained[name] for name in roles(run) if name in trained]
    return sorted(found, key=lambda point: min(over_layers(point, "rate", run.layers)) < OPEN)


def roles(run: Run) -> dict[str, list[str]]:
    """By the name of a point, why it is shown: what it is recommended for, or a corner of β.

    Without any recommendation, the middle of the grid is shown, too.
    """
    found: dict[str, list[str]] = {}
    for name, role in _recommended(run.guidance):
        found.setdefault(name, []).append(role)
    for point in pictures.corners(run) if found else pictures.chosen(run):
        found.setdefault(point["point"], [])
    return found


def _recommended(guidance: dict[str, Any] | None) -> Iterator[tuple[str, str]]:
    """Points of the first seed, with what they are best for."""
    if guidance is None:
        return
    for name in RECOMMENDED:
        if name in guidance["applications"]:
            yield guidance["applications"][name]["best"]["point"], f"best for {name}"
    if guidance["compromise"]["best"] is not None:
        yield guidance["compromise"]["best"]["point"], "the compromise"


def key(run: Run) -> list[tuple[str, str]]:
    """Every class with its colour; colours repeat where there are more classes than colours."""
    return list(zip(run.test.classes, itertools.cycle(CLASSES), strict=False))


def count(run: Run) -> int:
    """How many test items there are in a panel."""
    shown = run.params.tasks.visualisation
    return min(shown.max_items, len(run.test.labels)) if shown is not None else 0


def rows(run: Run, point: str, layers: str, method: str) -> list[Row]:
    """A row an item: its place, and its class by name."""
    wanted = {"point": point, "layers": layers, "method": method}
    found = run.embeddings
    for column, value in wanted.items():
        found = found.filter(pc.equal(found[column], value))
    return [
        {
            "x": float(f"{row['x']:.{DIGITS}g}"),
            "y": float(f"{row['y']:.{DIGITS}g}"),
            "class": run.test.classes[row["label"]],
            "item": row["index"],
        }
        for row in found.to_pylist()
    ]


def embedding(run: Run, point: Row, layer: int, method: str, data: list[Row]) -> Chart:
    """The rows as marks. The axes have no meaning of their own, and so no numbers."""
    title = alt.TitleParams(f"z{sub(layer)} by {method}", subtitle=names(run)[point["point"]])
    classes, colors = zip(*key(run), strict=True)
    color = alt.Color("class:N", scale=alt.Scale(domain=classes, range=colors), legend=None)
    return (
        alt.Chart(inline(data), title=title)
        .mark_circle(size=24, opacity=1)
        .encode(
            alt.X("x:Q", axis=None, scale=alt.Scale(zero=False)),
            alt.Y("y:Q", axis=None, scale=alt.Scale(zero=False)),
            color,
            tooltip=["class:N", "item:Q"],
        )
        .properties(height=225)
    )


def _figures(run: Run) -> Iterator[Figure]:
    """One a shown point, layer and method."""
    called = names(run)
    for place, point in enumerate(shown(run)):
        for layer in range(1, run.layers + 1):
            for method, title in METHODS.items():
                if data := rows(run, point["point"], f"z{layer}", method):
                    name = f"embedding-{place}-z{layer}-{method}"
                    chart = embedding(run, point, layer, title, data)
                    text = (
                        f"Embedding of z{layer} of test items by {title}, {called[point['point']]}"
                    )
                    yield figure(name, f"embedding-{place}", chart, text)


def _values(run: Run) -> dict[str, Any]:
    return {
        "embedded": shown(run),
        "embedded_items": count(run),
        "roles": roles(run),
        "key": key(run),
    }


SECTION = ReportSection(
    "embeddings",
    "Embeddings",
    "sections/embeddings.html",
    figures=_figures,
    values=_values,
    half=True,
)
