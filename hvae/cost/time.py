"""How long a run takes, from its parameters alone: to within a factor of two, on a similar machine.

Seconds of one core, where a forward pass of one item takes N multiplications::

    a job of training     steps · (O + 3 batch · members · N / V)      3: forwards and backwards
    a point               P + Q · items · samples
    an evaluated point    D + C · items · tasks that fit to latents or use the classifier
                          + passes · N / V + files
    its files             (items + T) · (W · N / V + U) + items · B · binary decisions on pixels
                          + M · numbers of all means in colour · components
    any job               S

The constants are from `benchmarks/scaling.md`, which compares predictions with runs.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from hvae.config import baseline
from hvae.config.model import MixtureOfLogisticsOptions, Model
from hvae.config.params import Params
from hvae.config.sizes import channels
from hvae.config.task import MODEL
from hvae.cost.disk import baseline_counts, counts, evaluated
from hvae.models.build import size

# V, multiplications a second: of convolutions, and of perceptrons
SPEED: Mapping[str, float] = defaultdict(lambda: 12e9, mlp=20e9)
STEP = 2e-3  # O: for the optimiser, and whatever else does not grow with the model
START = 1.8  # S: until a process has loaded its libraries
POINT, SAMPLE = 0.05, 3e-6  # P, Q
EVALUATION, ITEM = 2.0, 0.004  # D, C
MOST = 2000  # items of a split that a task reads
# T, W, U: of the task `compression`, whose search goes 32 times forwards and backwards, and tries
# five steps of the grid on 120 items.
TRIED, SEARCH, LOOKED = 5 * 120, 32 * 3, 5e-4
# B, M: by processor time on one core. A decision: 0.6 to 3.6 µs, for a file without loss, written
# and decoded, and its net length, the most where images are small. In colour the mean of a mixture
# of logistics costs more: 50 ms an item of 32×32×3 under 5 components.
DECISION, MEAN = 1.6e-6, 3.3e-6
DRAWN = 256  # items that widths are measured on; others are decoded three times
DECISIONS: Mapping[str, int] = {"bernoulli": 1, "mixture-of-logistics": 8}  # of 256 levels
RESTORED = 6 * 20 * 1000  # passes in the tasks that decode, over steps and items of two splits
JOBS_A_ROW = 14  # jobs for each evaluated row
OTHER_JOBS = 30
UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


class Time(NamedTuple):
    """Seconds of one core: of all jobs, and of the longest job, which more cores do not shorten."""

    total: float
    longest: float

    def on(self, cores: int) -> float:
        """Seconds on that many cores."""
        return max(self.total / cores, self.longest)


def time(params: Params) -> Time | None:
    """The estimate; None if the shape of an item is unknown until the data are read."""
    shape = params.data.extent.shape
    if shape is None:
        return None
    trained = training(params, shape)
    count, singles = counts(params), baseline_counts(params).values()
    rows = len(params.evaluated_rows()) + len(baseline.evaluated_rows(params))
    jobs = len(params.rows()) + len(trained) + JOBS_A_ROW * rows + OTHER_JOBS
    items = evaluated(params.data, params.evaluation.max_items)["test"]
    measured = count.points + count.targets + count.polished
    measured += sum(one.points + one.targets for one in singles)
    points = measured * (POINT + SAMPLE * items * params.evaluation.samples)
    evaluated_points = count.evaluated + sum(one.evaluated for one in singles)
    evaluations = evaluated_points * evaluation(params, shape, items)
    return Time(sum(trained) + START * jobs + points + evaluations, longest=max(trained) + START)


def evaluation(params: Params, shape: tuple[int, ...], items: int) -> float:
    """Seconds that latents, information and tasks of one point take."""
    data, options = params.data, params.evaluation
    chosen = params.tasks.chosen(data).values()
    kinds = sum(task.reads != {MODEL} for task in chosen)
    passes = 2 * items * options.importance_samples + RESTORED * data.pictured
    forward = size(params.model, shape).multiplications / SPEED[params.model.backbone]
    found = EVALUATION + ITEM * kinds * min(items, MOST) + passes * forward
    return found + (files(params, shape) if "compression" in params.tasks.chosen(data) else 0.0)


def files(params: Params, shape: tuple[int, ...]) -> float:
    """Seconds that a point's files take: of validation and of test items."""
    model, asked = params.model, params.tasks.compression
    if asked is None or asked.items is None:
        return 0.0
    kept = evaluated(params.data, params.evaluation.max_items)
    items = sum(min(asked.items, kept[split]) for split in ("validation", "test"))
    forward = size(model, shape).multiplications / SPEED[model.backbone]
    decisions = math.prod(shape) * DECISIONS.get(model.likelihood.family, 0)
    means = (DRAWN + 3 * items) * math.prod(shape) * _components(model, shape)
    searched = (items + TRIED) * (SEARCH * forward + LOOKED)
    return searched + items * DECISION * decisions + MEAN * means


def _components(model: Model, shape: tuple[int, ...]) -> int:
    """Of a mixture in colour; 0 elsewhere, where means cost next to nothing."""
    known = model.likelihood
    if isinstance(known, MixtureOfLogisticsOptions) and channels(shape) > 1:
        return known.components
    return 0


def training(params: Params, shape: tuple[int, ...]) -> list[float]:
    """Seconds of each training job: of the grid, at given rates, polished, anchors, baseline."""
    schedule, rates = params.training.at_beta(), params.training.rates.model_dump()
    rated = [_job(params.model, rates, shape, len(row)) for row in params.rate_rows().values()]
    if params.training.polish:
        polish = params.training.polish.at_beta()
        rows = params.polished_rows().values()
        rated += [_job(params.model, polish, shape, len(row)) for row in rows]
    if params.amortized:
        anchors = params.certification.training.at_beta()
        scratch = params.certification.training.rates.model_dump()
        return [
            *[_job(params.model, schedule, shape, 1, conditioned=True)] * len(params.grid.seeds),
            *rated,
            *[_job(params.model, anchors, shape, len(row)) for row in params.anchors().values()],
            *[
                _job(params.model, scratch, shape, len(row))
                for row in params.scratch_rows().values()
            ],
            *single_layer(params, shape),
        ]
    return [
        *[_job(params.model, schedule, shape, len(row)) for row in params.rows().values()],
        *rated,
        *single_layer(params, shape),
    ]


def single_layer(params: Params, shape: tuple[int, ...]) -> list[float]:
    """Seconds of each job that trains a baseline of one layer."""
    schedule = baseline.schedule(params)
    if params.grid.totals():
        rated, on = baseline.rate_rows(params).values(), baseline.rate_schedule(params)
        starts = [
            _job(one.model, schedule, shape, 1, conditioned=True) for one in rated if one.start
        ]
        return [*starts, *(_job(one.model, on, shape, len(one.points)) for one in rated)]
    model, shared = baseline.model(params), params.amortized
    return [
        _job(model, schedule, shape, 1 if shared else len(row), conditioned=shared)
        for row in baseline.rows(params).values()
    ]


def _job(
    model: Model,
    schedule: Mapping[str, Any],
    shape: tuple[int, ...],
    members: int,
    conditioned: bool = False,
) -> float:
    """Seconds to train that many models together."""
    forward = size(model, shape, conditioned).multiplications / SPEED[model.backbone]
    return float(schedule["steps"] * (STEP + 3 * schedule["batch_size"] * members * forward))


def sentence(params: Params, cores: int | None) -> str:
    """A sentence on how long a run takes, give or take a factor of two.

    cores: None on a cluster, where their number varies.
    """
    found = time(params)
    if found is None:
        return "how long that takes is not known before the data are read"
    if cores is None:
        taken = (
            f"{spoken(found.total)} of one core's time, {spoken(found.longest)} in the longest job,"
        )
    else:
        taken = f"{spoken(found.on(cores))} on {cores} core{'' if cores == 1 else 's'}"
    return f"roughly {taken} without a GPU, if there are no results yet"


def spoken(seconds: float) -> str:
    """A time in a suitable unit, rounded up: `8 minutes`, `3 hours`, `12 days`."""
    name, size = next(unit for unit in UNITS if seconds > 2 * unit[1] or unit == UNITS[-1])
    count = math.ceil(seconds / size)
    return f"{count} {name}{'' if count == 1 else 's'}"
