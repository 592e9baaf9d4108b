"""What the rest of the program has to know of a task: rules, guidance, the explorer and costs.

`hvae.config.tasks` has the entry of each.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hvae.config.data import Data

MODEL, CLASSIFIER = "model", "classifier"  # what a task may read beside latents
Settings = Callable[[Sequence[str]], Sequence[str]]  # of those that there are, those that count


def anything(data: Data) -> bool:
    """Any data will do."""
    return True


def labels(data: Data) -> bool:
    """Items have classes."""
    return data.labelled


def images(data: Data) -> bool:
    """Items are images, or may be: of one's own files that is known once they are read."""
    return data.pictured or data.extent.shape is None


def target_or_images(data: Data) -> bool:
    """Items have a number to predict: a target, or what is seen in an image."""
    return data.targeted or data.pictured


def outliers(data: Data) -> bool:
    """There are items that no model saw."""
    return data.held_out is not None or data.outliers is not None


def every(settings: Sequence[str]) -> Sequence[str]:
    """All of them."""
    return settings


def preferred(name: str) -> Settings:
    """That one where it was measured, else the first."""
    return lambda settings: [name] if name in settings else settings[:1]


def middle(settings: Sequence[str]) -> Sequence[str]:
    """Of levels, the middle one; the lower of two."""
    return sorted(settings, key=float)[(len(settings) - 1) // 2 :][:1]


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task as an application of a model.

    reads: beside latents, the model and the classifier of the data.
    needs: what the data must have; of others there are no jobs.
    metrics: keys of `hvae.results.quantities.METRICS`; the first that its rows have judges it.
    features: of the rows that judge it; "" where no latents are read.
    means: whether the same from posterior means is told beside it, as a remark.
    ways: whether the method is told, since there are several.
    word: what is said before a setting: "noise" before 0.2.
    judged: the settings that judge it, by their mean.
    """

    metrics: tuple[str, ...]
    reads: frozenset[str] = frozenset()
    needs: Callable[[Data], bool] = anything
    features: str = "sample"
    means: bool = False
    ways: bool = True
    word: str = ""
    judged: Settings = every

    def told(self, setting: str) -> str:
        """A setting in words: `noise 0.2`, `slant`; "" for none."""
        return f"{self.word} {setting}".strip() if setting else ""
