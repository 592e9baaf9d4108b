"""Where to aim for which application, as `guidance.json` has it.

`advice` is what the section shows, `recommended` the rows of the first screen.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from hvae.config import baseline
from hvae.config.task import ABOUT, Name, Task, titled
from hvae.config.tasks import TASKS
from hvae.guidance.gains import SAME
from hvae.guidance.study import condition
from hvae.guidance.text import estimate, rate
from hvae.reports.render import ReportSection
from hvae.results.quantities import Measure, judging
from hvae.results.run import Run
from hvae.statistics.estimate import Estimate, Row


class Cell(NamedTuple):
    """A loss as text; strong where it is significant."""

    text: str
    strong: bool = False


class Advice(NamedTuple):
    """What the section reads. texts: a sentence or more an application, by name.

    cautions: what is known of other trainings, each sentence once. lattices: what is best at each
    total rate, an application each, by name.
    losses: a row an application, with a cell for the best point of each; empty without two of them.
    """

    texts: dict[str, str]
    cautions: list[str]
    lattices: dict[str, str]
    absent: list[str]
    unreachable: list[str]
    optima: list[str]
    metrics: dict[str, str]
    losses: dict[str, list[Cell]]
    compromise: str
    gains: list[str]
    claims: list[Row]


def advice(found: dict[str, Any], tasks: Mapping[Name, Task] = TASKS) -> Advice:
    """All of it."""
    applications = found["applications"]
    names = list(applications)
    return Advice(
        texts={
            name: f"{ABOUT.get(name, '')} {one['text']}".strip()
            for name, one in applications.items()
        },
        cautions=list(dict.fromkeys(one["seeds"] for one in applications.values())),
        lattices={name: one["lattice"] for name, one in applications.items() if one["lattice"]},
        absent=found["not_measured"],
        unreachable=found["not_reachable"],
        optima=names,
        metrics={name: judging(tasks, found, name).brief for name in names},
        losses=_losses(tasks, found, names) if len(names) > 1 else {},
        compromise=found["compromise"]["text"] if applications else "",
        gains=[one["text"] for one in found["baseline"]],
        claims=found["scorecard"],
    )


def _losses(
    tasks: Mapping[Name, Task], found: dict[str, Any], names: list[str]
) -> dict[str, list[Cell]]:
    cells = {
        (row["application"], row["optimum"]): _cell(row, judging(tasks, found, row["application"]))
        for row in found["losses"]
    }
    return {mine: [cells[mine, other] for other in names] for mine in names}


def _cell(row: Row, metric: Measure) -> Cell:
    if row["note"]:
        return Cell("0" if row["note"] == SAME else row["note"])
    loss = Estimate(row["loss"], row["std_error"])
    return Cell(_difference(loss, metric), row["verdict"] in ("more", "less"))


def _difference(one: Estimate, metric: Measure) -> str:
    """± its standard error; where both are 0 in the digits of the metric, 0 in these digits."""
    told = {metric.number(abs(value)) for value in (*one, 0.0)}
    return told.pop() if len(told) == 1 else estimate(one)


class Recommended(NamedTuple):
    """An application's row: its name in the tables and in words, what bars points for it.

    Then what to train for, whether that is at the edge of the grid, the rates there in nats, what
    it gives, how many are as good, and what more than one layer adds: "" without a baseline.
    """

    name: str
    application: str
    under: str
    aim: str
    edge: bool
    rates: str
    value: str
    region: str
    layers: str


def recommended(run: Run) -> list[Recommended]:
    """A row an application, in the order of the guidance."""
    found = run.guidance or {"applications": {}, "baseline": []}
    tasks = run.params.tasks.entries
    gains = {one["application"]: one for one in found["baseline"]}
    return [
        _row(
            name,
            condition(name, run.params.guidance),
            one,
            judging(tasks, found, name),
            gains.get(name),
        )
        for name, one in found["applications"].items()
    ]


def aim(place: Mapping[str, Any]) -> str:
    """What to train for at a place: its target rates in nats, or its β."""
    return f"({', '.join(f'{value:.4g}' for value in place['target'] or place['beta'])})"


def _row(
    name: str, under: str, one: dict[str, Any], metric: Measure, gain: dict[str, Any] | None
) -> Recommended:
    best = one["best"]
    low, high = (metric.number(best[end]) for end in ("low", "high"))
    return Recommended(
        name,
        titled(name),
        under,
        aim(best),
        bool(best["edge"]),
        ", ".join(map(rate, map(Estimate, best["rates"], best["rates_se"]))),
        f"{metric.brief} {metric.told(best['value'])} ({low} to {high})",
        _region(one),
        _gained(gain, metric) if gain else "",
    )


def _region(one: dict[str, Any]) -> str:
    """How many places are not significantly worse; with one training that is not known."""
    known = one["trainings"] > 1 or one["candidates"] == 1
    return f"{len(one['region'])} of {one['candidates']}" if known else "not known"


def _gained(gain: dict[str, Any], metric: Measure) -> str:
    """Yes or no, and by how much: above 0 more layers are better."""
    if not gain["comparable"]:
        return "not judged: sides do not compare"
    sign = "+" if gain["gain"] > 0 else ""
    amount = sign + _difference(Estimate(gain["gain"], gain["std_error"]), metric)
    words = {"more": "yes, {}", "less": "no: it costs, {}", "undecided": "undecided ({})"}
    return words.get(gain["verdict"], "one training ({})").format(amount)


class SingleLayer(NamedTuple):
    """The baselines of one layer: their weights by width, and the steps of their training.

    rated: whether they were trained to the totals of given rates. Beside them the weights and steps
    of what they are compared with.
    """

    weights: dict[int, int]
    steps: int
    rated: bool
    our_weights: int
    our_steps: int


def single(run: Run) -> SingleLayer | None:
    """None of a run without a baseline."""
    if not run.single:
        return None
    params, training = run.params, run.params.training
    steps = baseline.schedule(params)["steps"]
    if not run.rated:
        return SingleLayer(run.single_parameters, steps, False, run.parameters, training.steps)
    on = baseline.rate_schedule(params)["steps"], training.rates.steps
    before = (steps, training.steps) if params.amortized else (0, 0)
    theirs, ours = (first + second for first, second in zip(before, on, strict=True))
    return SingleLayer(run.single_parameters, theirs, True, run.rated_parameters, ours)


def _applies(run: Run) -> bool:
    return run.guidance is not None


def _values(run: Run) -> dict[str, Any]:
    return {"advice": advice(run.guidance or {}, run.params.tasks.entries), "single": single(run)}


SECTION = ReportSection(
    "guidance", "Guidance", "sections/guidance.html", applies=_applies, values=_values
)
