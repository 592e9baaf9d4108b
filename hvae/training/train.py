"""Train one row of the grid: all β_1 for one (β_2, …, β_L) and one seed."""

import argparse
from pathlib import Path

import torch

from hvae import command, tables
from hvae.data import prepared
from hvae.models.build import build
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
    data = prepared.read(arguments.data / "train.parquet")
    held_out = prepared.read(arguments.data / "validation.parquet")
    model = build(job.model, data.shape, job.points[0].seed)
    trained = train(
        model,
        [point.beta for point in job.points],
        torch.tensor(data.x, device=device),
        torch.tensor(held_out.x, device=device),
        job.training,
        job.points[0].seed,
    )
    _save_models(job, trained, data.shape, arguments.models)
    constant = model.likelihood.constant(data.x.shape[1])
    _save_history(job, trained, constant, arguments.history)


def _save_models(job: Job, trained: Trained, shape: tuple[int, ...], folder: Path) -> None:
    for index, point in enumerate(job.points):
        card = checkpoint.Card(
            point=point,
            strategy=job.training.strategy,
            shape=list(shape),
            model=job.model,
            status="diverged" if trained.diverged[index] else "ok",
            train_seconds=trained.seconds / len(job.points),
        )
        checkpoint.save(folder, card, trained.member(index))


def _save_history(job: Job, trained: Trained, constant: float, path: Path) -> None:
    rows = [
        {"point": point.name, "step": step, "objective": values[index].item() - constant}
        for index, point in enumerate(job.points)
        for step, values in trained.looks.items()
    ]
    tables.write(tables.from_rows(rows, tables.history()), path)


if __name__ == "__main__":
    parser = command.parser(__doc__)
    command.folder(parser, "data", "models", "history")
    command.run(main, parser.parse_args())
