"""Whether another three trainings say the same: two runs of one experiment, side by side.

    python -m benchmarks.replication results/digits results/digits-more > benchmarks/replication.md

Both runs measure the same items, so that they share what the items do; they share no training.
What is judged in both is a move of nats between two splits, the gain over one layer, and the loss
at the best place of another application. Places are known by the rates or β that they were trained
for. `make replication` makes both runs and the page.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hvae.guidance.text import error, listed
from hvae.io import storage
from hvae.statistics.estimate import number

Record = Mapping[str, Any]
Aim = tuple[float, ...]
GAINS = "gains over one layer"
SURE = ("more", "less")
ALIKE = 0.9  # of what is significant in one run, at least, has the same sign in the other
OPPOSITE = {("reproduced", "not reproduced"), ("not reproduced", "reproduced")}


class Judged(NamedTuple):
    """A difference in one run: its value, its standard error, and the verdict on it."""

    value: float
    std_error: float
    verdict: str

    @property
    def sure(self) -> bool:
        return self.verdict in SURE


class Best(NamedTuple):
    """The best place, and all that are not significantly worse."""

    place: Aim
    region: frozenset[Aim]


Key = tuple[Any, ...]


class Conclusions(NamedTuple):
    """What one run concludes, from its `guidance.json`.

    best: by application, over all places; splits: by application and total; differences: by kind,
    and then by what they are of; claims: their verdicts. whole: at how many totals an application
    has no split that is significantly worse, so that its region has all of them.
    """

    best: Mapping[str, Best]
    splits: Mapping[tuple[str, float], Best]
    differences: Mapping[str, Mapping[Key, Judged]]
    claims: Mapping[str, str]
    whole: int


def conclusions(guidance: Record) -> Conclusions:
    """Of one run."""
    aims = {one["point"]: _aim(one) for one in guidance["places"]}
    applications = guidance["applications"]
    best = {name: _best(one["best"]["point"], one, aims) for name, one in applications.items()}
    splits = {
        (name, total["total"]): _best(total["best"], total, aims)
        for name, one in applications.items()
        for total in one["totals"]
    }
    differences = {
        "moves of nats between neighbouring splits": _moves(applications, aims),
        GAINS: {
            (one["application"],): Judged(one["gain"], one["std_error"], one["verdict"])
            for one in guidance["baseline"]
            if one["gain"] is not None
        },
        "losses at the best place of another application": {
            (one["application"], one["optimum"]): Judged(
                one["loss"], one["std_error"], one["verdict"]
            )
            for one in guidance["losses"]
            if one["loss"] is not None
        },
    }
    claims = {one["claim"]: one["verdict"] for one in guidance["scorecard"]}
    whole = sum(not total["worse"] for one in applications.values() for total in one["totals"])
    return Conclusions(best, splits, differences, claims, whole)


def _aim(place: Record) -> Aim:
    return tuple(place["target"] or place["beta"])


def _best(point: str, of: Record, aims: Mapping[str, Aim]) -> Best:
    return Best(aims[point], frozenset(aims[one] for one in of["region"]))


def _moves(applications: Mapping[str, Record], aims: Mapping[str, Aim]) -> dict[Key, Judged]:
    return {
        (name, *map(aims.__getitem__, move["points"])): Judged(
            move["change"], move["std_error"], move["verdict"]
        )
        for name, one in applications.items()
        for move in one["moves"]
    }


class Agreement(NamedTuple):
    """How two runs agree on one kind of differences.

    both: how many are judged in both; sure: those that are significant in one run, counted once for
    each run; same: those of them with the same sign in the other; contrary: significant in both,
    with opposite signs.
    """

    both: int
    sure: int
    same: int
    contrary: int


def agreement(one: Mapping[Key, Judged], other: Mapping[Key, Judged]) -> Agreement:
    """Over what both have judged."""
    pairs = [(one[key], other[key]) for key in one if key in other]
    signs = [
        a.value * b.value > 0
        for pair in pairs
        for a, b in (pair, pair[::-1])
        if a.sure
    ]  # fmt: skip
    contrary = sum(a.sure and b.sure and a.value * b.value < 0 for a, b in pairs)
    return Agreement(len(pairs), len(signs), sum(signs), contrary)


def outside(one: Mapping[Any, Best], other: Mapping[Any, Best]) -> list[Any]:
    """Where the best place of either run is not in the region of the other."""
    shared = [key for key in one if key in other]
    return [
        key
        for key in shared
        if one[key].place not in other[key].region or other[key].place not in one[key].region
    ]


class Criterion(NamedTuple):
    """What replication must reach, whether it does, and the numbers."""

    name: str
    met: bool
    numbers: str


def criteria(one: Conclusions, other: Conclusions) -> list[Criterion]:
    """All that is required of two runs."""
    found = [agreement(one.differences[kind], other.differences[kind]) for kind in one.differences]
    sure, same = sum(a.sure for a in found), sum(a.same for a in found)
    contrary = sum(a.contrary for a in found)
    claims = [name for name in one.claims if (one.claims[name], other.claims.get(name)) in OPPOSITE]
    inside = "lies in the other run's region"
    return [
        _inside(f"Every best split of a total {inside}", one.splits, other.splits),
        _inside(f"Every best place of an application {inside}", one.best, other.best),
        Criterion(
            "No difference is significant with opposite signs",
            contrary == 0,
            f"{contrary} of {sum(a.both for a in found)}",
        ),
        Criterion(
            f"Of what is significant in one run, {ALIKE:.0%} has the same sign in the other",
            same >= ALIKE * sure,
            f"{same} of {sure}",
        ),
        Criterion(
            "No claim is reproduced in one run and not in the other",
            not claims,
            listed(claims) if claims else f"0 of {len(one.claims)}",
        ),
    ]


def _inside(name: str, one: Mapping[Any, Best], other: Mapping[Any, Best]) -> Criterion:
    lost = outside(one, other)
    many = len(one.keys() & other.keys())
    words = f"; not {listed([_told(key) for key in lost])}" if lost else ""
    return Criterion(name, not lost, f"{many - len(lost)} of {many}{words}")


def _told(key: Any) -> str:
    return key if isinstance(key, str) else f"{key[0]} at {number(key[1])} nats"


def differing(one: Record, other: Record) -> list[str]:
    """The parameters in which two runs differ, beside their names and seeds."""
    flat = [dict(_flat(run)) for run in (one, other)]
    keys = sorted(flat[0].keys() | flat[1].keys())
    expected = ("experiment", "report.title", "grid.seeds")
    return [key for key in keys if key not in expected and flat[0].get(key) != flat[1].get(key)]


def _flat(section: Record, above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in section.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield above + key, value


def report(runs: Sequence[Conclusions], names: Sequence[str], apart: Sequence[str]) -> str:
    """The page: criteria, then both runs side by side."""
    one, other = runs
    same = "They have the same parameters but for the seeds."
    reached = ([c.name, "yes" if c.met else "**no**", c.numbers] for c in criteria(*runs))
    kinds = (
        [kind, *map(str, agreement(one.differences[kind], other.differences[kind]))]
        for kind in one.differences
    )
    places = (
        [name, *_shown(one.best[name]), *_shown(other.best[name])]
        for name in one.best
        if name in other.best
    )
    splits = (
        [key[0], number(key[1]), *_shown(one.splits[key]), *_shown(other.splits[key])]
        for key in one.splits
        if key in other.splits
    )
    claims = ([name, said, other.claims.get(name, "–")] for name, said in one.claims.items())
    sections = {
        "What it must reach": _table(["", "reached", "numbers"], reached),
        "By kind of difference": _table(
            ["differences", "in both", "significant in one", "same sign", "opposite"], kinds
        ),
        "Best places, and how many are not significantly worse": _table(
            ["application", "left", "region", "right", "region"], places
        ),
        "Best splits of each total": _table(
            ["application", "total", "left", "region", "right", "region"], splits
        ),
        GAINS.capitalize(): _table(
            ["application", "left", "", "right", ""], _side_by_side(runs, GAINS)
        ),
        "Claims": _table(["claim", "left", "right"], claims),
    }
    head = (
        "# Whether another three trainings say the same\n\n"
        f"Left {names[0]}, right {names[1]}: the same items, and no training in common. "
        f"{f'They differ in {listed(apart)}, too.' if apart else same} "
        "± is one standard error. A difference that is significant in both runs counts twice. "
        f"{one.whole} of {len(one.splits)} regions of a total have all of its splits on the left, "
        f"and {other.whole} of {len(other.splits)} on the right: what lies in these says little."
    )
    return "\n".join([head, *(f"\n## {title}\n\n{table}" for title, table in sections.items())])


def _table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _shown(best: Best) -> list[str]:
    return [f"({', '.join(map(number, best.place))})", str(len(best.region))]


def _side_by_side(runs: Sequence[Conclusions], kind: str) -> Iterator[list[str]]:
    one, other = (run.differences[kind] for run in runs)
    for key in (key for key in one if key in other):
        sides = (one[key], other[key])
        yield [
            " for ".join(key),
            *(text for side in sides for text in (_number(side), side.verdict)),
        ]


def _number(one: Judged) -> str:
    return f"{one.value:+.2g} ± {error(one.std_error)}".replace("-", "−")


def main(folders: Sequence[Path]) -> None:
    """Print the page about two folders of results."""
    given = [json.loads((folder / "params.json").read_text()) for folder in folders]
    runs = [conclusions(storage.json_object(folder / "guidance.json")) for folder in folders]
    seeds = [listed([str(seed) for seed in one["grid"]["seeds"]]) for one in given]
    print(report(runs, [f"seeds {each}" for each in seeds], differing(*given)))


if __name__ == "__main__":
    main([Path(folder) for folder in sys.argv[1:3]])
