"""What holds an amortised plane to account: its ratios to independent models, and wishes met."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import altair as alt

from hvae.io.tables import MEASURED, betas
from hvae.reports.charts.marks import Chart, legend
from hvae.reports.charts.theme import BAR, CATEGORIES, LIMIT, sub
from hvae.reports.render import Figure, figure
from hvae.reports.sections.bounds import SHAPES
from hvae.reports.sections.section import ReportSection
from hvae.results.certificate import Judgement, judgement
from hvae.results.run import Run
from hvae.statistics.estimate import Row

ROW, FRAME = 24, 230  # pixels of a β, and of title, axis and legends together
COLORS = {"holds": CATEGORIES[0], "undecided": CATEGORIES[3], "violated": CATEGORIES[1]}


class Comparison(NamedTuple):
    """What is compared: its symbol, the words for its title, and its standard error's column."""

    symbol: str
    title: str
    std_error: str


COMPARISONS: Mapping[str, Comparison] = {
    "objective": Comparison("J°", "J° at equal β", "objective_se"),
    "distortion": Comparison("D°", "D° at equal rates", "distortion_se"),
}


def judged(run: Run) -> Judgement:
    """Whether the plane can be trusted, and why, in a sentence."""
    lost = [anchor["point"] for anchor in run.anchors if anchor["status"] not in MEASURED]
    found = judgement(run.certificate, run.params.certification.tolerance, run.layers)
    if lost and len(lost) == len(run.anchors):
        text = f"All {len(lost)} independent models diverged: nothing holds the plane to account."
        return Judgement(None, text, text)
    if lost:
        more = f"{len(lost)} of {len(run.anchors)} independent models diverged."
        return found._replace(
            headline=f"{found.headline} {more}", sentence=f"{found.sentence} {more}"
        )
    return found


def rows(run: Run, comparison: str) -> list[Row]:
    """The comparisons of one kind, by β of the independent model, with what their points say.

    `at` is β of the independent model, `rates` its rates with their standard errors.
    """
    anchors = {anchor["point"]: anchor for anchor in run.anchors}
    plane = {(betas(point, run.layers), point["seed"]): point for point in run.trained}
    column = COMPARISONS[comparison].std_error
    result = []
    for row in (row for row in run.certificate if row["comparison"] == comparison):
        anchor = anchors[row["point"]]
        own = plane.get((betas(row, run.layers), row["seed"]), {})
        more = {
            "at": ", ".join(f"{beta:.4g}" for beta in betas(anchor, run.layers)),
            "independent_se": anchor[column],
            "amortized_se": own.get(column, math.nan),
            "rates": [(anchor[f"rate_{k}"], anchor[f"rate_{k}_se"]) for k in _layers(run)],
        }
        result.append(row | more)
    beta = {name: betas(anchor, run.layers) for name, anchor in anchors.items()}
    return sorted(result, key=lambda row: (beta[row["point"]], row["seed"]))


def unreachable(run: Run) -> list[Row]:
    """The models whose rates the amortised one does not have at any β."""
    return [row for row in rows(run, "distortion") if row["verdict"] == "unreachable"]


def ratios(run: Run, comparison: str) -> list[Row]:
    """The comparisons of one kind that have a ratio."""
    return [row for row in rows(run, comparison) if math.isfinite(row["ratio"])]


def certificate(run: Run, comparison: str) -> Chart:
    """A mark a comparison with its 95 % interval, between equality and what is tolerated."""
    found, (symbol, title, _) = ratios(run, comparison), COMPARISONS[comparison]
    names = ("at", "ratio", "low", "high", "verdict", "point", "seed", "amortized", "independent")
    data = [{name: row[name] for name in names} for row in found]
    places = list(dict.fromkeys(row["at"] for row in rows(run, comparison)))
    axes = ", ".join(f"β{sub(layer)}" for layer in _layers(run))
    y = alt.Y("at:O", title=axes, scale=alt.Scale(domain=places), axis=alt.Axis(grid=True))
    x, x_low = (
        alt.X(
            f"{name}:Q",
            title=f"{symbol} amortised / {symbol} independent",
            scale=SCALE,
            axis=alt.Axis(tickCount=6, labelOverlap=True),
        )
        for name in ("ratio", "low")
    )
    base = alt.Chart(alt.Data(values=data))
    base = base.encode(y, yOffset="seed:N") if len(run.params.grid.seeds) > 1 else base.encode(y)
    bars = base.mark_rule(color=BAR).encode(x_low, x2="high:Q")
    marks = base.mark_point(filled=True, size=70, opacity=1).encode(x, *_verdicts(), tooltip=_all())
    height = ROW * len(places) * max(1, len(run.params.grid.seeds) / 2) + FRAME
    return alt.layer(_lines(run), bars, marks, title=f"Ratio of {title}, by β").properties(
        height=height
    )


SCALE = alt.Scale(zero=False, nice=False, padding=14)


def _lines(run: Run) -> alt.Chart:
    """At equality, and at what is tolerated."""
    most = 1 + run.params.certification.tolerance
    names = {"Equal": 1.0, f"Tolerated: {most:g}": most}
    values = [{"ratio": value, "line": name} for name, value in names.items()]
    dashes = alt.Scale(domain=list(names), range=[[1, 0], [5, 4]])
    looks = legend(symbolType="stroke", symbolStrokeColor=LIMIT, symbolSize=400)
    return (
        alt.Chart(alt.Data(values=values))
        .mark_rule(color=LIMIT, strokeWidth=1.5)
        .encode(
            alt.X("ratio:Q"),
            alt.StrokeDash("line:N", title=None, scale=dashes, legend=looks),
        )
    )


def _verdicts() -> tuple[alt.Color, alt.Shape]:
    color = alt.Scale(domain=list(COLORS), range=list(COLORS.values()))
    shape = alt.Scale(domain=list(SHAPES), range=list(SHAPES.values()))
    return (
        alt.Color("verdict:N", title="Verdict", scale=color, legend=legend()),
        alt.Shape("verdict:N", title="Verdict", scale=shape, legend=legend()),
    )


def _all() -> list[alt.Tooltip]:
    numbers = {"ratio": "ratio", "low": "95 % from", "high": "95 % to"}
    numbers |= {"amortized": "amortised (nats)", "independent": "independent (nats)"}
    return [
        *(alt.Tooltip(f"{name}:N") for name in ("point", "seed", "verdict")),
        *(alt.Tooltip(f"{name}:Q", title=title, format=".4~g") for name, title in numbers.items()),
    ]


def _layers(run: Run) -> range:
    return range(1, run.layers + 1)


def _applies(run: Run) -> bool:
    return run.params.amortized


def _figures(run: Run) -> Iterator[Figure]:
    """One a kind of comparison."""
    for name, comparison in COMPARISONS.items():
        if ratios(run, name):
            text = f"Ratios of {comparison.title}, amortised to independent"
            yield figure(f"certificate-{name}", "certification", certificate(run, name), text)


def _values(run: Run) -> dict[str, Any]:
    return {
        "judged": judged(run),
        "unreachable": unreachable(run),
        "compared": {kind: rows(run, kind) for kind in COMPARISONS},
        "betas": betas,
    }


SECTION = ReportSection(
    "certification",
    "Certification",
    "sections/certification.html",
    applies=_applies,
    figures=_figures,
    values=_values,
)
