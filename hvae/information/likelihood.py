"""−log p(x) of a trained model from above, by importance weighting, in nats per item."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from hvae.data.seeded import Stream
from hvae.information.estimate import InformationEstimate, finite
from hvae.models.chunks import chunks
from hvae.models.hierarchical import HierarchicalVAE
from hvae.models.noise import draw, generator
from hvae.statistics.estimate import error_of_mean


def negative_log_likelihood(
    model: HierarchicalVAE, x: Tensor, samples: int, seed: int, split: int
) -> InformationEstimate:
    """mean_x −log (1/S) Σ_s p(x, z_s) / q(z_s|x), with S `samples` z_s ~ q(z|x) for each item.

    In expectation at least mean_x −log p(x), and the less above it the larger S; S = 1 is −ELBO
    (Burda, Grosse & Salakhutdinov, "Importance Weighted Autoencoders", ICLR 2016). A sample's noise
    is a function of (seed, split, s), so that more samples add to those of fewer. The standard
    error is over the items of x (K, n), their Monte-Carlo error included. ValueError for fewer than
    two items, no sample, or weights that are NaN or infinite.
    """
    if len(x) < 2:
        raise ValueError(f"x must hold at least two items, got {len(x)}")
    if samples < 1:
        raise ValueError(f"samples must be at least 1, got {samples}")
    total = torch.full((len(x),), -math.inf, dtype=torch.float64)
    for weights in log_weights(model, x, samples, seed, split):
        total = total.logaddexp(weights)
    values = math.log(samples) - finite("log_weights", total)
    return InformationEstimate("upper", float(values.mean()), error_of_mean(values))


@torch.inference_mode()
def log_weights(
    model: HierarchicalVAE, x: Tensor, samples: int, seed: int, split: int
) -> Iterator[Tensor]:
    """log p(x, z_s) − log q(z_s|x) of each item, (K,), sample by sample: one pass is held."""
    for sample in range(samples):
        noise = draw(model.latents, len(x), generator(Stream.IMPORTANCE, seed, split, sample))
        yield torch.cat([_log_weight(model, *part) for part in chunks(x, noise)])


def _log_weight(model: HierarchicalVAE, x: Tensor, noise: list[Tensor]) -> Tensor:
    terms = model(x, noise)
    weight = -terms.distortion.double()
    for layer, posterior in enumerate(terms.posteriors):
        prior = model.prior_of(layer, terms.z[layer + 1 :])
        weight += prior.log_prob(terms.z[layer]) - posterior.log_prob(terms.z[layer])
    return weight
