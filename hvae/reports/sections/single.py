"""The single-layer baseline beside a run: how large it is, and for how long it was trained."""

from typing import NamedTuple

from hvae.config import baseline
from hvae.cost.model_size import weights
from hvae.results.experiment import Run


class Single(NamedTuple):
    """The number of its weights, and of its training steps."""

    weights: int
    steps: int


def single(run: Run) -> Single | None:
    """None where there is none."""
    schedule = baseline.schedule(run.params)
    if not schedule:
        return None
    model = baseline.model(run.params)
    return Single(weights(model, run.test.shape, run.params.amortized), schedule["steps"])
