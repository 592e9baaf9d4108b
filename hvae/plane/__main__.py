"""Train a model to rates that are asked for: what does it reconstruct, and what is a nat worth?

It goes on from the experiment's amortized model, where there is one, at the β whose rates are the
nearest; else it begins from scratch. With `training.rates` of the experiment. It is `hvae ask`.
"""

import argparse
from pathlib import Path

from hvae.config.grid import Point
from hvae.config.params import Params
from hvae.config.training import shown
from hvae.errors import InputError, one_each
from hvae.io import command
from hvae.latents.measure import psnr
from hvae.models.build import build
from hvae.models.hierarchical import HierarchicalVAE
from hvae.plane.amortized_model import HELD_OUT, HeldOut
from hvae.results.experiment import Experiment
from hvae.statistics.estimate import number
from hvae.training import checkpoint, train_rates
from hvae.training.train_rates import RateTrainingJob


def main(arguments: argparse.Namespace) -> None:
    """Print rates, D, PSNR and prices; with `out`, write the plain model there."""
    params = Experiment(arguments.results).params
    refuse_rates(arguments.rates, len(params.model.latents))
    data = arguments.data or Path("data/prepared") / params.experiment
    held_out = HeldOut(data, params.evaluation, params.seed)
    folder = arguments.results / "models"
    (found,) = train_rates.models(
        job(params, arguments.rates, arguments.seed, folder), data, folder
    )
    told = train_rates.problem(found.card)
    if found.card.status == "unreachable":
        raise InputError(told)
    if found.card.prices is None:
        raise InputError(f"training to R = {shown(arguments.rates)} nats diverged")
    model = build(params.model, found.card.shape, found.card.seed, found.card.levels)
    model.load_state_dict(found.state)
    for split in HELD_OUT:
        print(on(split, held_out, model))
    print(f"prices, nats of D for one more nat in each layer: {shown(found.card.prices)}")
    if told:
        print(told)
    if arguments.out is not None:
        checkpoint.save(arguments.out, found.card, found.state)
        print(f"The model is {arguments.out / found.card.name}.safetensors, beside it its card")


def job(params: Params, rates: list[float], seed: int, folder: Path) -> RateTrainingJob:
    """The training of one model to these rates, from the amortized model of that training seed."""
    if seed not in (shared := params.grid.shared()):
        raise InputError(f"--seed: must be one of {params.grid.seeds}, got {seed}")
    name = f"r{'_'.join(f'{rate:g}' for rate in rates)}_s{seed}"
    start = shared[seed] if params.amortized else None
    if start and checkpoint.card(folder, start).status == "diverged":
        raise InputError(f"{start} diverged in training, so that no model can go on from it")
    point = Point(name=name, rates=rates, seed=seed, model=name)
    settings = params.training.rates
    return RateTrainingJob(model=params.model, training=settings, points=[point], start=start)


def on(split: str, held_out: HeldOut, model: HierarchicalVAE) -> str:
    """Rates, D° and PSNR on the items of a split."""
    items, found = held_out.items(split), held_out.measure(model, split)
    distortion = found.distortion.mean() - model.likelihood.constant(items.x.shape[1])
    decibels = psnr(float(found.error.mean()), items.bounded)
    sharp = f", PSNR {number(decibels)} dB" if items.bounded else ""
    return f"{split}: R = {shown(found.rates.mean(0))} nats, D° = {number(distortion)} nats{sharp}"


def refuse_rates(rates: list[float], layers: int) -> None:
    """InputError unless there is a rate in nats for each layer."""
    if len(rates) != layers:
        raise InputError(f"--rates: {one_each(layers, 'rate', len(rates))}")
    for rate in rates:
        if not 0 <= rate < float("inf"):
            raise InputError(f"--rates: must be finite and not negative, got {rate:g}")


if __name__ == "__main__":  # the former name of `hvae ask`
    command.alias("ask")
