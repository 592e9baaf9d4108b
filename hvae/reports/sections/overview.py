"""The first screen, in sentences: every number is computed from this run."""

from collections import Counter
from typing import Any

import altair as alt
import numpy as np

from hvae.config.task import spoken
from hvae.guidance.applications import BUDGETED
from hvae.guidance.text import estimate, listed
from hvae.io.tables import MEASURED
from hvae.reports.charts.scatter import names, points_of
from hvae.reports.charts.theme import LIMIT, inline
from hvae.reports.render import ReportSection
from hvae.reports.sections import prices
from hvae.reports.sections.bounds import kept
from hvae.reports.sections.certification import judged
from hvae.reports.sections.guidance import Recommended, advice, recommended
from hvae.results.certificate import at_given_rates
from hvae.results.run import Run
from hvae.statistics.estimate import Estimate, Row

ROWS = 9  # of the table of applications; a sentence names the others
NAMED = 10  # diverged points that are named
CORNERS = 12  # of a line of equal total rate, which is curved on these axes
QUALITY = {  # by column of `points.parquet`: unbounded data have no peak, and so no PSNR
    "psnr_db": "reconstructions from {:.1f} to {:.1f} dB PSNR",
    "mse": "mean squared errors from {:.2g} to {:.2g} per dimension",
}


def findings(run: Run) -> list[str]:
    """Where the plane reaches, how far to trust it or the paper, and how applications differ."""
    return [_trained(run), *_trusted(run), _differing(run.guidance)]


def _trained(run: Run) -> str:
    if not run.trained:
        return f"All {len(run.points)} {points_of(run)} diverged: there is nothing to show."
    called = names(run)
    lost = [called[point["point"]] for point in run.points if point["status"] not in MEASURED]
    rates = [point["rate_total"] for point in run.own]
    column = "psnr_db" if run.test.bounded else "mse"
    values = [point[column] for point in run.own]
    text = (
        f"{_spanning(run)} total rates from {min(rates):.2f} to "
        f"{max(rates):.1f} nats per item, and {QUALITY[column].format(min(values), max(values))} "
        "(from sampled z)."
    )
    more = f" and {len(lost) - NAMED} others" if len(lost) > NAMED else ""
    return text + (f" {len(lost)} more diverged: {', '.join(lost[:NAMED])}{more}." if lost else "")


def _spanning(run: Run) -> str:
    if not run.params.amortized:
        return "One model spans" if len(run.own) == 1 else f"{len(run.own)} models span"
    rated = len(run.own) - len(run.trained)
    beside = f" and {rated} models at given rates" if rated else ""
    return f"{len(run.trained):,} {points_of(run)}{beside} span"


def _trusted(run: Run) -> list[str]:
    """Of an amortised plane whether it can be trusted, else how the paper's claims did."""
    if run.params.amortized:
        return [judged(run).headline]
    claims = (
        Counter(claim["verdict"] for claim in run.guidance["scorecard"]) if run.guidance else {}
    )
    if not claims:
        return []
    told = [f"{many} {'is' if many == 1 else 'are'} {name}" for name, many in claims.items()]
    number = sum(claims.values())
    return [f"Of {number} claims of the paper (Xiao & Bamler, 2023), {listed(told)} here."]


def _differing(guidance: dict[str, Any] | None) -> str:
    """Where the applications' best points are, and how many want other splits of a total rate."""
    if not guidance or not guidance["applications"]:
        return "No application was measured: there is nothing to recommend."
    applications = guidance["applications"]
    best = {name: one["best"] for name, one in applications.items()}
    if len(best) == 1:
        ((name, one),) = best.items()
        return f"Of applications {name} alone was measured: its best point spends {_total(one)}."
    least, most = (f(best, key=lambda name: best[name]["rate_total"]) for f in (min, max))
    text = (
        f"The best points of {len(best)} applications have total rates from {_total(best[least])} "
        f"({spoken(least)}) to {_total(best[most])} ({spoken(most)})"
        f"{_both(applications, least, most)}"
    )
    claims = [one["numbers"] for one in guidance["scorecard"] if "apart" in one["numbers"]]
    if not claims or not claims[0]["pairs"] or claims[0]["trainings"] == 1:
        return f"{text}."
    apart, pairs = claims[0]["apart"], claims[0]["pairs"]
    if not apart:
        return (
            f"{text}. At each total rate, any two applications share a split that is not "
            "significantly worse for either."
        )
    return (
        f"{text}. At equal total rate, {apart} of {pairs} pairs of applications have no good split "
        "in common."
    )


def _both(applications: dict[str, Row], *names: str) -> str:
    """What both regions have in common; "" where that is not known, or a budget decides it."""
    both = [applications[name] for name in names]
    if BUDGETED in names or any(one["trainings"] == 1 for one in both):
        return ""
    first, second = (set(one["region"]) for one in both)
    shared = len(first & second)
    if not shared:
        return ", and each of these two points is significantly worse for the other application"
    points = f"{shared} point{'s are' if shared > 1 else ' is'}"
    return f", and {points} not significantly worse than the best for either of these two"


def _total(place: dict[str, Any]) -> str:
    return f"{estimate(Estimate(place['rate_total'], place['rate_total_se']))} nats"


def arrows(run: Run) -> dict[str, Any] | None:
    """A layer for the maps of two layers: from each place towards the split with less distortion.

    Only where that is significant. A line is wide at the place and thin at its other end.
    """
    rows = [
        {"place": place["point"], "x": total * (1 - share), "y": total * share, "width": width}
        for place in (prices.arrows(run) if run.layers == 2 else ())
        if place["head"] in (prices.TO_1, prices.TO_2)
        for total in [place["y"]]
        for share, width in np.linspace((place["x"], 1), (place["tip"], 0), CORNERS).tolist()
    ]
    if not rows:
        return None
    trail = alt.Chart(inline(rows)).mark_trail(color=LIMIT, tooltip=False)
    width = alt.Size("width:Q", scale=alt.Scale(range=[0.2, 5]), legend=None)
    found: dict[str, Any] = trail.encode(
        alt.X("x:Q"), alt.Y("y:Q"), alt.Detail("place:N"), width
    ).to_dict()
    return {key: found[key] for key in ("data", "mark", "encoding")}


def leading(run: Run) -> tuple[list[Recommended], list[Recommended]]:
    """Rows of the table, and the others: those with most places that are as good as the best."""
    found = (run.guidance or {"applications": {}})["applications"]
    width = {name: len(one["region"]) * (one["trainings"] > 1) for name, one in found.items()}
    shown = set(sorted(width, key=lambda name: width[name])[:ROWS])
    every = recommended(run)
    return [row for row in every if row.name in shown], [r for r in every if r.name not in shown]


def _values(run: Run) -> dict[str, Any]:
    first, others = leading(run)
    return {
        "findings": findings(run),
        "kept": kept(run),
        "violated": any(check["verdict"] == "violated" for check in run.bounds),
        "recommended": recommended(run),
        "first": first,
        "others": others,
        "arrows": arrows(run),
        "cautions": advice(run.guidance, run.params.tasks.entries).cautions
        if run.guidance is not None
        else [],
        "unconverged": run.unconverged,
        "scratch": sum(len(row) for row in run.params.scratch_rows().values()),
        "certified": bool(at_given_rates(run.certificate)),
        "untrusted": run.params.amortized and judged(run).trusted is False,
    }


SECTION = ReportSection("overview", "Overview", "sections/overview.html", values=_values)
