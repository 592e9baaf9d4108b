"""Experiments that keep every limit, some with equality: hardly one of them is accused."""

import numpy as np

from hvae.results.checks.catalogue import BOUNDS
from hvae.results.evidence import Evidence
from hvae.results.judge import judged
from tests.results.mechanisms import CLASSES, ITEMS, evidence, exact, gaussian_code, label_code

SPECTRA = (np.ones(1), np.array([4.0, 2.0, 1.0, 1.0, 0.5, 0.5]))


def perfect(seed: int) -> Evidence:
    """Four codes on the rate-distortion curve and four label channels, on one set of items.

    Each code has a σ of its own.
    """
    rng = np.random.default_rng([seed, 9])
    spectrum = SPECTRA[seed % 2]
    labels = rng.integers(CLASSES, size=ITEMS)
    codes = [gaussian_code(rng, spectrum, level, f"g{level}") for level in (0.05, 0.1, 0.2, 0.4)]
    for accuracy, mass in ((0.25, 1.0), (0.5, 1.0), (0.8, 0.05), (0.21, 0.02)):
        codes.append(label_code(rng, labels, accuracy, mass, f"c{accuracy}"))
    shares = np.bincount(labels, minlength=CLASSES) / ITEMS
    return evidence(codes, seed=seed, own_sigma=True, exact=exact(spectrum), shares=shares)


def test_of_200_perfect_experiments_at_most_7_report_a_violation() -> None:
    """At a family-wise level of 1 %, 8 or more of 200 have a probability of 0.1 %."""
    accused = 0
    margins: dict[str, list[float]] = {name: [] for name in BOUNDS}
    for seed in range(200):
        rows = judged(perfect(seed)).to_pylist()
        accused += any(row["verdict"] == "violated" for row in rows)
        for row in rows:
            if row["verdict"] != "vacuous":
                se = max(row["limit_se"], row["measured_se"])
                margins[row["bound"]].append(row["slack"] / se)
    assert accused <= 7
    # a test of checks that never come near their limits would show nothing
    near = {name: np.mean(np.abs(values) < 2) for name, values in margins.items()}
    assert min(near.values()) > 0.2, near


def test_independent_labels_are_never_known() -> None:
    """Samples without any rate, and samples with much of it, none of it about the label."""
    for seed in range(50):
        rng = np.random.default_rng([seed, 1])
        labels = rng.integers(CLASSES, size=ITEMS)
        shares = np.bincount(labels, minlength=CLASSES) / ITEMS
        silent = label_code(rng, labels, 1 / CLASSES, 1.0, "silent")
        loud = label_code(rng, labels, 1 / CLASSES, 0.5, "loud")
        verdicts = judged(evidence([silent, loud], seed=seed, shares=shares))["verdict"]
        assert len(verdicts) > 10
        assert "violated" not in verdicts.to_pylist()
