"""Training curves: J° on validation data, a line a model, diverged ones marked."""

import math

import altair as alt

from hvae.reports.run import Run


def curves(run: Run) -> alt.Chart:
    """Each model's validation objective over its training; a diverged one stops where it broke."""
    points = {point["point"]: point for point in run.points}
    values = [
        {**look, "status": points[look["point"]]["status"], "beta": points[look["point"]]["beta_1"]}
        for look in run.history
        if math.isfinite(look["objective"]) and look["objective"] > 0
    ]
    return (
        alt.Chart(alt.Data(values=values))
        .mark_line(strokeWidth=1.2, opacity=0.8)
        .encode(
            alt.X("step:Q", title="Training step"),
            alt.Y(
                "objective:Q",
                title="J° on validation (nats per item)",
                scale=alt.Scale(type="log", nice=False),
            ),
            alt.Color("beta:Q", title="β₁", scale=alt.Scale(type="log")),
            alt.StrokeDash("status:N", title="Training", sort=["ok", "diverged"]),
            detail="point:N",
            tooltip=["point:N", "step:Q", alt.Tooltip("objective:Q", format=".4~g")],
        )
    )
