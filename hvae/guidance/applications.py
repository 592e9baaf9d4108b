"""What each application is judged by: which rows of `tasks.parquet` count.

A method may name a problem after a colon, as `ridge:slant`: the same way of reading z asked about
something else. Where there are several problems, an application is worth its mean over them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from hvae.config.tasks import Name
from hvae.results.quantities import METRICS, Measure

BUDGETED: Name = "compression"  # of which a point must keep to a budget of bits
Methods = Callable[[Sequence[str]], Sequence[str]]  # of the methods there are, those that count


class Application(NamedTuple):
    """One application: its task's rows with these `features`, by the first metric that they have.

    means: whether the same from posterior means is told beside it, as a remark. ways: whether it is
    told how z is read, since there are other ways.
    """

    name: Name
    metrics: tuple[Measure, ...]
    methods: Methods
    features: str = "sample"
    means: bool = False
    ways: bool = True

    @property
    def task(self) -> str:
        """Its name in the tables."""
        return self.name


def every(methods: Sequence[str]) -> Sequence[str]:
    """All of them: the best is chosen on validation."""
    return methods


def preferred(name: str) -> Methods:
    """That one where it was measured, else the first."""
    return lambda methods: [name] if name in methods else methods[:1]


def middle(methods: Sequence[str]) -> Sequence[str]:
    """Of levels such as `noise-0.2`, the middle one; the lower of two."""
    ordered = sorted(methods, key=lambda method: float(method.rpartition("-")[2]))
    return ordered[(len(ordered) - 1) // 2 :][:1]


PSNR = METRICS["psnr_db"]
_ALL = (
    Application("reconstruction", (PSNR, METRICS["mse"]), preferred("decoder"), ways=False),
    Application("denoising", (PSNR,), middle),
    Application("inpainting", (PSNR,), preferred("half")),
    Application("upscaling", (PSNR,), preferred("2x")),
    Application("compression", (PSNR,), preferred("rate"), ways=False),
    Application("classification", (METRICS["accuracy"],), every, means=True),
    Application("regression", (METRICS["r2"],), every),
    Application("clustering", (METRICS["nmi"],), every),
    Application("anomaly", (METRICS["auroc"],), every),
    Application("generation", (METRICS["inception_score"],), every, features=""),
)
APPLICATIONS: Mapping[Name, Application] = {one.name: one for one in _ALL}
