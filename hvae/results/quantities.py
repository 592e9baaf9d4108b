"""Every measured quantity: what it is called, its unit, how a number of it is written, and which
way is better.

`METRICS` are those of `tasks.parquet`, by its column `metric`; `OF_POINTS` those of the points
themselves. Guidance, the explorer, the rate plane and the index all read them here.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from hvae.config.task import Task

NATS = "nats per item"
PER_DIMENSION = "bits per dimension"
LESS_CONSTANT = "distortion-less-constant"  # which `distortion` of the tables includes


class Measure(NamedTuple):
    """How one quantity is shown.

    title: without the unit. better: "none" where more is neither better nor worse. words: in a
    sentence, with the article. form: a number, with what follows it in a sentence. short: a title
    where there is little room; "" for the title itself. chance: what a guess reaches, where that is
    the same for all data.
    """

    name: str
    title: str
    unit: str = ""
    better: Literal["higher", "lower", "none"] = "higher"
    words: str = ""
    form: str = "{:.3f}"
    short: str = ""
    chance: float | None = None

    @property
    def axis(self) -> str:
        """What an axis says: the title with the unit."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    @property
    def brief(self) -> str:
        """The shortest title, without the unit."""
        return self.short or self.title

    @property
    def noun(self) -> str:
        """The words without their article."""
        return self.words.partition(" ")[2]

    @property
    def higher(self) -> bool:
        """Whether more is better."""
        return self.better == "higher"

    @property
    def sign(self) -> int:
        """What turns a value into a score, of which more is better."""
        return 1 if self.higher else -1

    @property
    def ending(self) -> str:
        """What follows a number in a sentence, with a space before it: " dB"; or nothing."""
        return self.form[self.form.index("}") + 1 :]

    def told(self, value: float) -> str:
        """A value with what follows it."""
        return self.form.format(value)

    def number(self, value: float) -> str:
        """A value alone."""
        return self.told(value).removesuffix(self.ending)


def _by_name(*measures: Measure) -> Mapping[str, Measure]:
    return {one.name: one for one in measures}


_ERROR = "Mean squared error per dimension"
METRICS = _by_name(
    Measure("accuracy", "Accuracy", words="an accuracy"),
    Measure("ari", "Adjusted Rand index", words="an adjusted Rand index", short="ARI", chance=0),
    Measure(
        "nmi",
        "Normalised mutual information",
        words="a normalised mutual information",
        short="NMI",
        chance=0,
    ),
    Measure("r2", "R²", words="an R²", chance=0),
    Measure("mse", _ERROR, "units²", "lower", "a mean squared error", "{:.3g}", "MSE"),
    Measure("psnr_db", "PSNR", "dB", words="a PSNR", form="{:.2f} dB"),
    Measure("ssim", "SSIM", words="an SSIM"),
    Measure("auroc", "AUROC", words="an AUROC", chance=0.5),
    Measure("bits_per_dim", "Rate", PER_DIMENSION, "none", "a rate"),
    Measure("objective", "Objective J°", NATS, "lower", "an objective J°", "{:.2f} nats"),
    Measure("inception_score", "Inception Score", words="an Inception Score", form="{:.2f}"),
    Measure("diversity", "Diversity exp H(ȳ)", "classes", words="a diversity of draws"),
    Measure("sharpness", "Sharpness exp(−E H(y | x))", words="a sharpness of draws"),
    Measure(
        "frechet",
        "Fréchet distance (feature units²)",
        better="lower",
        words="a Fréchet distance",
    ),
    Measure(
        "class_tv",
        "Class histogram, total variation",
        better="lower",
        words="a class histogram, total variation",
    ),
    Measure(
        "prediction_entropy",
        "Prediction entropy",
        "nats",
        "lower",
        words="a prediction entropy",
        form="{:.3f} nats",
    ),
    Measure("class_consistency", "Class consistency (share of items)", words="a class consistency"),
)
OF_POINTS = _by_name(
    Measure("rate_1", "Rate of z₁", NATS, "none"),
    Measure("rate_above", "Rate above z₁", NATS, "none"),
    Measure("rate_total", "Total rate", NATS, "none"),
    Measure("objective", "Objective J°", NATS, "none"),
    Measure("distortion", "Distortion D, constant included", NATS, "lower"),
    Measure(LESS_CONSTANT, "Distortion D°", NATS, "lower"),
    Measure("psnr", "PSNR, z sampled", "dB"),
    Measure(
        "mse",
        f"{_ERROR}, z sampled",
        "units²",
        "lower",
        short="MSE per dimension, z sampled",
    ),
    Measure("bits", "Code length (D + R) / n", PER_DIMENSION, "lower", short="Bits per dimension"),
)


def of_task(task: Task, metric: str) -> Measure:
    """A metric of a task; one of the user's own has its quantities itself."""
    own = {one.name: one for one in task.quantities}
    if metric not in own:
        return METRICS[metric]
    one: Measure = own[metric]
    return one if one.words else one._replace(words=_words(one.title))


def judging(tasks: Mapping[str, Task], guidance: Mapping[str, Any], name: str) -> Measure:
    """What judges an application, by the guidance."""
    return of_task(tasks[name], guidance["applications"][name]["metric"])


def _words(title: str) -> str:
    """A title within a sentence: "a mean absolute error", "an SSIM"."""
    noun = title[:1].lower() + title[1:] if title[1:2].islower() else title
    return f"{'an' if noun[:1] in 'aeio' else 'a'} {noun}"


# The units in which a check is compared with its limit, by the column `metric` of `bounds.parquet`
_CHECKED = {
    "accuracy": "accuracy",
    "class_consistency": "accuracy",
    "class_tv": "total variation",
    "mse": "units of t, squared",
    "squared_error": "units of x, squared",
}


def checked_unit(metric: str) -> str:
    """The unit of what a check measured, of its limit, and of its slack."""
    return _CHECKED.get(metric, NATS)
