"""The verdict that a run ends with: may its models be trusted, and where does each application aim?

It is read from the experiment's tables, so it can be printed again at any time.
"""

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hvae.config.params import Params
from hvae.config.task import Task
from hvae.errors import InputError, counted
from hvae.results import convergence
from hvae.results.certificate import Judgement, judgement
from hvae.results.experiment import Experiment
from hvae.results.quantities import judging
from hvae.statistics.estimate import Row

NAMED = 3  # violated checks that are named
WIDTH, INDENT = 100, 13  # of a line, and of what is said
WORDS = ("holds", "violated", "undecided", "vacuous")


class Aim(NamedTuple):
    """The best place for an application, in words: where, its total rate, and what it gives."""

    application: str
    place: str
    rate: float
    value: str


def lines(of: Experiment, report: Path | None = None) -> list[str]:
    """The verdict, a line each; report: the page, where one was made.

    InputError where the experiment is not finished.
    """
    said = [
        ("trusted", _trusted(of)),
        ("converged", _converged(of)),
        ("limits", limits(of.bounds)),
        *(("", f"violated: {name}") for name in violated(of.bounds)),
    ]
    guidance = of.guidance
    if guidance is not None:
        said.append(("advice", _behind(of, guidance)))
        said += [("", line) for line in _table(list(aims(of.params.tasks.entries, guidance)))]
    said += [("report", str(report.resolve()))] if report is not None else []
    said.append(("tables", str(of.folder.resolve())))
    return [f"{of.name}:", *(line for name, text in said for line in _wrapped(name, text))]


def ending(params: Params, results: Path, report: Path) -> list[str]:
    """What a run says at its end: the verdict, or what is known before all is there."""
    try:
        return lines(Experiment(results, params), report if report.is_file() else None)
    except InputError:
        return list(convergence.sentences(params, results))


def warnings(of: Experiment) -> Iterator[str]:
    """What speaks against advice from these models; nothing if they are trusted and converged."""
    judged = _judged(of)
    if judged is not None and not judged.trusted:
        yield judged.sentence
    yield from (f"{one}." for one in _unfinished(of))


def _wrapped(name: str, text: str) -> list[str]:
    """Indented, the name before the first line; what has no spaces to break at stays whole."""
    before = f"  {name:<{INDENT - 2}}"
    return textwrap.wrap(
        text, WIDTH, initial_indent=before, subsequent_indent=" " * INDENT, break_long_words=False,
        break_on_hyphens=False, drop_whitespace=True, replace_whitespace=False,
    )  # fmt: skip


def _trusted(of: Experiment) -> str:
    found = _judged(of)
    if found is None:
        return "not asked: each model is trained from scratch, so there is none to compare it with"
    word = {True: "yes", False: "no", None: "not known"}[found.trusted]
    return f"{word}. {found.sentence}"


def _judged(of: Experiment) -> Judgement | None:
    if not of.params.amortized:
        return None
    return judgement(of.certificate, of.params.certification.tolerance, of.layers)


def _unfinished(of: Experiment) -> list[str]:
    """Trainings that stopped too early, missed their rates or diverged, in words."""
    short = list(convergence.sentences(of.params, of.folder))
    lost = sum(row["status"] == "diverged" for row in of.points)
    missed = [row["point"] for row in of.points if row["status"] == "unreachable"]
    said = [f"{counted(lost, 'point')} diverged"] if lost else []
    return [*short, *([_missed(missed)] if missed else []), *said]


def _missed(points: Sequence[str]) -> str:
    named = ", ".join(points[:NAMED]) + (", …" if len(points) > NAMED else "")
    what = "missed its rates and takes" if len(points) == 1 else "missed their rates and take"
    return f"{counted(len(points), 'model')} {what} no part in advice ({named})"


def _converged(of: Experiment) -> str:
    said = _unfinished(of)
    return "no. " + ". ".join(said) if said else "yes, every model"


def limits(bounds: Sequence[Row]) -> str:
    """How many checks there are of each verdict."""
    verdicts = Counter(row["verdict"] for row in bounds)
    found = ", ".join(f"{verdicts[word]} {word}" for word in WORDS)
    return f"{counted(len(bounds), 'check')}: {found}" if bounds else "no checks"


def violated(bounds: Iterable[Row]) -> Iterator[str]:
    """The first few checks that are violated, by name, and how many more there are."""
    wrong = [row for row in bounds if row["verdict"] == "violated"]
    for row in wrong[:NAMED]:
        where = " ".join(filter(None, (row["bound"], row["layers"], row["method"])))
        yield f"{row['point']}, {where}: {row['measured']:.4g} against {row['limit']:.4g}"
    if len(wrong) > NAMED:
        yield f"{len(wrong) - NAMED} more"


def _behind(of: Experiment, guidance: Mapping[str, Any]) -> str:
    """What the advice is from: places, trainings, items."""
    many = len(of.params.grid.seeds)
    items = len(set(of.items["index"].to_pylist()))
    return (
        f"from {counted(len(guidance['places']), 'place')}, {counted(many, 'training')} each, "
        f"on {counted(items, 'test item')}"
    )


def aims(tasks: Mapping[str, Task], guidance: Mapping[str, Any]) -> Iterator[Aim]:
    """The best place of each application, from `guidance.json`; tasks: those of the experiment."""
    for name, one in guidance["applications"].items():
        best, metric = one["best"], judging(tasks, guidance, name)
        symbol, wanted = ("R", best["target"]) if best["target"] else ("β", best["beta"])
        place = f"{symbol} = ({', '.join(f'{value:g}' for value in wanted)})"
        low, high = (metric.number(best[end]) for end in ("low", "high"))
        value = f"{metric.brief} {metric.told(best['value'])} ({low} to {high})"
        yield Aim(name, place, best["rate_total"], value)


def _table(found: Sequence[Aim]) -> Iterator[str]:
    names, places = (
        max((len(text) for text in texts), default=0)
        for texts in ([one.application for one in found], [one.place for one in found])
    )
    for one in found:
        yield f"{one.application:<{names}}  {one.place:<{places}}  {one.value}"
