"""One plug-in of each kind, as a user writes them in files of their own."""

from pathlib import Path

SOURCE = '''"""Rows and columns: 4×4 pixels with one bright line."""

import numpy as np

import hvae


def load(options, seed):
    random = np.random.default_rng(seed)
    labels = np.arange(options["items"]) % 2
    images = 0.4 * random.random((len(labels), 4, 4))
    for image, label, place in zip(images, labels, random.integers(4, size=len(labels))):
        image[(slice(None), place) if label else place] += 0.5
    return hvae.Source(images, labels, (4, 4), ("row", "column"))
'''
BACKBONE = '''"""Networks with a hidden layer of tanh, made from parts beside this file."""

import math

from torch import nn

import hvae
from my_parts import Features, Head, perceptron


def backbone(plan):
    width, layers = plan.options["hidden"], len(plan.latents)
    decoded = plan.latents if plan.skip else plan.latents[:1]
    seen = [width + sum(plan.seen(layer)) for layer in range(layers)]
    above = [sum(plan.above(layer)) for layer in range(layers)]
    return hvae.Backbone(
        bottom_up=Features(math.prod(plan.shape), width, layers),
        posterior=nn.ModuleList(
            Head(seen[k], width, plan.latents[k], plan.family(k)) for k in range(layers)
        ),
        prior=nn.ModuleList(
            Head(above[k], width, plan.latents[k], plan.family(k)) for k in range(layers - 1)
        ),
        decoder=perceptron(sum(decoded), width, plan.pixels * plan.outputs),
        latents=tuple(plan.latents),
        convolutional=False,
    )
'''
PARTS = """import torch
from torch import nn


class Joint(nn.Sequential):
    def forward(self, *inputs):
        return super().forward(torch.cat(inputs, -1))


def perceptron(inputs, width, outputs):
    hidden = nn.Linear(inputs, width), nn.Tanh(), nn.LayerNorm(width)
    return Joint(*hidden, nn.Linear(width, outputs))


class Head(nn.Module):
    def __init__(self, inputs, width, latent, family):
        super().__init__()
        self.family = family
        self.net = perceptron(inputs, width, family.numbers * latent)

    def forward(self, *inputs):
        return self.family.read(self.net(*inputs))


class Features(nn.Module):
    def __init__(self, inputs, width, layers):
        super().__init__()
        self.net = perceptron(inputs, width, width)
        self.layers = layers

    def forward(self, x):
        return [self.net(x)] * self.layers
"""
LIKELIHOOD = '''import math

import hvae


class Laplace(hvae.Likelihood):
    """Density exp(-|x - x̂| / b) / 2b, with the standard deviation σ = √2 b."""

    def __init__(self, sigma):
        super().__init__()
        self.scale = sigma / math.sqrt(2)

    def log_prob(self, x, decoded):
        return -((x - decoded).abs() / self.scale + math.log(2 * self.scale)).sum(-1)

    def mean(self, decoded):
        return decoded

    def constant(self, dimensions):
        return dimensions * math.log(2 * self.scale)
'''
TASK = """import numpy as np
import torch

import hvae


class SETTINGS(hvae.Section):
    max_items: int = 50


QUANTITY = hvae.Measure("absolute_error", "Mean absolute error", "units", better="lower")


def absolute_error(subject, settings, seed):
    for split in ("validation", "test"):
        items, latents = subject.items[split].first(settings.max_items), subject.latents[split]
        for features in ("sample", "mean"):
            z = [torch.tensor(part[: len(items.x)]) for part in getattr(latents, features)]
            seen = subject.model.likelihood.mean(subject.model.decode(z)).numpy()
            errors = np.abs(seen - items.x).mean(-1)
            named = {"features": features}
            yield hvae.Score(split, named, hvae.mean_score(errors.astype(float)), items.ids)
"""
FILES = {
    "my_data.py": SOURCE,
    "my_nets.py": BACKBONE,
    "my_parts.py": PARTS,
    "my_likelihoods.py": LIKELIHOOD,
    "my_tasks.py": TASK,
}
PARAMS = {
    "data": {"source": "my_data:load", "options": {"items": 200}, "items": 200, "shape": [4, 4]},
    "model": {
        "latents": [4, 2],
        "backbone": "my_nets:backbone",
        "options": {"hidden": 8},
        "likelihood": {"family": "my_likelihoods:Laplace", "options": {"sigma": 0.2}},
    },
    "tasks": {"my_tasks:absolute_error": {"max_items": 40}},
    "guidance": {"weights": {"my_tasks:absolute_error": 2}},
}


def write(folder: Path) -> None:
    """All of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(text)
