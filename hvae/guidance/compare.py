"""Two experiments, application by application, each at its best place: `hvae compare`.

Places were chosen on validation items, and are compared on test items. Differences are in pairs
over items and trainings, so both sides need the same test items and as many trainings. They are of
values without the bias of order 1/n that some metrics have, such as NMI. The values themselves are
shown with it, as everywhere.
"""

import argparse
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hvae.errors import InputError
from hvae.guidance.applications import BUDGETED, applications
from hvae.guidance.choose import spend_alike
from hvae.guidance.gains import RESIZED, UNEQUAL
from hvae.guidance.study import Study, measured, study
from hvae.guidance.surface import Spot, Surface
from hvae.results.experiment import Experiment
from hvae.statistics.comparison import Difference, verdicts

BIAS = 0.05  # of the error of a difference: from here on the bias of the two values is told
WORDS = {"more": "better", "less": "worse"}


class Compared(NamedTuple):
    """An application at the best places of both, on test items.

    difference: second less first, above 0 where the second is better; None where the two are not
    compared, and `why` says so.
    """

    application: str
    surface: Surface
    first: Spot
    second: Spot
    difference: Difference | None
    why: str = ""


def main(arguments: argparse.Namespace) -> None:
    """Print a line for each application that both experiments have."""
    first, second = map(Experiment, arguments.folders)
    found = list(compare(first, second))
    if not found:
        raise InputError(f"{first.name} and {second.name} have no application in common")
    print(f"From {first.name} to {second.name}, each at its best place, on test items:")
    print(*lines(found), sep="\n")


def compare(first: Experiment, second: Experiment) -> Iterator[Compared]:
    """Each application that both have by the same metric."""
    ours, theirs = (_study(one) for one in (first, second))
    why = _apart(first, second)
    for name, choice in ours.choices.items():
        if name in theirs.choices and _same_metric(ours, theirs, name):
            yield _compared(ours.surfaces[name], theirs, name, choice.best, why)


def _study(of: Experiment) -> Study:
    every = applications(of.params.tasks.entries)
    return study(measured(of, every), of.params.guidance, every)


def _same_metric(ours: Study, theirs: Study, name: str) -> bool:
    one, other = ours.surfaces[name], theirs.surfaces[name]
    return one.metric == other.metric and one.settings == other.settings


def _apart(first: Experiment, second: Experiment) -> str:
    """Why the two have no test items in common; "" where all are."""
    if first.test_items == second.test_items:
        return ""
    return "other test items" if first.data == second.data else "other data"


def _compared(surface: Surface, theirs: Study, name: str, first: Spot, why: str) -> Compared:
    other, second = theirs.surfaces[name], theirs.choices[name].best
    why = why or (_cost(surface, first, other, second) if name == BUDGETED else "")
    if why:
        return Compared(name, surface, first, second, None, why)
    found = other.test.across(second.way, surface.test, first.way)
    if found is None:
        return Compared(name, surface, first, second, None, "not as many trainings or items")
    signed = found._replace(value=surface.metric.sign * found.value)
    return Compared(name, surface, first, second, signed)


def _cost(surface: Surface, first: Spot, other: Surface, second: Spot) -> str:
    """Why the two do not cost the same; "" where they do. Files cost their bytes."""
    if bool(surface.costs) != bool(other.costs):
        return "only one has files"
    spent = surface.spent(first.place), other.spent(second.place)
    if spend_alike(*spent):
        return ""
    if not surface.costs:
        return UNEQUAL
    sizes = " and ".join(f"{bits:.3g}" for bits in spent)
    return f"{RESIZED} ({sizes} bits per dimension)"


def lines(found: Sequence[Compared]) -> Iterator[str]:
    """A line each, in columns; what is better or worse is so at 5 % over all of them (Holm)."""
    judged = [one for one in found if one.difference is not None]
    said = verdicts([one.difference for one in judged if one.difference is not None])
    words = dict(zip((one.application for one in judged), said, strict=True))
    rows = [
        (one.application, *_values(one), _change(one, words.get(one.application, "")))
        for one in found
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(
            f"{text:<{width}}" for text, width in zip(row, widths, strict=True)
        ).rstrip()


def _values(one: Compared) -> tuple[str, str]:
    first, second = (
        f"{one.surface.metric.told(spot.test.value)} at {spot.place.total.value:.1f} nats"
        for spot in (one.first, one.second)
    )
    return f"{one.surface.metric.brief} {first}", f"-> {second}"


def _change(one: Compared, verdict: str) -> str:
    if one.difference is None:
        return f"not compared: {one.why}"
    value, error = float(one.difference.value), float(one.difference.std_error)
    with_bias = one.surface.metric.sign * (one.second.test.value - one.first.test.value)
    told = f"{value:+.3g} ± {error:.2g}"
    if abs(with_bias - value) > BIAS * error:
        told += f" without the bias of few items, {with_bias:+.3g} with it"
    return f"{WORDS.get(verdict, verdict)} ({told})"
