"""Train one row of the grid: all β_1 for one (β_2, …, β_L) and one seed."""

import argparse
from pathlib import Path

import torch

from hvae import command, tables
from hvae.data import prepared
from hvae.data.prepared import Items
from hvae.errors import InputError
from hvae.models.build import build
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.likelihoods.base import Likelihood
from hvae.params import Model, Point, Section, Training, parse
from hvae.training import checkpoint
from hvae.training.grid import Trained, train


class Job(Section):
    """What the trained models of a row depend on, beside the data."""

    model: Model
    training: Training
    points: list[Point]


def main(arguments: argparse.Namespace) -> None:
    """Write a model and a card for each point, and the row's validation curve."""
    job = parse(Job, arguments.params)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    data, held_out = (prepared.read(arguments.data / f"{name}.parquet") for name in SPLITS)
    model = build(job.model, data.shape, job.points[0].seed, data.levels)
    for name, items in zip(SPLITS, (data, held_out), strict=True):
        _check(model.likelihood, items, arguments.data / f"{name}.parquet")
    trained = train(
        model,
        [point.beta for point in job.points],
        torch.tensor(data.x, device=device),
        torch.tensor(held_out.x, device=device),
        job.training,
        job.points[0].seed,
    )
    _save_models(job, trained, data.shape, model.likelihood.levels, arguments.models)
    _save_history(job, trained, constants(model, trained, data.x.shape[1]), arguments.history)


SPLITS = ("train", "validation")


def _check(likelihood: Likelihood, items: Items, path: Path) -> None:
    """InputError where the likelihood has no probability for some item."""
    if problem := likelihood.problem(torch.tensor(items.x)):
        raise InputError(f"{path} {problem}")


def constants(model: HierarchicalVAE, trained: Trained, dimensions: int) -> list[float]:
    """Each member's likelihood constant in nats, under the weights that it keeps.

    One for all looks of a member, so that its lowest J° is where its lowest J_β is.
    """
    result = []
    for index in range(len(trained.weights)):
        model.load_state_dict(trained.member(index))
        result.append(model.likelihood.constant(dimensions))
    return result


def _save_models(
    job: Job, trained: Trained, shape: tuple[int, ...], levels: int | None, folder: Path
) -> None:
    for index, point in enumerate(job.points):
        card = checkpoint.Card(
            point=point,
            strategy=job.training.strategy,
            shape=list(shape),
            levels=levels,
            model=job.model,
            parameters=sum(trained.layout.sizes[:-1]),
            status="diverged" if trained.diverged[index] else "ok",
            train_seconds=trained.seconds / len(job.points),
        )
        checkpoint.save(folder, card, trained.member(index))


def _save_history(job: Job, trained: Trained, constants: list[float], path: Path) -> None:
    rows = [
        {"point": point.name, "step": step, "objective": values[index].item() - constants[index]}
        for index, point in enumerate(job.points)
        for step, values in trained.looks.items()
    ]
    tables.write(tables.from_rows(rows, tables.history()), path)


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", "models", "history")
    command.run(main, parser.parse_args())
