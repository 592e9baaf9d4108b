"""What a task is, for the rest of the program: what it reads and needs, and what judges it.

Tasks of this package are listed in `hvae.config.tasks`. One of the user's own is named by its
import path, and has its settings and the quantity that it measures beside it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from pydantic import ConfigDict, model_validator

from hvae.config import plugins
from hvae.config.base import Section, parse
from hvae.config.data import Data
from hvae.config.plugins import Plugin, Reference
from hvae.config.sources import PHOTOGRAPHS
from hvae.errors import InputError

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
    """There are items that no model saw; photographs are outliers of images alone."""
    others = data.outliers is not None and (data.outliers != PHOTOGRAPHS or images(data))
    return others or data.held_out is not None


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
    plugin: that of a task of the user's own, with the quantities that its metrics are.
    """

    metrics: tuple[str, ...]
    reads: frozenset[str] = frozenset()
    needs: Callable[[Data], bool] = anything
    features: str = "sample"
    means: bool = False
    ways: bool = True
    word: str = ""
    judged: Settings = every
    plugin: Plugin | None = None

    @property
    def quantities(self) -> list[Any]:
        """Those of a task of the user's own, as `hvae.results.quantities` has others."""
        found = self.plugin.beside(QUANTITY) if self.plugin else []
        return [found] if hasattr(found, "name") else list(found)

    def told(self, setting: str) -> str:
        """A setting in words: `noise 0.2`, `slant`; "" for none."""
        return f"{self.word} {setting}".strip() if setting else ""


Name = str  # of an entry of `Tasks`; of a task of the user's own, what follows the colon
SETTINGS, QUANTITY = "SETTINGS", "QUANTITY"  # what a task of the user's own has beside it


def own_task(reference: Reference) -> Task:
    """The entry of a task of the user's own, which reads trained models.

    InputError where it lacks what a task must have.
    """
    plugin = plugins.load(reference)
    settings, quantity = plugin.beside(SETTINGS), plugin.beside(QUANTITY)
    if not callable(getattr(plugin.found, "measure", plugin.found)):
        raise InputError(
            f"{plugin} must be a function measure(subject, settings, seed), or a class with "
            f"one, got a {type(plugin.found).__name__}"
        )
    if not (isinstance(settings, type) and issubclass(settings, Section)):
        raise InputError(
            f"{plugin} must have {SETTINGS} beside it, a class of hvae.Section, got {settings!r}"
        )
    all_of_them = [quantity] if hasattr(quantity, "name") else quantity
    if not (isinstance(all_of_them, list) and all_of_them and all(map(_is_measure, all_of_them))):
        raise InputError(
            f"{plugin} must have {QUANTITY} beside it, an hvae.Measure or a list of them, "
            f"got {quantity!r}"
        )
    metrics = tuple(one.name for one in all_of_them)
    return Task(metrics=metrics, reads=frozenset({MODEL}), ways=False, plugin=plugin)


class OwnTasks(Section):
    """Tasks of the user's own: keys of the form `module:name`, each with its settings."""

    model_config = ConfigDict(extra="allow")

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, values: Any) -> Any:
        listed = values
        if isinstance(values, Mapping):
            listed = {k: value for k, value in values.items() if not plugins.is_reference(k)}
            for key in filter(plugins.is_path, values):
                raise ValueError(plugins.wanted(key, "measure"))
        cls.refuse_unknown(listed)
        return values

    @model_validator(mode="after")
    def _own_are_tasks(self) -> Self:
        for reference, settings in self.own.items():
            own_task(reference)
            section = plugins.load(reference).beside(SETTINGS)
            try:
                known = parse(section, settings or {})
            except InputError as error:
                raise ValueError(f"{reference}: {error}") from None
            self.own[reference] = known.model_dump(mode="json", by_alias=True)
        return self

    @property
    def own(self) -> dict[Reference, dict[str, Any]]:
        """Their settings."""
        return self.model_extra or {}


def _is_measure(one: object) -> bool:
    """By its fields, since `hvae.results` is further down."""
    return all(hasattr(one, name) for name in ("name", "title", "unit", "better", "form"))


def named(reference: Reference) -> Name:
    """The name in the tables of a task of the user's own."""
    return reference.rpartition(":")[2]


def titled(name: Name) -> str:
    """A task's name as a title: `absolute_error` becomes "Absolute error"."""
    return spoken(name).capitalize()


SPOKEN: Mapping[Name, str] = {"anomaly": "anomaly detection"}  # other names are words


def spoken(name: Name) -> str:
    """A task's name within a sentence."""
    return SPOKEN.get(name, name.replace("_", " "))


ABOUT: Mapping[Name, str] = {  # what is done, for readers of a report
    "reconstruction": "A test item is encoded and decoded, with z sampled.",
    "denoising": "A noisy image is encoded and decoded, and compared with the clean one; "
    "it is judged at the middle level of noise.",
    "inpainting": "Half of an image is hidden, and filled in by the model from the rest.",
    "upscaling": "An image of half the height and width gets back its size.",
    "compression": "Images become files of a limited size, and are decoded from them.",
    "classification": "Probes tell the class from samples of the latents.",
    "regression": "A number is predicted from samples of the latents: the data's own target or, of "
    "images, intensity and slant.",
    "clustering": "Clusters of latents are compared with the classes.",
    "anomaly": "Scores of the model tell test items from what it should not know: other pictures, "
    "or a class that was held out.",
    "generation": "A classifier of the data judges images that are drawn from the prior.",
    "recognition": "A classifier of the data finds the class in reconstructions.",
}
