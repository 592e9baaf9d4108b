"""One of each kind that the README says how to add: the files, and the lines where they are listed.

A source of stripes, a Laplace likelihood, a linear backbone, and a task that guesses the class.
"""

from pathlib import Path
from typing import NamedTuple

FILES = {
    "hvae/data/stripes.py": '''"""`stripes`: 4×4 pixels with one bright row or column."""

import numpy as np

from hvae.config.synthetic import Stripes
from hvae.data.source import Source


def load(options: Stripes, seed: int) -> Source:
    """As many images, half of each class."""
    random = np.random.default_rng(seed)
    labels = np.arange(options.items) % 2
    images = 0.4 * random.random((options.items, 4, 4))
    for image, label, place in zip(images, labels, random.integers(4, size=len(labels))):
        image[(slice(None), place) if label else place] += 0.5
    x = images.reshape(len(images), -1).astype(np.float32)
    return Source(x, labels.astype(np.int64), (4, 4), ("row", "column"))
''',
    "hvae/models/likelihoods/laplace.py": '''"""`laplace`: density exp(−|x − x̂| / b) / 2b."""

import math

from torch import Tensor

from hvae.models.likelihoods.base import Likelihood


class Laplace(Likelihood):
    """`decoded` is x̂ itself, (..., n)."""

    def __init__(self, sigma: float) -> None:
        super().__init__()
        self.scale = sigma / math.sqrt(2)

    def log_prob(self, x: Tensor, decoded: Tensor) -> Tensor:
        """Σ_i −|x_i − x̂_i| / b − log 2b in nats: shape (...)."""
        return -((x - decoded).abs() / self.scale + math.log(2 * self.scale)).sum(-1)

    def mean(self, decoded: Tensor) -> Tensor:
        """x̂ itself."""
        return decoded

    def constant(self, dimensions: int) -> float:
        """n log 2b, in nats."""
        return dimensions * math.log(2 * self.scale)
''',
    "hvae/models/backbones/linear.py": '''"""Networks without any hidden layer."""

import math

from torch import Tensor, nn

from hvae.models.backbones.backbone import Backbone, BackbonePlan
from hvae.models.backbones.mlp import Joint
from hvae.models.distributions import GAUSSIAN, Family, Latent


def linear(plan: BackbonePlan) -> Backbone:
    """Every distribution is read from an affine map."""
    layers = range(len(plan.latents))
    n = math.prod(plan.shape)
    seen = [n + sum(plan.seen(layer)) for layer in layers]
    decoded = plan.latents if plan.skip else plan.latents[:1]
    return Backbone(
        bottom_up=Copies(len(plan.latents)),
        posterior=nn.ModuleList(
            Affine(seen[layer], plan.latents[layer], plan.family(layer)) for layer in layers
        ),
        prior=nn.ModuleList(
            Affine(sum(plan.above(layer)), plan.latents[layer]) for layer in layers[:-1]
        ),
        decoder=Joint(nn.Linear(sum(decoded), plan.pixels * plan.outputs)),
        latents=tuple(plan.latents),
        convolutional=False,
    )


class Copies(nn.Module):
    """x itself as the features of every layer."""

    def __init__(self, layers: int) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, x: Tensor) -> list[Tensor]:
        return [x] * self.layers


class Affine(nn.Module):
    """The distribution of one layer's latent."""

    def __init__(self, inputs: int, latent: int, family: Family = GAUSSIAN) -> None:
        super().__init__()
        self.family = family
        self.net = Joint(nn.Linear(inputs, family.numbers * latent))

    def forward(self, *inputs: Tensor) -> Latent:
        return self.family.read(self.net(*inputs))
''',
    "hvae/tasks/guessing.py": '''"""Guessing: the class with the nearest mean of train latents."""

from collections.abc import Iterator

import numpy as np

from hvae.config.tasks import Guessing
from hvae.statistics.proportion import hits
from hvae.tasks import task
from hvae.tasks.task import Score, Subject
from hvae.tasks.views import views


def measure(subject: Subject, settings: Guessing, seed: int) -> Iterator[Score]:
    """Accuracy on every set of layers, from samples and from means."""
    labels = {split: of.label for split, of in subject.latents.items()}
    train = labels["train"][: settings.max_train]
    for view in views(subject.latents, settings.max_train):
        means = np.stack([view.x["train"][train == one].mean(0) for one in np.unique(train)])
        for split, x in view.held_out().items():
            guess = np.square(x[:, None] - means).sum(-1).argmin(-1)
            named = view.named("guessing", "nearest-mean") | {"metric": "accuracy"}
            ids = subject.latents[split].ids
            yield Score(split, named, hits(guess == labels[split]), ids)


if __name__ == "__main__":
    task.run(__doc__, Guessing, measure)
''',
}


class Line(NamedTuple):
    """What is put before a text that a file has once."""

    file: str
    before: str
    new: str


LINES = (
    # the source: where sources are listed, and its options
    Line("hvae/data/sources.py", "    mnist,\n)", "    stripes,\n"),
    Line("hvae/data/sources.py", '    "mnist": mnist.load,', '    "stripes": stripes.load,\n'),
    Line(
        "hvae/config/synthetic.py",
        "SyntheticData =",
        '''class Stripes(Synthetic):
    """Rows and columns."""

    source: Literal["stripes"]
    items: Count = 200

    @property
    def extent(self) -> Extent:
        return Extent(self.items, shape=(4, 4))


''',
    ),
    Line("hvae/config/synthetic.py", "Digits | Gaussian |", "Stripes | "),
    # the likelihood: where likelihoods are listed, and its options
    Line(
        "hvae/models/build.py",
        "from hvae.models.likelihoods.mixture_of_logistics import",
        "from hvae.models.likelihoods.laplace import Laplace\n",
    ),
    Line(
        "hvae/models/build.py",
        '    "bernoulli": lambda',
        '    "laplace": lambda options, _channels, _levels: Laplace(options.sigma),\n',
    ),
    Line(
        "hvae/config/model.py",
        "ListedLikelihood = Annotated[",
        '''class LaplaceOptions(FamilyOptions):
    """Its standard deviation σ = √2 b, in units of the prepared data."""

    family: Literal["laplace"]
    words = "Laplace likelihood with σ = {sigma:g}"
    sigma: PositiveFloat


''',
    ),
    Line("hvae/config/model.py", "GaussianOptions | LearnedGaussianOptions |", "LaplaceOptions | "),
    # the backbone: where backbones are listed, and the sizes of its latents
    Line(
        "hvae/models/build.py",
        "from hvae.models.backbones.mlp import mlp\n",
        "from hvae.models.backbones.linear import linear\n",
    ),
    Line("hvae/models/build.py", '    "mlp": mlp,', '    "linear": linear,\n'),
    Line("hvae/config/sizes.py", '    "mlp": _vectors,', '    "linear": _vectors,\n'),
    # the task: its entry
    Line(
        "hvae/config/tasks.py",
        "class Tasks(OwnTasks):",
        '''class Guessing(Section):
    """Means of at most `max_train` train latents."""

    max_train: Items = 100


''',
    ),
    Line(
        "hvae/config/tasks.py",
        "    visualisation: Visualisation | None =",
        """    guessing: Annotated[
        Guessing, Task(needs=labels, metrics=("accuracy",), means=True)
    ] = Guessing()
""",
    ),
)


def add(root: Path) -> None:
    """All of them to a copy of the package."""
    for name, text in FILES.items():
        (root / name).write_text(text)
    for line in LINES:
        path = root / line.file
        text = path.read_text()
        assert text.count(line.before) == 1, line
        path.write_text(text.replace(line.before, line.new + line.before))
