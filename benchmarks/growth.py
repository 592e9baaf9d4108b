"""How a benchmark shows what sizes took: a table with slopes, and a drawing."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import altair as alt
import numpy as np

from hvae.reports.charts import theme

STAGES = ("train", "measure", "extract", "classification", "estimate")
LEAST = 0.2  # seconds, or MB, that tell how something grows


class Cost(NamedTuple):
    """What a size took: seconds of each stage, the most memory of a job, and room."""

    size: int
    seconds: dict[str, float]
    megabytes: float
    room: float  # MB of results


def table(costs: Sequence[Cost], start: float) -> list[str]:
    """Markdown: a row a size, and last the slopes."""
    names = [*STAGES, "memory, MB", "results, MB"]
    values = np.array([[*cost.seconds.values(), cost.megabytes, cost.room] for cost in costs])
    sizes = np.log([cost.size for cost in costs])
    beyond = values - np.array([start] * len(STAGES) + [0, 0])
    slopes = [slope(sizes, column) for column in beyond.T]
    return [
        f"| size | {' | '.join(f'{n}, s' if n in STAGES else n for n in names)} |",
        "| ---: " * (1 + len(names)) + "|",
        *(f"| {c.size} | {' | '.join(f'{v:.1f}' for v in r)} |"
          for c, r in zip(costs, values, strict=True)),
        f"| slope | {' | '.join(slopes)} |",
    ]  # fmt: skip


def slope(sizes: Any, values: Any) -> str:
    """Of log(values), where three of them or more stand out."""
    told = values > LEAST
    return f"{np.polyfit(sizes[told], np.log(values[told]), 1)[0]:.2f}" if told.sum() > 2 else "–"


def drawing(found: Mapping[str, Sequence[Cost]]) -> alt.TopLevelMixin:
    """Seconds of each stage over each axis, on logarithmic scales."""
    rows = [
        {"axis": axis, "stage": stage, "size": cost.size, "seconds": seconds}
        for axis, costs in found.items()
        for cost in costs
        for stage, seconds in cost.seconds.items()
    ]
    log, colors = alt.Scale(type="log", nice=False), alt.Scale(range=theme.CLASSES[: len(STAGES)])
    drawn = (
        alt.Chart(alt.Data(values=rows), width=240, height=200)
        .mark_line(point=True)
        .encode(
            alt.X("size:Q", scale=log, title="size"),
            alt.Y("seconds:Q", scale=log, title="time of the job (s)"),
            alt.Color("stage:N", sort=STAGES, scale=colors, title="stage"),
        )
    )
    of = alt.Facet("axis:N", sort=list(found), title=None)
    return drawn.facet(of, columns=2).resolve_scale(x="independent")
