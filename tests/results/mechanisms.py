"""Codes that sit on their limits, simulated: what a perfect experiment would put in its tables."""

import dataclasses
import math
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from scipy.special import logsumexp
from scipy.stats import norm

from hvae.data.gaussian import Exact, TargetLaw
from hvae.io import tables
from hvae.results.evidence import Evidence
from hvae.statistics.estimate import error_of_mean
from tests.results.rows import Row, compared, estimate, histogram, hits, item_rows, squared

ITEMS, TRAIN, COMPARED, SAMPLES = 400, 800, 200, 8
LAYERS = 1
LEVEL = 0.1  # σ² of the Gaussian codes' p(x | z)
CLASSES = 5
LABELS = np.random.default_rng(5).integers(CLASSES, size=ITEMS)
SHARES = np.bincount(LABELS, minlength=CLASSES) / ITEMS


class Code(NamedTuple):
    """A point's rows of each table."""

    items: list[Row]
    tasks: list[Row]
    counts: list[Row]
    information: list[Row]
    points: list[Row]


def evidence(codes: list[Code], **known: Any) -> Evidence:
    """The codes as the tables of one experiment."""
    schemas = {
        "items": tables.items(LAYERS),
        "tasks": tables.tasks(),
        "counts": tables.counts(),
        "information": tables.information(),
        "points": tables.points(LAYERS),
    }
    found: dict[str, pa.Table] = {
        name: tables.from_rows([row for code in codes for row in getattr(code, name)], schema)
        for name, schema in schemas.items()
    }
    sizes: dict[str, Any] = {"seed": 0, "layers": LAYERS, "sigma": math.sqrt(LEVEL)}
    return Evidence(compared=np.arange(COMPARED), **found, **sizes | known)


def exact(spectrum: np.ndarray) -> Exact:
    """What is known of x ~ N(0, diag λ), and of its target t = Σ_i x_i / (Σ_i λ_i)^½."""
    return Exact(
        shares=np.ones(1),
        means=np.zeros((1, len(spectrum))),
        spectra=spectrum[None],
        entropy=float(np.log(2 * math.pi * math.e * spectrum).sum() / 2),
        entropy_se=0.0,
        target=TargetLaw(np.full(len(spectrum), spectrum.sum() ** -0.5), 0.0),
    )


def gaussian_code(
    rng: np.random.Generator, spectrum: np.ndarray, level: float, point: str, leak: float = 0.0
) -> Code:
    """z = a x + s ε, s² = θ/λ, a²λ + s² = 1, decoded as aλz with σ² = θ: the curve itself.

    Every λ must exceed the level θ. q(z) is the prior, so I = R = Σ ½ log λ/θ and E‖x − x̂‖² = nθ;
    D + R = h(x) and J = J* at β = 1. With one direction, guesses of t reach exp(−2R). A `leak` is
    the part of its error that a decoder or guess takes away by looking at x.
    """
    x = rng.standard_normal((ITEMS, len(spectrum))) * np.sqrt(spectrum)
    std = np.sqrt(level / spectrum)
    scale = np.sqrt((1 - std**2) / spectrum)
    rates = ((scale * x) ** 2 + std**2 - 1 - 2 * np.log(std)).sum(1) / 2
    z = scale * x + std * rng.standard_normal((SAMPLES, *x.shape))
    errors = (1 - leak) ** 2 * ((x - scale * spectrum * z) ** 2).sum(2)  # (SAMPLES, ITEMS)
    constant = len(spectrum) / 2 * math.log(2 * math.pi * level)
    distortion = constant + errors.mean(0) / (2 * level)
    total = spectrum.sum()
    guess = (scale * spectrum * z[0]).sum(1) / math.sqrt(total)
    guess_errors = (1 - leak) ** 2 * (x.sum(1) / math.sqrt(total) - guess) ** 2
    log_q = norm.logpdf(z[0, :COMPARED, None], scale * x[:COMPARED], std).sum(2)
    objective = distortion - constant + rates
    point_row = dict.fromkeys(tables.points(LAYERS).names, math.nan) | {
        "point": point, "strategy": "independent", "seed": 0, "status": "ok", "beta_1": 1.0,
        "distortion_constant": constant, "objective": objective.mean(),
        "objective_se": error_of_mean(objective), "parameters": 9,
    }  # fmt: skip
    return Code(
        items=item_rows(point, rates, distortion, errors.mean(0)),
        tasks=[squared(point, guess_errors)],
        counts=[],
        information=[
            *compared(point, log_q),
            estimate(point, "-log p(x)", "upper", -norm.logpdf(x, 0, np.sqrt(spectrum)).sum(1)),
        ],
        points=[point_row],
    )


def label_code(
    rng: np.random.Generator, labels: np.ndarray, accuracy: float, mass: float, point: str
) -> Code:
    """z = y with probability a, else any other label: accuracy A(I) from I nats, I = R + log(mass).

    The prior is uniform on the M labels with `mass`, and the rest of it on a symbol that no item
    has, decoded as a class of its own: TV = 1 − mass, near its limit at either end of (0, 1].
    """
    classes = int(labels.max()) + 1
    train_labels = rng.integers(classes, size=TRAIN)
    other = (1 - accuracy) / (classes - 1)
    log_q = np.log(np.where(np.eye(classes, dtype=bool), accuracy, other))  # [y, z]
    z, train = (_flipped(rng, y, accuracy, classes) for y in (labels, train_labels))
    divergence = accuracy * math.log(accuracy) + (1 - accuracy) * math.log(other)
    rate = divergence + math.log(classes) - math.log(mass)
    gains = log_q[labels, z] - logsumexp(log_q[:, z], axis=0)
    gains -= np.log(np.bincount(labels) / len(labels))[labels]
    decoded = rng.multinomial(ITEMS, [*np.full(classes, mass / classes), 1 - mass])
    counts = [
        *histogram(point, "clustering", "train", train_labels, train),
        *histogram(point, "clustering", "test", labels, z),
        *histogram(point, "generation", "test", np.full(ITEMS, "posterior"), z),
        *histogram(
            point, "generation", "test", np.full(ITEMS, "prior"),
            np.repeat(np.arange(classes + 1), decoded),
        ),
    ]  # fmt: skip
    nothing = np.full(ITEMS, math.nan)
    return Code(
        items=item_rows(point, np.full(ITEMS, rate), nothing, nothing),
        tasks=[hits(point, "classification", z == labels), hits(point, "clustering", z == labels)],
        counts=counts,
        information=[
            *compared(point, log_q[labels[:COMPARED]][:, z[:COMPARED]].T),
            estimate(point, "I(y;z1)", "lower", np.append(gains, gains.min())),
        ],
        points=[],
    )


def _flipped(rng, labels, accuracy, classes):
    right = rng.random(len(labels)) < accuracy
    return np.where(right, labels, (labels + rng.integers(1, classes, len(labels))) % classes)


def both() -> Evidence:
    """A small experiment with every table: a Gaussian code "g" and a label code "c"."""
    rng = np.random.default_rng(0)
    codes = [gaussian_code(rng, np.ones(1), LEVEL, "g"), label_code(rng, LABELS, 0.4, 1.0, "c")]
    return evidence(codes, exact=exact(np.ones(1)), shares=SHARES)


def changed(**fields: Any) -> Evidence:
    """The same with other tables or facts."""
    return dataclasses.replace(both(), **fields)
