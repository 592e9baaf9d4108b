"""Make the report of one experiment: tables in, one HTML file that opens offline out."""

import argparse
import base64
from typing import Any

import yaml

from hvae import command, writing
from hvae.params import Params, parse
from hvae.reports import certificate, drawn, embedding, fronts, overview, pictures, remarks
from hvae.reports.asked import asked
from hvae.reports.bounds import counted, telling
from hvae.reports.explorer import explorer
from hvae.reports.findings import findings, kept
from hvae.reports.guidance import advice
from hvae.reports.kinds import part
from hvae.reports.landed import CROWDED
from hvae.reports.names import names
from hvae.reports.provenance import configuration, revision, versions
from hvae.reports.run import Run, load
from hvae.reports.sections import chapters, figures
from hvae.reports.single import single
from hvae.reports.skeleton import render
from hvae.reports.weak import weak_probes
from hvae.results.exactness import betas
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
        embedded=embedding.shown(run),
        embedded_items=embedding.count(run),
        roles=embedding.roles(run),
        key=embedding.key(run),
        betas=betas,
        explorer=explorer(run),
        single=single(run),
        untrusted=run.params.amortized and certificate.judged(run).trusted is False,
        bounds=counted(run.bounds),
        telling=telling(run),
        part=part(run.params),
        crowded=len(run.points) > CROWDED,
        **certification(run),
        asked=asked(run),
        advice=advice(run.guidance) if run.guidance is not None else None,
        pareto=fronts.drawing(run) if fronts.pairs(run) else None,
        judge=drawn.judged_by(run),
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
        "recommended": overview.recommended(run),
        "unconverged": run.unconverged,
    }


def certification(run: Run) -> dict[str, Any]:
    """What its section says, where one model serves the whole plane."""
    if not run.params.amortized:
        return {}
    return {
        "judged": certificate.judged(run),
        "unreachable": certificate.unreachable(run),
        "compared": {kind: certificate.rows(run, kind) for kind in certificate.COMPARISONS},
    }


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "results", "data", "out")
    command.run(main, parser.parse_args())
