"""Make the report of one experiment: tables in, one HTML file that opens offline out."""

import argparse
import base64
from typing import Any

import yaml

from hvae.config.params import Params, parse
from hvae.io import command, writing
from hvae.reports.charts.names import names
from hvae.reports.charts.scatter import CROWDED
from hvae.reports.explorer import explorer
from hvae.reports.render import render
from hvae.reports.sections import (
    certification,
    embeddings,
    generation,
    pareto,
    pictures,
    recommended,
    remarks,
)
from hvae.reports.sections.bound_counts import counted, telling
from hvae.reports.sections.guidance import advice
from hvae.reports.sections.overview import findings, kept
from hvae.reports.sections.provenance import configuration, revision, versions
from hvae.reports.sections.rate_targets import asked
from hvae.reports.sections.registry import chapters, figures
from hvae.reports.sections.single import single
from hvae.reports.sections.weak import weak_probes
from hvae.results.exactness import betas
from hvae.results.experiment import Run, load
from hvae.results.kinds import part
from hvae.results.parameters import record

WEAK = 12  # weak probes in the table


def main(arguments: argparse.Namespace) -> None:
    """Write the page."""
    params = parse(Params, arguments.params)
    html = page(load(params, arguments.results, arguments.data))
    writing.store(html, arguments.out)


def page(run: Run) -> str:
    """The whole page."""
    image = bool(run.trained) and pictures.is_image(run.test.shape)
    weak = weak_probes(run)
    return render(
        "page.html",
        figures(run),
        names(run),
        run=run,
        chapters=chapters(run),
        **heading(run),
        remarks=remarks,
        originals=pictures.originals(run) if image else None,
        shown=pictures.shown(run) if image else [],
        embedded=embeddings.shown(run),
        embedded_items=embeddings.count(run),
        roles=embeddings.roles(run),
        key=embeddings.key(run),
        betas=betas,
        explorer=explorer(run),
        single=single(run),
        untrusted=run.params.amortized and certification.judged(run).trusted is False,
        bounds=counted(run.bounds),
        telling=telling(run),
        part=part(run.params),
        crowded=len(run.points) > CROWDED,
        **certified(run),
        asked=asked(run),
        advice=advice(run.guidance) if run.guidance is not None else None,
        pareto=pareto.drawing(run) if pareto.pairs(run) else None,
        judge=generation.judged_by(run),
        weak=weak[:WEAK],
        weak_count=len(weak),
        params=yaml.safe_dump(
            run.params.model_dump(mode="json", by_alias=True), sort_keys=False, allow_unicode=True
        ),
        parameters=base64.b64encode(record(run.params).encode()).decode(),
        configuration=configuration(run.params.experiment),
        versions=versions(),
        revision=revision(),
    )


def heading(run: Run) -> dict[str, Any]:
    """What the first screen says."""
    return {
        "findings": findings(run),
        "kept": kept(run),
        "violated": any(check["verdict"] == "violated" for check in run.bounds),
        "recommended": recommended.recommended(run),
        "unconverged": run.unconverged,
    }


def certified(run: Run) -> dict[str, Any]:
    """What its section says, where one model serves the whole plane."""
    if not run.params.amortized:
        return {}
    return {
        "judged": certification.judged(run),
        "unreachable": certification.unreachable(run),
        "compared": {kind: certification.rows(run, kind) for kind in certification.COMPARISONS},
    }


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "results", "data", "out")
    command.run(main, parser.parse_args())
