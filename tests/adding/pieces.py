"""Run in a copy of the package: each job's command, from data to advice, one after the other.

Arguments: the parameters as JSON, and a folder for what is made.
"""

import json
import runpy
import sys
from pathlib import Path

from hvae.config.base import parse
from hvae.config.params import Params
from hvae.config.tasks import TASKS
from hvae.guidance.paired import by_metric
from hvae.guidance.study import MeasuredTables, study
from hvae.io import tables


def run(module: str, job: str, **places: Path) -> None:
    """One command."""
    sys.argv = [module, "--params", job, *(f"--{name}={path}" for name, path in places.items())]
    runpy.run_module(f"hvae.{module}", run_name="__main__")


def main() -> None:
    """Print what came of it, as JSON."""
    params, out = parse(Params, sys.argv[1]), Path(sys.argv[2])
    (row,) = params.rows().values()
    points = [point.model_dump() for point in row]
    data, models, latents = out / "data", out / "models", out / "latents"
    run("data.prepare", params.job("seed", "data"), out=data)
    training = params.job("model", points=points, training=params.training.at_beta())
    beside = {"history": out / "history.parquet", "checkpoints": out}
    run("training.train", training, data=data, models=models, **beside)
    extraction = params.evaluation.extraction()
    found = {name: out / f"{name}.parquet" for name in ("points", "items")}
    measuring = params.job("seed", points=points, evaluation=extraction)
    run("latents.measure", measuring, data=data, models=models, **found)
    job = params.job("seed", points=points, max_items=params.evaluation.max_items)
    pictures = {"measured": found["points"], "gallery": out / "gallery.parquet"}
    run("latents.extract", job, data=data, models=models, latents=latents, **pictures)
    job = params.job("seed", points=points, settings=params.tasks.settings("guessing"))
    parts = {name: out / f"{name}.parquet" for name in ("test", "validation", "counts", "scores")}
    run("tasks.guessing", job, data=data, latents=latents, **parts)
    read = (found["points"], parts["test"], parts["validation"])
    measured, test, validation = (tables.read(path).to_pylist() for path in read)
    scores = by_metric(tables.groups(parts["scores"]))
    advice = study(MeasuredTables(measured, test, validation, 2, scores), params.guidance)
    best = advice.choices["guessing"].best
    told = {"needed": TASKS["guessing"].needs(params.data), "words": params.model.likelihood.told}
    print(json.dumps(told | {"status": measured[0]["status"], "accuracy": best.test.value}))


if __name__ == "__main__":
    main()
