"""The `tasks` section of `params.yaml`: what is measured on the latents, and by which methods."""

from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field, PositiveInt

from hvae.section import Section

T = TypeVar("T")


def _distinct(names: list[T]) -> list[T]:
    if len(set(names)) < len(names):
        raise ValueError(f"must not repeat a name, got {names}")
    return names


Chosen = Annotated[list[T], Field(min_length=1), AfterValidator(_distinct)]
MaxTrain = Annotated[int, Field(ge=10)]


class Classification(Section):
    """Probes of the label, fitted on at most `max_train` train latents."""

    probes: Chosen[Literal["logistic", "svm-linear", "svm-rbf", "knn"]]
    max_train: MaxTrain


class Clustering(Section):
    """Clusters of at most `max_train` train latents; as many as there are classes if not said."""

    methods: Chosen[Literal["k-means", "gaussian-mixture"]] = Field(
        default=["k-means", "gaussian-mixture"]
    )
    clusters: Annotated[int, Field(ge=2)] | None = None
    max_train: MaxTrain = 2000


class Regression(Section):
    """Predictions of the target, fitted on at most `max_train` train latents."""

    methods: Chosen[Literal["ridge", "knn", "kernel"]] = Field(default=["ridge", "knn", "kernel"])
    max_train: MaxTrain = 2000


class Generation(Section):
    """The classifier of x, which tells what decoded latents show."""

    classifier: Literal["mlp"] = "mlp"
    width: PositiveInt = 256
    max_epochs: PositiveInt = 100


class Tasks(Section):
    """Each task's own section; whether there are rows depends on the source's labels and target."""

    classification: Classification
    clustering: Clustering = Clustering()
    regression: Regression = Regression()
    generation: Generation = Generation()
