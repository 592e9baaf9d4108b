"""`bernoulli`: data of zeros and ones, the decoder giving the log-odds of a one."""

from torch import Tensor
from torch.nn.functional import logsigmoid

from hvae.models.likelihoods.base import Likelihood


class Bernoulli(Likelihood):
    """∏_i p_i^{x_i} (1 − p_i)^{1 − x_i}, with p = sigmoid(decoded), (..., n).

    x must be zeros and ones. Grey values would pass as probabilities of a one, but D would then be
    the code length of other, binarised items, and no limit on x would apply to it.
    """

    levels = 2

    def log_prob(self, x: Tensor, decoded: Tensor) -> Tensor:
        """Σ_i x_i log p_i + (1 − x_i) log(1 − p_i) in nats, exact in both tails: shape (...)."""
        return (x * logsigmoid(decoded) + (1 - x) * logsigmoid(-decoded)).sum(-1)

    def mean(self, decoded: Tensor) -> Tensor:
        """The probabilities p of a one."""
        return decoded.sigmoid()
