"""Ask a trained plane for rates: at which β are they, and what is the model there?

python -m hvae.plane --results results/digits --rates 10 5 --out mine
"""

import argparse
from pathlib import Path

import torch

from hvae.config.params import Params
from hvae.errors import InputError
from hvae.io import command
from hvae.plane import targets
from hvae.plane.amortized_model import AmortizedModel, HeldOut
from hvae.plane.targets import card_at
from hvae.results.experiment import Experiment
from hvae.training import checkpoint


@torch.inference_mode()
def main(arguments: argparse.Namespace) -> None:
    """Print β and the rates; with `out`, write the plain model there."""
    params = parameters(arguments.results)
    refuse_rates(arguments.rates, len(params.model.latents))
    name = model_name(params, arguments.seed)
    data = arguments.data or Path("data/prepared") / params.experiment
    held_out = HeldOut(data, params.evaluation, params.seed, ["validation"])
    amortized = AmortizedModel(arguments.results / "models", name, held_out)
    if not amortized.trained:
        raise InputError(f"{name} diverged in training, so that it has no rates to ask for")
    solution = amortized.solve(arguments.rates)
    if not solution.reached:
        raise InputError(targets.out_of_reach(arguments.rates, solution))
    print(targets.found(solution))
    if arguments.out is not None:
        named = f"r{'_'.join(f'{rate:g}' for rate in arguments.rates)}_s{arguments.seed}"
        model = amortized.at(solution.beta.tolist())
        checkpoint.save(arguments.out, card_at(amortized, named, solution), model.state_dict())
        print(f"The model is {arguments.out / named}.safetensors, beside it its card")


def parameters(results: Path) -> Params:
    """Those of the experiment; InputError where there is none or where it has no plane."""
    params = Experiment(results).params
    if not params.amortized:
        raise InputError(
            f"--results: {params.experiment} has independent models, which have the rates that "
            "their β gives them; one that can be asked for rates takes training.strategy amortized"
        )
    return params


def refuse_rates(rates: list[float], layers: int) -> None:
    """InputError unless there is a rate in nats for each layer."""
    if len(rates) != layers:
        raise InputError(f"--rates: must be one for each of {layers} layers, got {len(rates)}")
    for rate in rates:
        if not 0 <= rate < float("inf"):
            raise InputError(f"--rates: must be finite and not negative, got {rate:g}")


def model_name(params: Params, seed: int) -> str:
    """The amortized model that was trained from that seed."""
    try:
        return params.grid.shared()[seed]
    except KeyError:
        raise InputError(f"--seed: must be one of {params.grid.seeds}, got {seed}") from None


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--results", type=Path, required=True, help="an experiment's, with models")
    parser.add_argument("--rates", type=float, nargs="+", required=True, help="R_1 … R_L in nats")
    parser.add_argument("--out", type=Path, help="a folder for the plain model at that β")
    parser.add_argument("--seed", type=int, default=0, help="of the amortized model")
    parser.add_argument("--data", type=Path, help="prepared; data/prepared/EXPERIMENT unless given")
    parser.add_argument("--verbose", action="store_true", help="show the traceback of an error")
    command.run(main, parser.parse_args())
