"""What each application is judged by: which rows of `tasks.parquet` count, and how it is told.

A method may name a problem after a colon, as `ridge:slant`: the same way of reading z asked about
something else. Where there are several problems, an application is worth its mean over them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from hvae.config.guidance import Name

Methods = Callable[[Sequence[str]], Sequence[str]]  # of the methods there are, those that count


class Metric(NamedTuple):
    """A column value of `metric`: how a sentence tells it, and whether more of it is better.

    title: what an axis says, with the unit.
    """

    name: str
    words: str
    form: str
    title: str
    higher: bool = True

    @property
    def sign(self) -> int:
        """What turns a value into a score, of which more is better."""
        return 1 if self.higher else -1

    def told(self, value: float) -> str:
        """A value with its unit."""
        return self.form.format(value)

    @property
    def unit(self) -> str:
        """What follows the number, with a space before it: " dB"; or nothing."""
        return self.form[self.form.index("}") + 1 :]


class Application(NamedTuple):
    """One application: its task's rows with these `features`, by the first metric that they have.

    means: whether the same from posterior means is told beside it, as a remark. ways: whether it is
    told how z is read, since there are other ways.
    """

    name: Name
    metrics: tuple[Metric, ...]
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


PSNR = Metric("psnr_db", "a PSNR", "{:.2f} dB", "PSNR (dB)")
_ERROR = "Mean squared error per dimension (units²)"
MSE = Metric("mse", "a mean squared error", "{:.3g}", _ERROR, higher=False)
ACCURACY = Metric("accuracy", "an accuracy", "{:.3f}", "Accuracy")
R2 = Metric("r2", "an R²", "{:.3f}", "R²")
NMI = Metric("nmi", "a normalised mutual information", "{:.3f}", "Normalised mutual information")
AUROC = Metric("auroc", "an AUROC", "{:.3f}", "AUROC")
INCEPTION = Metric("inception_score", "an Inception Score", "{:.2f}", "Inception Score")

_ALL = (
    Application("reconstruction", (PSNR, MSE), preferred("decoder"), ways=False),
    Application("denoising", (PSNR,), middle),
    Application("inpainting", (PSNR,), preferred("half")),
    Application("upscaling", (PSNR,), preferred("2x")),
    Application("compression", (PSNR,), preferred("rate"), ways=False),
    Application("classification", (ACCURACY,), every, means=True),
    Application("regression", (R2,), every),
    Application("clustering", (NMI,), every),
    Application("anomaly", (AUROC,), every),
    Application("generation", (INCEPTION,), every, features=""),
)
APPLICATIONS: Mapping[Name, Application] = {one.name: one for one in _ALL}
METRICS: Mapping[str, Metric] = {metric.name: metric for one in _ALL for metric in one.metrics}
