"""Make the report of one experiment: tables in, one HTML file that opens offline out."""

import argparse
from collections.abc import Iterator
from typing import Any, NamedTuple

import altair as alt
import vl_convert
import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from hvae import command, tables
from hvae.params import Params, parse
from hvae.reports import pictures
from hvae.reports.accuracy import accuracy
from hvae.reports.curves import curves
from hvae.reports.findings import findings
from hvae.reports.plane import metrics, plane
from hvae.reports.run import Row, Run, load, revision, versions

TIGHTEST = 6


class Figure(NamedTuple):
    """A chart in its section: an identifier, the Vega-Lite specification, and its text."""

    name: str
    section: str
    spec: dict[str, Any]
    text: str


def main(arguments: argparse.Namespace) -> None:
    """Write the page."""
    params = parse(Params, arguments.params)
    html = page(load(params, arguments.results, arguments.data))
    tables.write_whole(arguments.out, lambda beside: beside.write_text(html))


def page(run: Run) -> str:
    """The whole page; text from parameters and class names is escaped by the template."""
    templates = Environment(
        loader=PackageLoader("hvae.reports"), autoescape=True, undefined=StrictUndefined
    )
    image = bool(run.trained) and pictures.is_image(run.test.shape)
    return templates.get_template("page.html").render(
        run=run,
        findings=findings(run),
        figures=list(figures(run)),
        originals=pictures.originals(run) if image else None,
        shown=pictures.shown(run) if image else [],
        betas=pictures.betas,
        tightest=tightest(run),
        params=yaml.safe_dump(
            run.params.model_dump(mode="json", by_alias=True), sort_keys=False, allow_unicode=True
        ),
        versions=versions(),
        revision=revision(),
        libraries=libraries(),
    )


def figures(run: Run) -> Iterator[Figure]:
    """Every chart of the page."""
    if run.trained:
        for metric in metrics(run):
            text = f"Rate plane coloured by {metric.title}"
            yield figure(f"plane-{metric.name}", "plane", plane(run, metric), text)
        for features in ("sample", "mean"):
            for name in dict.fromkeys(task["layers"] for task in run.accuracies(features)):
                text = f"Accuracy of probes on {features}s of {name} against rate"
                label = f"accuracy-{features}-{name.replace('+', '-')}"
                yield figure(label, f"accuracy-{features}", accuracy(run, name, features), text)
    if run.history:
        yield figure("curves", "curves", curves(run), "Validation objective over training")


def figure(name: str, section: str, chart: alt.TopLevelMixin, text: str) -> Figure:
    """A chart as a specification, with its text for readers who cannot see it."""
    return Figure(name, section, chart.to_dict() | {"description": text}, text)


def tightest(run: Run) -> list[Row]:
    """Of each bound, the checks that can bind and have the most evidence against them."""
    judged = [check for check in run.bounds if check["verdict"] != "vacuous"]
    judged.sort(key=lambda check: check["p_value"])
    bounds = sorted({check["bound"] for check in judged})
    return [c for name in bounds for c in [c for c in judged if c["bound"] == name][:TIGHTEST]]


def libraries() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, safe to stand inside a page."""
    release = alt.SCHEMA_VERSION.rpartition(".")[0]
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", release).replace(
        "</script", r"<\/script"
    )


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "results", "data", "out")
    command.run(main, parser.parse_args())
