"""Total rate against squared error, where the source says what no code can pass.

A Gaussian source gives its whole curve D_X(R). A mixture gives Shannon's lower bound, which is a
limit too, and two references: the curve of coder and decoder who are told the component, and of
those who name it first, so that the best code lies between them.
"""

from collections.abc import Callable, Iterator, Mapping

import altair as alt

from hvae.bounds.accuracy import entropy
from hvae.bounds.rate_distortion import (
    conditional_distortion_rate,
    distortion_rate,
    shannon_distortion,
)
from hvae.config.model import GaussianOptions
from hvae.config.params import Params
from hvae.data.gaussian import Exact
from hvae.reports.charts.scatter import beta_text, kinds, scatter
from hvae.reports.charts.theme import CATEGORIES, Chart, Side, curves, ends, nats, span, spread
from hvae.reports.render import Figure, ReportSection, figure
from hvae.results.run import Run
from hvae.statistics.estimate import Floats, Row

Curve = Callable[[float], float]  # squared error at a rate in nats


def spectrum(known: Exact | None) -> Floats | None:
    """The eigenvalues of the covariance of a Gaussian source; None of any other."""
    return known.spectra[0] if known is not None and len(known.shares) == 1 else None


def least(params: Params, known: Exact | None) -> tuple[Floats, float] | None:
    """What J°* takes: the eigenvalues of a Gaussian source, and σ of a Gaussian p(x | z).

    None for any other source or likelihood.
    """
    eigenvalues, likelihood = spectrum(known), params.model.likelihood
    if eigenvalues is None or not isinstance(likelihood, GaussianOptions):
        return None
    return eigenvalues, likelihood.sigma


def known_curves(known: Exact) -> Mapping[str, tuple[float, Curve]]:
    """Curves by name, each with the rate from which it says something; the limit comes first."""
    eigenvalues = spectrum(known)
    if eigenvalues is not None:
        return {"D(R) of the source: the limit": (0.0, lambda r: distortion_rate(r, eigenvalues))}
    naming = entropy(known.shares)

    def informed(rate: float) -> float:
        return conditional_distortion_rate(rate, known.shares, list(known.spectra))

    return {
        "Shannon's lower bound: the limit": (
            0.0,
            lambda r: shannon_distortion(r, known.entropy, known.spectra.shape[1]),
        ),
        "Component known to both: D(R | y)": (0.0, informed),
        "Component named first: D(R − H(y) | y)": (naming, lambda r: informed(r - naming)),
    }


def rows(run: Run) -> list[Row]:
    """A row a trained point: total rate (x) and squared error (y), with 95 % intervals."""
    kind = kinds(run)
    return [
        {
            "point": point["point"],
            "kind": kind[point["point"]],
            "beta": beta_text(point, run.layers),
            **ends("x", *run.rates[point["point"]][0]),
            **ends("y", *run.errors[point["point"]]),
        }
        for point in run.measured
    ]


def rate_distortion(run: Run, known: Exact) -> Chart:
    """A mark a point, z sampled, and the curves."""
    data = rows(run)
    highest = max(row["x_high"] for row in data)
    drawn = list(_values(known, highest))
    x = nats(f"Total rate R({span(1, run.layers)})", [highest])
    heights = [row[end] for row in data for end in ("y_low", "y_high") if row[end] > 0]
    limit = [row["y"] for row in drawn if row["line"] == drawn[0]["line"]]
    domain = [0.9 * min(*heights, *limit), 1.1 * max(*heights, *limit)]
    scale = alt.Scale(type="log", domain=domain, nice=False)
    y = Side("Squared error per item (units²)", scale, alt.Axis(format="~r"))
    numbers = {"x": "rate (nats)", "x_low": "rate from", "x_high": "rate to"}
    numbers |= {"y": "squared error", "y_low": "error from", "y_high": "error to"}
    title, color = "Squared error against total rate, z sampled", alt.value(CATEGORIES[0])
    return scatter(data, title, x, y, color, numbers, curves(drawn, x, y))


def _values(known: Exact, highest: float) -> Iterator[Row]:
    for line, (start, curve) in known_curves(known).items():
        for rate in map(float, spread(highest)):
            if rate >= start:
                yield {"x": rate, "y": curve(rate), "line": line}


def _applies(run: Run) -> bool:
    return run.known is not None


def _figures(run: Run) -> Iterator[Figure]:
    """One, of a source that is known."""
    if run.known is not None and run.trained:
        text = "Squared error against total rate, with what is known of the source"
        yield figure("known-curve", "known", rate_distortion(run, run.known), text)


SECTION = ReportSection(
    "known",
    "What is known exactly",
    "sections/exact_source.html",
    applies=_applies,
    figures=_figures,
)
