"""The sections `tasks` and `guidance` of `params.yaml`.

What is measured on the latents, and by which methods; what applications are worth, and what a code
may cost.
"""

from typing import Annotated, Any, Literal, Self, TypeVar, get_args

from pydantic import (
    AfterValidator,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from hvae.config.base import Section

T = TypeVar("T")


def _distinct(names: list[T]) -> list[T]:
    if len(set(names)) < len(names):
        raise ValueError(f"must not repeat a name, got {names}")
    return names


Chosen = Annotated[list[T], Field(min_length=1), AfterValidator(_distinct)]
Items = Annotated[int, Field(ge=10)]


class Classification(Section):
    """Probes of the label, fitted on at most `max_train` train latents."""

    probes: Chosen[Literal["logistic", "svm-linear", "svm-rbf", "knn"]]
    max_train: Items


class Clustering(Section):
    """Clusters of at most `max_train` train latents; as many as there are classes if not said."""

    methods: Chosen[Literal["k-means", "gaussian-mixture"]] = Field(
        default=["k-means", "gaussian-mixture"]
    )
    clusters: Annotated[int, Field(ge=2)] | None = None
    max_train: Items = 2000


class Regression(Section):
    """Predictions of the target, or of an image's statistics, of at most `max_train` latents."""

    methods: Chosen[Literal["ridge", "knn", "kernel"]] = Field(default=["ridge", "knn", "kernel"])
    max_train: Items = 2000


class Generation(Section):
    """The classifier of x, which tells what decoded latents show; means over parts of the draws."""

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
    """Codecs to compare with, where images are large enough."""

    formats: Chosen[Literal["jpeg", "webp"]] = Field(default=["jpeg", "webp"])
    qualities: Chosen[Annotated[int, Field(ge=1, le=100)]] = Field(default=[5, 10, 25, 50, 75, 90])
    max_items: Items = 500


class Anomaly(Section):
    """Scores of at most `max_items` of each: held-out items, and those of a class held out.

    Means over `samples` draws of z.
    """

    samples: PositiveInt = 4
    max_items: Items = 500


class Visualisation(Section):
    """Embeddings of at most `max_items` test items, for each layer."""

    methods: Chosen[Literal["pca", "t-sne"]] = Field(default=["pca", "t-sne"])
    max_items: Items = 300


class Tasks(Section):
    """Each task's own section; whether there are rows depends on the source's labels and target."""

    classification: Classification
    clustering: Clustering = Clustering()
    regression: Regression = Regression()
    generation: Generation = Generation()
    reconstruction: Reconstruction = Reconstruction()
    denoising: Denoising = Denoising()
    inpainting: Inpainting = Inpainting()
    upscaling: Upscaling = Upscaling()
    compression: Compression = Compression()
    anomaly: Anomaly = Anomaly()
    visualisation: Visualisation = Visualisation()

    def settings(self, task: str) -> dict[str, Any]:
        """What one task depends on."""
        section: Section = getattr(self, task)
        return section.model_dump(mode="json", by_alias=True)


Name = Literal[
    "reconstruction",
    "denoising",
    "inpainting",
    "upscaling",
    "compression",
    "classification",
    "regression",
    "clustering",
    "anomaly",
    "generation",
]
NAMES: tuple[Name, ...] = get_args(Name)


class Guidance(Section):
    """How recommendations are made.

    weights: what each application counts in the compromise; 1 where it is not named, 0 leaves it
    out. compression_bits: the most bits per data dimension that a point for compression may take.
    """

    weights: dict[Name, NonNegativeFloat] = Field(default={})
    compression_bits: PositiveFloat = 0.5

    @model_validator(mode="after")
    def _something_counts(self) -> Self:
        if not any(self.weight(name) for name in NAMES):
            raise ValueError(f"weights must not all be 0, got {dict(self.weights)}")
        return self

    def weight(self, name: Name) -> float:
        """What one application counts."""
        return self.weights.get(name, 1.0)
