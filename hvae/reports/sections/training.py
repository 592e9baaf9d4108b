"""Training curves: an objective on validation data, a line a model, diverged ones marked."""

import math
from collections.abc import Iterator, Mapping

import altair as alt

from hvae.io.tables import over_layers
from hvae.reports.charts.theme import inline
from hvae.reports.render import Figure, ReportSection, figure
from hvae.results.run import Run
from hvae.statistics.estimate import Row

COLORS = {
    "beta": alt.Color(
        "beta:Q", title="β₁", scale=alt.Scale(type="log"), legend=alt.Legend(tickCount=3)
    ),
    "seed": alt.Color("seed:N", title="Seed"),
    "total": alt.Color(
        "total:Q", title="Total rate (nats)", scale=alt.Scale(type="log"),
        legend=alt.Legend(tickCount=3, format="~g"),
    ),
}  # fmt: skip


def shared(run: Run) -> alt.Chart | None:
    """Of each amortized model the weighted mean over β; None where nothing was recorded."""
    drawn = _chart(run, _of_planes(run), "Mean J° over β (nats per item)", COLORS["seed"])
    return drawn and drawn.properties(title="The one model: mean over β")


def curves(run: Run) -> alt.Chart | None:
    """J° of each independent or polished model over its training; a diverged one stops there."""
    of_models = [*run.anchors, *run.polished] if run.params.amortized else run.points
    models = {
        point["point"]: {"status": point["status"], "beta": point["beta_1"]} for point in of_models
    }
    drawn = _chart(run, models, "J° on validation (nats per item)", COLORS["beta"])
    polished = ", polished ones too" if run.polished else ""
    return drawn and drawn.properties(title=f"Independent models, each at its β{polished}")


def to_rates(run: Run) -> alt.Chart | None:
    """What each model at given rates minimises: D° with its multipliers and its penalty."""
    models = {
        row["point"]: {
            "status": row["status"],
            "total": sum(over_layers(row, "target", run.layers)),
        }
        for row in run.rated
    }
    drawn = _chart(run, models, "Objective (nats per item)", COLORS["total"])
    return drawn and drawn.properties(title="Models at given rates")


def _of_planes(run: Run) -> dict[str, Row]:
    """A model has diverged where none of its points has a finite value."""
    seeds = {point["seed"]: point["status"] for point in run.trained}
    return {
        name: {"status": seeds.get(seed, "diverged"), "seed": seed}
        for seed, name in run.params.grid.shared().items()
    }


def _chart(run: Run, models: Mapping[str, Row], title: str, color: alt.Color) -> alt.Chart | None:
    values = list(_recorded(run, models))
    if not values:
        return None
    several = len({row["status"] for row in values}) > 1
    dash = alt.Legend(title="Training") if several else None
    return (
        alt.Chart(inline(values))
        .mark_line(strokeWidth=1.2, opacity=0.8)
        .encode(
            alt.X("step:Q", title="Training step"),
            alt.Y("objective:Q", title=title, scale=alt.Scale(type="log", nice=False)),
            color,
            alt.StrokeDash("status:N", legend=dash, sort=["ok", "unconverged", "diverged"]),
            detail="point:N",
            tooltip=["point:N", "step:Q", alt.Tooltip("objective:Q", format=".4~g")],
        )
    )


def _recorded(run: Run, models: Mapping[str, Row]) -> Iterator[Row]:
    for look in run.history:
        drawn = math.isfinite(look["objective"]) and look["objective"] > 0  # on a logarithmic axis
        if drawn and look["point"] in models:
            yield look | models[look["point"]]


def _figures(run: Run) -> Iterator[Figure]:
    """The one model's curve, those at given rates, and those of independent ones."""
    text = "Validation objective over training"
    if run.params.amortized and (chart := shared(run)) is not None:
        yield figure("curves-shared", "training", chart, f"{text}: the one model")
    if (chart := to_rates(run)) is not None:
        yield figure("curves-rates", "training", chart, f"{text}: models at given rates")
    if (chart := curves(run)) is not None:
        beside = "training-independent" if run.rated else "training"
        yield figure("curves", beside, chart, f"{text}: independent models")


SECTION = ReportSection(
    "training", "Training", "sections/training.html", figures=_figures, half=True
)
