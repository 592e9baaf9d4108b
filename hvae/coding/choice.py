"""Which of an experiment's models to code with, and which one wrote a file."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hvae.coding import codec
from hvae.coding.codec import Codec
from hvae.errors import InputError, one_each, shown
from hvae.io import tables
from hvae.io.tables import MEASURED
from hvae.training import checkpoint
from hvae.training.checkpoint import Card

FAR = 0.1, 1.0  # how far rates may be from those that were asked for: of their total, and nats


class Candidate(NamedTuple):
    """A point: the card of its model, its β where the model is one for a plane, its rates in nats.

    rates: as measured on test items, or on validation items where that is not done yet.
    """

    point: str
    card: Card
    beta: tuple[float, ...]
    rates: tuple[float, ...]


def chosen(
    results: Path,
    rates: Sequence[float] = (),
    beta: Sequence[float] = (),
    point: str = "",
) -> Candidate:
    """The point of that name, of that β, or with the nearest rates; InputError if there is none.

    By rates it is a point of the tables, where there are any: models from scratch are none.
    """
    if beta:
        return _of_beta(results, beta)
    found = list(candidates(results))
    if point:
        return _one(found, lambda one: one.point == point, f"--point: {results} has no {point}")

    def miss(one: Candidate) -> float:
        return sum(abs(a - b) for a, b in zip(one.rates, rates, strict=True))

    known = [one for one in found if len(one.rates) == len(rates)]
    points = {row["point"] for row in _table(results, len(rates))} if known else set()
    known = [one for one in known if one.point in points] or known
    if not known:
        layers = len(found[0].card.model.latents) if found else len(rates)
        raise InputError(f"--rates: {one_each(layers, 'rate', len(rates))}")
    best = min(known, key=miss)
    if miss(best) > FAR[0] * sum(rates) + FAR[1]:
        near = " ".join(f"{rate:.3g}" for rate in best.rates)
        raise InputError(f"--rates: no model has these; the nearest, {best.point}, has {near} nats")
    return best


def _of_beta(results: Path, beta: Sequence[float]) -> Candidate:
    def fits(card: Card) -> bool:
        return card.target is None and checkpoint.trained_for(card, beta)

    found = [card for card in _cards(results) if fits(card)]
    card = min(found, key=lambda one: (one.box is None, one.name), default=None)
    if card is None:
        told = " ".join(f"{one:g}" for one in beta)
        raise InputError(f"--beta: no model in {results} was trained for β = {told}")
    return Candidate(card.name, card, tuple(beta) if card.box else (), ())


def _one(found: list[Candidate], fits: Callable[[Candidate], bool], otherwise: str) -> Candidate:
    for one in found:
        if fits(one):
            return one
    raise InputError(otherwise)


def candidates(results: Path) -> Iterator[Candidate]:
    """Every point whose model is there, and did not diverge."""
    cards = {card.name: card for card in _cards(results)}
    if not cards:
        raise InputError(f"--results: {results} holds no models")
    rows = _rows(results, len(next(iter(cards.values())).model.latents))
    for name, card in cards.items():
        if card.box is None:
            rates = rows.get(name) or card.rates or ()
            yield Candidate(name, card, (), tuple(rates))
    for card in cards.values():
        if card.box is not None:
            yield from _on_plane(results, card)


def _on_plane(results: Path, card: Card) -> Iterator[Candidate]:
    for row in _table(results, len(card.model.latents)):
        if row["strategy"] == "amortized" and f"amortized_s{row['seed']}" == card.name:
            layers = len(card.model.latents)
            beta, rates = (tables.over_layers(row, part, layers) for part in ("beta", "rate"))
            yield Candidate(row["point"], card, beta, rates)


def _rows(results: Path, layers: int) -> dict[str, tuple[float, ...]]:
    return {
        row["point"]: tables.over_layers(row, "rate", layers) for row in _table(results, layers)
    }


def _table(results: Path, layers: int) -> list[dict[str, Any]]:
    """The measured points, if there are any yet."""
    path = results / "points.parquet"
    rows = tables.read_named("points", path, layers).to_pylist() if path.is_file() else []
    return [row for row in rows if row["status"] in MEASURED]


def _cards(results: Path) -> Iterator[Card]:
    folder = results / "models"
    for path in sorted(folder.glob("*.json")):
        card = checkpoint.card(folder, path.stem)
        if card.status != "diverged":
            yield card


def opened(results: Path, one: Candidate) -> Codec:
    """What a file of that point is written with."""
    return codec.stored(results / "models", one.card.name, one.beta)


def writer(results: Path, key: bytes, path: Path) -> Candidate:
    """The point that wrote a file with that key; InputError if none did."""
    otherwise = f"{shown(path)} was written with a model that {results} does not have"
    if any(card.box is not None for card in _cards(results)):
        otherwise += "; if it was written with --beta, give the same --beta again"
    return _one(
        list(candidates(results)), lambda one: codec.key(one.card, one.beta) == key, otherwise
    )
