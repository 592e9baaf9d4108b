"""Write `guidance.json`: the best rates for each application, the paper's claims, and prices.

It holds numbers, names and sentences, and nothing that JSON does not have.
"""

import argparse
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import Field, PositiveInt

from hvae.config.base import Section, parse
from hvae.config.params import Guidance
from hvae.config.plugins import Reference
from hvae.config.task import Name
from hvae.config.tasks import entries
from hvae.guidance import lattice, prices, text
from hvae.guidance.applications import APPLICATIONS, Application, applications
from hvae.guidance.choose import Choice, Front, compromise, edge, fronts
from hvae.guidance.claims import Claim, limits, setting
from hvae.guidance.gains import Against, Chosen, Gain, gains, losses, pairs
from hvae.guidance.split_claims import deciding, differing
from hvae.guidance.study import MeasuredTables, Study, condition, measured, study
from hvae.guidance.surface import Spot, Surface
from hvae.io import command, provenance
from hvae.results.experiment import Experiment
from hvae.results.prices import HeldOutPrices, held_out_prices
from hvae.results.rates import Place
from hvae.statistics.estimate import Row

Record = dict[str, Any]


class GuidanceJob(Section):
    """What the job depends on, beside the tables.

    single: the points of the single-layer baselines, by the width of their layer. own: the tasks of
    the user's own.
    """

    guidance: Guidance
    layers: PositiveInt
    single: dict[str, list[str]] = Field(default={})
    own: dict[Reference, dict[str, Any]] = Field(default={})


def main(arguments: argparse.Namespace) -> None:
    """Read the tables of an experiment, and those of its baseline where it has one."""
    job = parse(GuidanceJob, arguments.params)
    ours = Experiment(arguments.results, depth=job.layers)
    of = applications(entries(job.own))
    singles: dict[int, MeasuredTables] = {}
    if arguments.baseline:
        all_of_them = measured(Experiment(arguments.baseline, depth=1), of)
        singles = {int(width): all_of_them.only(names) for width, names in job.single.items()}
    rated = any(row["strategy"] == "rates" for row in ours.points)
    held_out = held_out_prices(ours.points, ours.items, job.layers) if rated else []
    found = guidance(measured(ours, of), ours.bounds, job.guidance, singles, held_out, of)
    provenance.store(found, arguments.out)


def guidance(
    tables: MeasuredTables,
    bounds: Sequence[Row],
    asked: Guidance,
    singles: Mapping[int, MeasuredTables] = MappingProxyType({}),
    held_out: Sequence[HeldOutPrices] = (),
    of: Mapping[Name, Application] = APPLICATIONS,
) -> dict[str, Any]:
    """The whole of `guidance.json`; singles: the single-layer baselines by width."""
    ours = study(tables, asked, of)
    claims = scorecard(tables.points, tables.layers, bounds, ours.surfaces)
    return record(ours, asked) | {
        "scorecard": [claim._asdict() for claim in claims],
        "baseline": _compared(ours, singles, asked, of),
        "prices": prices.record(held_out),
    }


def scorecard(
    points: Sequence[Row], layers: int, bounds: Sequence[Row], surfaces: Mapping[Name, Surface]
) -> list[Claim]:
    """All claims of the paper, in its order, of models with so many layers."""
    return [
        setting(points, layers),
        limits(points, layers, bounds),
        differing(surfaces),
        deciding(surfaces),
    ]


def _compared(
    ours: Study,
    singles: Mapping[int, MeasuredTables],
    asked: Guidance,
    of: Mapping[Name, Application],
) -> list[dict[str, Any]]:
    widest_first = sorted(singles, reverse=True)
    found = gains(
        _chosen(ours), {width: _chosen(study(singles[width], asked, of)) for width in widest_first}
    )
    return [gain(one, ours.surfaces[one.application], ours.layers) for one in found]


def _chosen(of: Study) -> Chosen:
    return {name: (of.surfaces[name], choice) for name, choice in of.choices.items()}


def record(study: Study, asked: Guidance) -> Record:
    """All but the scorecard and the baseline."""
    choices = study.choices
    return {
        "places": [place(one) for one in _measured(study.surfaces)],
        "applications": {
            name: application(study, name, choice, asked) for name, choice in choices.items()
        },
        "not_measured": study.unmeasured,
        "not_reachable": [name for name in study.surfaces if name not in choices],
        "losses": [loss._asdict() for loss in losses(study.surfaces, choices)],
        "pareto": [_front(one) for one in fronts(study.surfaces)],
        "compromise": _compromise(study.surfaces, asked),
        "pairs": {name: _pairs(one, len(study.surfaces)) for name, one in study.surfaces.items()},
    }


def application(study: Study, name: Name, choice: Choice, asked: Guidance) -> Record:
    """One application: its best point, the region that is not significantly worse, and a text.

    edge of the best: the ends of what was measured at which it is. points: its value wherever it
    was measured; barred are those that may not be chosen, left_out those that are not compared.
    seeds: what is known of other trainings, in a sentence that belongs to the text.
    """
    surface, means = study.surfaces[name], study.means.get(name)
    remark = means.at(choice.best.place) if means is not None else None
    under = condition(name, asked)
    return {
        "metric": surface.metric.name,
        "higher_is_better": surface.metric.higher,
        "best": spot(choice.best) | {"edge": edge(choice.best.place, surface.places)},
        "region": [one.place.points[0] for one in choice.region],
        "candidates": choice.candidates,
        "trainings": choice.trainings,
        "significant": choice.decided,
        "points": [*_points(surface.spots), *_points(surface.barred, barred=True)],
        "left_out": [one.points[0] for one in surface.left_out],
        "means": spot(remark) if remark is not None else None,
        "text": text.recommendation(surface, choice, under, remark, study.unconverged),
        "seeds": text.seeds(choice.best),
        **lattice.record(surface),
    }


def place(one: Place) -> Record:
    """A place by the names of its points, one a seed, with its rates in nats."""
    return {
        "point": one.points[0],
        "points": list(one.points),
        "beta": list(one.beta),
        "target": list(one.target),
        "rates": [rate.value for rate in one.rates],
        "rates_se": [rate.std_error for rate in one.rates],
        "rate_total": one.total.value,
        "rate_total_se": one.total.std_error,
    }


def spot(one: Spot) -> Record:
    """A place with its value on test items, that on validation items beside it."""
    value = one.test._asdict() | {"validation": one.validation.value}
    return place(one.place) | one.variant._asdict() | value


def _measured(surfaces: Mapping[Name, Surface]) -> list[Place]:
    """Every place that some application was measured at, each once."""
    return list(dict.fromkeys(place for one in surfaces.values() for place in one.places))


def _points(spots: Iterable[Spot], barred: bool = False) -> list[Record]:
    """What an application is worth at each of them, on test items; its place is in `places`."""
    return [
        {"point": one.place.points[0]}
        | one.variant._asdict()
        | one.test._asdict()
        | {"barred": barred}
        for one in spots
    ]


def _pairs(surface: Surface, together: int) -> Record:
    """Every two places, in the order 01, 02, …, 12, … of `points`: how the first is to the second.

    values: means over items and trainings, of which the first less the second is the difference.
    half: of its interval; null where none is known. Null, too, where two places do not compare.
    """
    found = list(pairs(surface, together))
    known = [one.difference for one in found]
    return {
        "metric": surface.metric.name,
        "points": [spot.place.points[0] for spot in surface.everywhere],
        "values": [surface.test.value(spot.way) for spot in surface.everywhere],
        "half": [_finite(one.half) for one in found],
        "degrees": [None if one is None else _finite(float(one.degrees)) for one in known],
        "verdicts": [one.verdict for one in found],
    }


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None


def _front(one: Front) -> Record:
    """Both applications, and where each member stands in both, on test items."""
    members = [
        {"point": a.place.points[0], "beta": list(a.place.beta), "target": list(a.place.target)}
        | {"values": [a.test.value, b.test.value]}
        | {"std_errors": [a.test.std_error, b.test.std_error]}
        for a, b in one.members
    ]
    return {"applications": [one.first, one.second], "members": members}


def _compromise(surfaces: Mapping[Name, Surface], asked: Guidance) -> Record:
    found = compromise(surfaces, asked)
    if found is None:
        return {"best": None, "text": text.NO_COMPROMISE}
    return {
        "best": place(found.place) | {"score": found.score, "edge": found.edge},
        "weights": dict(found.weights),
        "values": {name: one.test._asdict() for name, one in found.spots.items()},
        "text": text.agreed(found, surfaces),
    }


def gain(one: Gain, surface: Surface, layers: int) -> Record:
    """What more than one layer gains for an application.

    gain, std_error and best are of the comparison with the least evidence; `against` has them all.
    They are null where sides do not compare.
    """
    return {
        "application": one.application,
        **_difference(one.weakest),
        "verdict": one.verdict,
        "comparable": one.comparable,
        "best": spot(one.weakest.single),
        "against": [
            {"width": side.width, "ours": spot(side.ours), "single": spot(side.single)}
            | _difference(side)
            | {"candidates": side.candidates, "comparable": side.comparable}
            for side in one.against
        ],
        "text": text.gained(one, surface.metric, layers),
    }


def _difference(side: Against) -> Record:
    found = side.difference
    if found is None:
        return {"gain": None, "std_error": None, "p_value": None}
    numbers = {"gain": float(found.value), "std_error": float(found.std_error)}
    return numbers | {"p_value": side.p_value}


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "results", "out")
    parser.add_argument("--baseline", type=Path, help="the tables of models with one layer, if any")
    command.run(main, parser.parse_args())
