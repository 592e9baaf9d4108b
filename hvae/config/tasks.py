"""The section `tasks` of `params.yaml`: what is measured on the latents, and by which methods.

A task is one entry of `Tasks`: its settings, and what the rest of the program has to know of it.
Rules, guidance, the explorer and the estimate of costs go by that.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, PositiveFloat, PositiveInt, model_validator

from hvae.config.base import Section
from hvae.config.data import Data
from hvae.config.plugins import Reference
from hvae.config.task import (
    CLASSIFIER,
    MODEL,
    Name,
    OwnTasks,
    Task,
    images,
    labels,
    middle,
    named,
    outliers,
    own_task,
    preferred,
    target_or_images,
)
from hvae.errors import InputError

T = TypeVar("T")


def _distinct(names: list[T]) -> list[T]:
    if len(set(names)) < len(names):
        raise ValueError(f"must not repeat a name, got {names}")
    return names


Chosen = Annotated[list[T], Field(min_length=1), AfterValidator(_distinct)]
Items = Annotated[int, Field(ge=10)]


class Classification(Section):
    """Probes of the label, fitted on at most `max_train` train latents.

    probes: which classifiers. max_train: the most train items that they are fitted on. protocol:
    `hit` for accuracies as Xiao & Bamler (ICLR 2023) measured them, too, told apart by their
    setting.
    """

    probes: Chosen[Literal["logistic", "svm-linear", "svm-rbf", "knn"]]
    max_train: Items
    protocol: Literal["hit"] | None = None


class Clustering(Section):
    """Clusters of at most `max_train` train latents; as many as there are classes if not said.

    methods: of clustering. max_train: the most train items that are clustered.
    """

    methods: Chosen[Literal["k-means", "gaussian-mixture"]] = Field(
        default=["k-means", "gaussian-mixture"]
    )
    clusters: Annotated[int, Field(ge=2)] | None = None
    max_train: Items = 2000


class Regression(Section):
    """Predictions of the target, or of an image's statistics, of at most `max_train` latents.

    methods: of regression. max_train: the most train items that they are fitted on.
    """

    methods: Chosen[Literal["ridge", "knn", "kernel"]] = Field(default=["ridge", "knn", "kernel"])
    max_train: Items = 2000


class Generation(Section):
    """The classifier of x, which tells what decoded latents show; means over parts of the draws.

    classifier: a perceptron. width: of its hidden layers.
    """

    classifier: Literal["mlp"] = "mlp"
    width: PositiveInt = 256
    max_epochs: PositiveInt = 100
    images: Annotated[int, Field(ge=20)] = 1000
    parts: Annotated[int, Field(ge=2)] = 10

    def classifying(self) -> dict[str, Any]:
        """What the classifier depends on."""
        return self.model_dump(mode="json", include={"classifier", "width", "max_epochs"})


class Reconstruction(Section):
    """Errors and structural similarity of at most `max_items` held-out items of a split."""

    max_items: Items = 500


class Denoising(Section):
    """Standard deviations of Gaussian noise, of data scaled to [0, 1]."""

    noise: Chosen[PositiveFloat] = Field(default=[0.1, 0.2, 0.4])
    max_items: Items = 500


class Inpainting(Section):
    """What is hidden of an image; `steps` times it is filled in from what the model makes of it."""

    masks: Chosen[Literal["half", "random"]] = Field(default=["half", "random"])
    steps: PositiveInt = 20
    max_items: Items = 500


class Upscaling(Section):
    """From half the height and width; `steps` times as for inpainting."""

    steps: PositiveInt = 20
    max_items: Items = 500


class Compression(Section):
    """Codecs to compare with, where images are large enough, and files of our own.

    formats: of image files. qualities: at which they are written. max_items: of a split, at
    most, that rates are of. items: the first of these, which files hold and all else is then of,
    too; null for no files.
    """

    formats: Chosen[Literal["jpeg", "webp"]] = Field(default=["jpeg", "webp"])
    qualities: Chosen[Annotated[int, Field(ge=1, le=100)]] = Field(default=[5, 10, 25, 50, 75, 90])
    max_items: Items = 500
    items: Items | None = 360


class Anomaly(Section):
    """Scores of at most `max_items` of each: held-out items, and those of a class held out.

    Means over `samples` draws of z.
    """

    samples: PositiveInt = 4
    max_items: Items = 500


class Recognition(Section):
    """What the classifier of x sees in reconstructions.

    max_items: held-out items of a split, at most.
    """

    max_items: Items = 500


class Visualisation(Section):
    """Embeddings of at most `max_items` test items, for each layer.

    methods: of embedding in two dimensions.
    """

    methods: Chosen[Literal["pca", "t-sne"]] = Field(default=["pca", "t-sne"])
    max_items: Items = 300


def entries(own: Iterable[Reference] = ()) -> dict[Name, Task]:
    """All tasks that are listed here and, after them, those of the user's own."""
    found = dict(TASKS)
    for reference in own:
        task, name = own_task(reference), named(reference)
        if name in found:
            raise InputError(
                f"{reference!r} must have a name of its own, {name!r} is another task's"
            )
        found[name] = task
    return found


class Tasks(OwnTasks):
    """Each task with its own section, or null where it is switched off.

    The order of tables, pages and advice is that of the entries. The last is drawn and not scored.
    Beside the entries, a task of the user's own is a key of the form `module:name`, with its
    settings.
    """

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        entries(self.own)
        return self

    reconstruction: Annotated[
        Reconstruction | None,
        Task(reads=frozenset({MODEL}), metrics=("psnr_db", "mse"), ways=False),
    ] = Reconstruction()
    denoising: Annotated[
        Denoising | None,
        Task(
            reads=frozenset({MODEL}),
            needs=images,
            metrics=("psnr_db",),
            ways=False,
            word="noise",
            judged=middle,
        ),
    ] = Denoising()
    inpainting: Annotated[
        Inpainting | None,
        Task(
            reads=frozenset({MODEL}),
            needs=images,
            metrics=("psnr_db",),
            ways=False,
            word="mask",
            judged=preferred("half"),
        ),
    ] = Inpainting()
    upscaling: Annotated[
        Upscaling | None,
        Task(reads=frozenset({MODEL}), needs=images, metrics=("psnr_db",), ways=False),
    ] = Upscaling()
    compression: Annotated[
        Compression | None,
        Task(reads=frozenset({MODEL}), metrics=("psnr_db",), ways=False, word="quality"),
    ] = Compression()
    classification: Annotated[
        Classification | None,
        Task(
            needs=labels,
            metrics=("accuracy",),
            means=True,
            word="protocol",
            judged=preferred(""),
        ),
    ]
    regression: Annotated[Regression | None, Task(needs=target_or_images, metrics=("r2",))] = (
        Regression()
    )
    clustering: Annotated[Clustering | None, Task(needs=labels, metrics=("nmi",))] = Clustering()
    anomaly: Annotated[
        Anomaly | None, Task(reads=frozenset({MODEL}), needs=outliers, metrics=("auroc",))
    ] = Anomaly()
    generation: Annotated[
        Generation | None,
        Task(
            reads=frozenset({MODEL, CLASSIFIER}),
            needs=labels,
            metrics=("inception_score",),
            features="",
        ),
    ] = Generation()
    recognition: Annotated[
        Recognition | None,
        Task(
            reads=frozenset({MODEL, CLASSIFIER}),
            needs=labels,
            metrics=("accuracy",),
            means=True,
            ways=False,
        ),
    ] = Recognition()
    visualisation: Visualisation | None = Visualisation()

    def chosen(self, data: Data) -> dict[Name, Task]:
        """The tasks that are switched on, and whose needs the data meet."""
        return {name: task for name, task in self.entries.items() if task.needs(data)}

    def classifying(self) -> dict[str, Any]:
        """What the classifier of the data depends on; without generation its defaults."""
        return self.generation.classifying() if self.generation is not None else {}

    @property
    def entries(self) -> dict[Name, Task]:
        """Those that are switched on, with those of the user's own."""
        known = entries(self.own)
        return {name: task for name, task in known.items() if getattr(self, name, 0) is not None}

    def settings(self, task: Name) -> dict[str, Any]:
        """What one task depends on; nothing of one that is switched off."""
        if task in type(self).model_fields:
            section: Section | None = getattr(self, task)
            return {} if section is None else section.model_dump(mode="json", by_alias=True)
        return {named(one): settings for one, settings in self.own.items()}[task]


TASKS: Mapping[Name, Task] = {
    name: entry
    for name, field in Tasks.model_fields.items()
    for entry in field.metadata
    if isinstance(entry, Task)
}
