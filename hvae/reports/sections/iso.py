"""Lines of equal total rate in the rate plane: R_1 + R above z_1 = c, labelled with c."""

from collections.abc import Iterable, Sequence

import altair as alt

from hvae.reports.charts.marks import Side, placed, spread
from hvae.results.kinds import Row

LEVELS = (0.3, 1, 3, 10, 30, 100, 300, 1000)  # nats: the ticks of the axes
INK = "#888888"
ROOM = (0.6, 0.8)  # part of an axis where a label still fits: it reaches to the right
EVERY = 5  # th place of a spread: enough for so smooth a line


def levels(rows: Iterable[Row]) -> list[float]:
    """Those that some point comes up to."""
    most = max((row["x"] + row["y"] for row in rows), default=0.0)
    return [level for level in LEVELS if level <= most]


def lines(found: Iterable[float]) -> list[Row]:
    """Places on each line, denser towards both ends, where the axes bend it."""
    return [
        {"x": x, "y": level - x, "level": level}
        for level in found
        for x in sorted({x for near in _spread(level) for x in (near, level - near)})
    ]


def labels(found: Iterable[float], widest: float, highest: float) -> list[Row]:
    """One a line: at its bend where both axes reach that far, else further along.

    A line that only cuts a corner of the chart has no room for one.
    """
    right, top = ROOM[0] * widest, ROOM[1] * highest
    return [
        {"x": level - y, "y": y, "text": f"{level:g} nats"}
        for level in found
        if level <= right + top
        for y in [max(min(level / 2, top), level - right)]
    ]


def iso(x: Side, y: Side, rows: Sequence[Row]) -> list[alt.Chart]:
    """Thin lines with their labels, for points that are there."""
    found = levels(rows)
    if not found:
        return []
    texts = labels(found, *(max(row[axis] for row in rows) for axis in ("x", "y")))
    line = alt.Chart(alt.Data(values=lines(found))).mark_line(
        color=INK, strokeWidth=0.8, strokeDash=[3, 3], clip=True, tooltip=False
    )
    text = alt.Chart(alt.Data(values=texts)).mark_text(
        align="left", dx=3, dy=-4, fontSize=10, color="#666666", clip=True
    )
    return [
        line.encode(*placed(x, y), alt.Detail("level:N")),
        text.encode(*placed(x, y), alt.Text("text:N")),
    ]


def _spread(level: float) -> list[float]:
    return [float(x) for x in spread(level / 2)[::EVERY]]
