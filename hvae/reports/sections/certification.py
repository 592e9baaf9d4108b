"""What holds models to account: ratios of an amortised plane and of models at given rates."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import altair as alt

from hvae.io.tables import MEASURED, betas, over_layers
from hvae.reports.charts.theme import BAR, CATEGORIES, LIMIT, Chart, inline, legend, sub
from hvae.reports.render import Figure, ReportSection, figure
from hvae.reports.sections.bounds import SHAPES
from hvae.results.certificate import Judgement, at_given_rates, judgement
from hvae.results.files import totals
from hvae.results.run import Run
from hvae.statistics.estimate import Row

ROW, FRAME = 24, 30  # pixels of a β, and of the room above and below
COLORS = {"holds": CATEGORIES[0], "undecided": CATEGORIES[3], "violated": CATEGORIES[1]}


class Comparison(NamedTuple):
    """What is compared: its symbol, the words for its title, and its standard error's column.

    ours: what kind of model is compared with independent ones.
    """

    symbol: str
    title: str
    std_error: str
    ours: str = "amortised"


COMPARISONS: Mapping[str, Comparison] = {
    "objective": Comparison("J°", "J° at equal β", "objective_se"),
    "polished": Comparison("J°", "J° at equal β, polished", "objective_se", "polished"),
    "distortion": Comparison("D°", "D° at equal rates", "distortion_se"),
}


def judged(run: Run) -> Judgement:
    """Whether the plane can be trusted, and why, in a sentence."""
    lost = [anchor["point"] for anchor in run.anchors if anchor["status"] not in MEASURED]
    found = judgement(run.certificate, run.params.certification.tolerance, run.layers)
    if lost and len(lost) == len(run.anchors) and not at_rates(run):
        text = (
            f"All {len(lost)} independent models diverged, so the plane was compared with nothing."
        )
        return Judgement(None, text, text)
    if lost:
        more = f"{len(lost)} of {len(run.anchors)} independent models diverged."
        return found._replace(
            headline=f"{found.headline} {more}", sentence=f"{found.sentence} {more}"
        )
    return found


def at_rates(run: Run) -> list[Row]:
    """The comparisons with models from scratch, by total rate and split.

    `at` names the target, `aim` is it in nats, and of a total the split runs from all in z_1.
    """
    rows = at_given_rates(run.certificate)
    aims = [over_layers(row, "target", run.layers) for row in rows]
    named = [
        row | {"total": total, "aim": aim, "at": f"{total:.4g} nats: {_listed(aim)}"}
        for row, aim, total in zip(rows, aims, totals(aims), strict=True)
    ]
    return sorted(named, key=lambda row: (row["total"], [-r for r in row["aim"]], row["seed"]))


def _listed(rates: Sequence[float]) -> str:
    return ", ".join(f"{rate:.4g}" for rate in rates)


def rows(run: Run, comparison: str) -> list[Row]:
    """The comparisons of one kind, by β of the independent model, with what their points say.

    `at` is β of the independent model, `rates` its rates with their standard errors.
    """
    anchors = {anchor["point"]: anchor for anchor in run.anchors}
    column = COMPARISONS[comparison].std_error
    of = run.polished if comparison == "polished" else run.trained
    plane = {(betas(point, run.layers), point["seed"]): point for point in of}
    result = []
    for row in (row for row in run.certificate if row["comparison"] == comparison):
        if row["point"] not in anchors:  # one at given rates
            continue
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
    """Of one kind, by β of the independent model."""
    symbol, title, _, ours = COMPARISONS[comparison]
    axes = ", ".join(f"β{sub(layer)}" for layer in _layers(run))
    words = Words(axes, f"{symbol} {ours} / {symbol} independent", f"Ratio of {title}")
    return _ratios_chart(run, rows(run, comparison), words)


def certificate_at_rates(run: Run) -> Chart:
    """By total and split of the rates that both models were trained to."""
    axes = ", ".join(f"R{sub(layer)}" for layer in _layers(run))
    across = "D° here / D° from scratch"
    return _ratios_chart(
        run, at_rates(run), Words(f"Total: {axes}", across, "Ratio of D° at given rates")
    )


class Words(NamedTuple):
    """The titles of the places, of the ratios and of the chart."""

    places: str
    ratio: str
    chart: str


def _ratios_chart(run: Run, compared: list[Row], words: Words) -> Chart:
    """A mark a comparison with its 95 % interval, between equality and what is tolerated."""
    names = ("at", "ratio", "low", "high", "verdict", "point", "seed", "amortized", "independent")
    found = [row for row in compared if math.isfinite(row["ratio"])]
    data = [{name: row[name] for name in names} for row in found]
    places = list(dict.fromkeys(row["at"] for row in compared))
    y = alt.Y("at:O", title=words.places, scale=alt.Scale(domain=places), axis=alt.Axis(grid=True))
    x, x_low = (
        alt.X(
            f"{name}:Q",
            title=words.ratio,
            scale=SCALE,
            axis=alt.Axis(tickCount=6, labelOverlap=True),
        )
        for name in ("ratio", "low")
    )
    base = alt.Chart(inline(data))
    seeds = run.params.grid.seeds
    beside = alt.YOffset("seed:N", scale=alt.Scale(domain=seeds))
    base = base.encode(y, beside) if len(seeds) > 1 else base.encode(y)
    bars = base.mark_rule(color=BAR).encode(x_low, x2="high:Q")
    marks = base.mark_point(filled=True, size=70, opacity=1).encode(x, *_verdicts(), tooltip=_all())
    height = ROW * len(places) * max(1, len(seeds) / 2) + FRAME
    return alt.layer(_lines(run), bars, marks, title=words.chart).properties(height=height)


SCALE = alt.Scale(zero=False, nice=False, padding=14)


def _lines(run: Run) -> alt.Chart:
    """At equality, and at what is tolerated."""
    most = 1 + run.params.certification.tolerance
    names = {"Equal": 1.0, f"Tolerated: {most:g}": most}
    values = [{"ratio": value, "line": name} for name, value in names.items()]
    dashes = alt.Scale(domain=list(names), range=[[1, 0], [5, 4]])
    looks = legend(symbolType="stroke", symbolStrokeColor=LIMIT, symbolSize=400)
    return (
        alt.Chart(inline(values))
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
    """One a kind of comparison; first that of models at given rates."""
    if any(math.isfinite(row["ratio"]) for row in at_rates(run)):
        text = "Ratios of D° at given rates, continued from the one model to trained from scratch"
        yield figure("certificate-rates", "certification", certificate_at_rates(run), text)
    for name, comparison in COMPARISONS.items():
        if ratios(run, name):
            text = f"Ratios of {comparison.title}, {comparison.ours} to independent"
            yield figure(f"certificate-{name}", "certification", certificate(run, name), text)


def _values(run: Run) -> dict[str, Any]:
    return {
        "judged": judged(run),
        "at_rates": at_rates(run),
        "unreachable": unreachable(run),
        "comparisons": COMPARISONS,
        "compared": {kind: rows(run, kind) for kind in COMPARISONS},
        "betas": betas,
        "nan": math.nan,
    }


SECTION = ReportSection(
    "certification",
    "Certification",
    "sections/certification.html",
    applies=_applies,
    figures=_figures,
    values=_values,
)
