"""The exact distribution of a source, for the bounds that depend on it.

Every exact source here is a mixture of K ≥ 1 normal distributions; a Gaussian source has K = 1.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from hvae.config.data import Data
from hvae.config.sources.synthetic import Gaussian, GaussianMixture, IndependentLabels
from hvae.data import gaussian
from hvae.data.gaussian import TargetLaw
from hvae.statistics.estimate import Floats


class Exact(NamedTuple):
    """The law of x, and of its target if it has one.

    shares: (K,) the components' probabilities p_k.
    means: (K, n) their means; Σ p_k μ_k = 0.
    spectra: (K, n) the eigenvalues of their covariances.
    entropy, entropy_se: h(x) in nats and its standard error, which is 0 unless h(x) is simulated.
    target: the law of the target given x, or None.
    """

    shares: Floats
    means: Floats
    spectra: Floats
    entropy: float
    entropy_se: float
    target: TargetLaw | None = None


def exact(data: Data, seed: int) -> Exact | None:
    """The law of the source with these options and seed; None for real data."""
    known = KNOWN.get(data.source)
    return known(data, seed) if known else None


def _gaussian(options: Gaussian, seed: int) -> Exact:
    spectrum = gaussian.spectrum(options)
    return Exact(
        shares=np.ones(1),
        means=np.zeros((1, len(spectrum))),
        spectra=spectrum[None],
        entropy=gaussian.entropy(options),
        entropy_se=0.0,
        target=gaussian.target(options, seed),
    )


def _mixture(options: GaussianMixture, seed: int) -> Exact:
    shares, entropy = gaussian.shares(options), gaussian.mixture_entropy(options)
    return Exact(
        shares=shares,
        means=gaussian.means(options, seed),
        spectra=np.tile(gaussian.mixture_spectrum(options), (len(shares), 1)),
        entropy=entropy.value,
        entropy_se=entropy.std_error,
    )


def _origin(options: IndependentLabels, seed: int) -> Exact | None:
    return exact(options.origin, seed)


KNOWN: Mapping[str, Callable[[Any, int], Exact | None]] = {
    "gaussian": _gaussian,
    "gaussian-mixture": _mixture,
    "independent-labels": _origin,
}
