"""The interactive rate plane: what the page knows of every point, as data for its script."""

from typing import Any

from hvae.reports.charts.scatter import ANCHOR, GRID, RATED
from hvae.reports.explorer import columns, scores
from hvae.reports.render import drawable
from hvae.reports.sections import embeddings
from hvae.reports.sections.section import ReportSection
from hvae.results.experiment import part
from hvae.results.run import Run

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
    found = columns.columns(run)
    data = {
        "layers": run.layers,
        "betas": [sorted(axis) for axis in run.params.grid.axes()],
        "seeds": list(run.params.grid.seeds),
        "amortized": run.params.amortized,
        "grid": GRID.name,
        "symbols": {kind.name: kind.symbol for kind in OTHERS},
        "kinds": {kind.name: text for kind, text in OTHERS.items()},
        "image": columns.has_pictures(run),
        "labelled": run.labelled,
        "classes": [list(one) for one in embeddings.key(run)],
        "columns": [column.described() for column in found],
        "axes": columns.axes(run),
        "points": columns.points(run, found),
        "bounds": scores.described(run),
        "limits": scores.limits(run),
        "pairs": scores.pairs(run),
        "part": part(run.params),
        **columns.frames(run),
    }
    clean: dict[str, Any] = drawable(data)
    return clean


def _values(run: Run) -> dict[str, Any]:
    return {"explorer": explorer(run)}


SECTION = ReportSection("explorer", "Explore the plane", "sections/explorer.html", values=_values)
