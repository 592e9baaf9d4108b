"""What draws from the prior are worth, to a classifier of the data: metrics of decoded items."""

from collections.abc import Iterator

import torch
from torch import Tensor

from hvae.data.feasible import SPREAD
from hvae.statistics.estimate import Floats, Row
from hvae.tasks.classifier import Judge
from hvae.tasks.frechet import frechet
from hvae.tasks.inception import inception


def metrics(judge: Judge, drawn: Tensor, held_out: Tensor, parts: int) -> Iterator[Row]:
    """Inception Score and its factors of `drawn`, (items, n), and Fréchet distance to `held_out`.

    Rows but for the point. The scores ask p(y | x), the distance the last hidden layer; it takes
    three held-out items.
    """
    classifier = judge.classifier
    p = _array(torch.softmax(classifier(drawn).double(), -1))
    seen, known = (_array(classifier.features(x).double()) for x in (drawn, held_out))
    found = inception(p, parts)
    if len(known) >= SPREAD:
        found["frechet"] = frechet(seen, known, parts)
    named = {"task": "generation", "layers": "", "features": "", "method": judge.card.method}
    yield from (
        named | {"metric": name} | numbers | {"n": len(drawn)} for name, numbers in found.items()
    )


def _array(x: Tensor) -> Floats:
    return x.numpy()
