"""Models of other people: linear ones whose best posteriors are known, and plain torch."""

import torch
from torch import Tensor, nn

SIGMA = 0.5


def orthogonal(rows: int, columns: int, seed: int = 0) -> Tensor:
    """Columns at right angles, so that best posteriors have independent entries."""
    noise = torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed))
    return torch.linalg.qr(noise)[0] * torch.linspace(1, 0.6, columns)


def log_normal(x: Tensor, mean: Tensor, sigma: float = SIGMA) -> Tensor:
    scaled = ((x - mean) / sigma).square() + torch.log(torch.tensor(2 * torch.pi * sigma**2))
    return -scaled.sum(-1) / 2


class Linear:
    """x̂ = W z with the posterior that is best for D + β R: known exactly."""

    def __init__(self, beta: float, inputs: int = 6, width: int = 3) -> None:
        self.beta, self.latents = beta, [width]
        self.weight = orthogonal(inputs, width)
        self.precision = 1 + self.weight.square().sum(0) / (beta * SIGMA**2)

    def posterior(self, x: Tensor, above: list[Tensor]) -> tuple[Tensor, Tensor]:
        mean = x @ self.weight / (self.beta * SIGMA**2) / self.precision
        return mean, self.precision.rsqrt().expand_as(mean)

    def prior(self, above: list[Tensor]) -> tuple[Tensor, Tensor]:
        return torch.zeros(self.latents[0]), torch.ones(self.latents[0])

    def decode(self, z: list[Tensor]) -> Tensor:
        return z[0] @ self.weight.T

    def log_prob(self, x: Tensor, z: list[Tensor]) -> Tensor:
        return log_normal(x, self.decode(z))


class Ladder:
    """z_2 → z_1 → x, linear, with the posteriors that are best for D + β_1 R_1 + β_2 R_2.

    q(z_1 | z_2, x) ∝ p(z_1 | z_2) p(x | z_1)^{1/β_1}. What is left is −β_1 log of its norm, which
    is Gaussian in z_2, and q(z_2 | x) is best for that and β_2 R_2.
    """

    latents = (3, 3)

    def __init__(self, beta: tuple[float, float], inputs: int = 6) -> None:
        self.beta = beta
        self.weight, self.slope = orthogonal(inputs, 3), torch.tensor([0.9, 0.7, 0.8])
        self.std = torch.tensor([0.6, 0.7, 0.8])  # of p(z_1 | z_2) = N(slope · z_2, std²)
        fit = self.weight.square().sum(0)
        self.precision = self.std**-2 + fit / (beta[0] * SIGMA**2)
        left = fit / (beta[0] * SIGMA**2 + fit * self.std**2)  # of W A under C, a number an axis
        self.gain = beta[0] / beta[1] * left * self.slope
        self.top = 1 + self.gain * self.slope
        self.fit = fit

    def posterior(self, x: Tensor, above: list[Tensor]) -> tuple[Tensor, Tensor]:
        read = x @ self.weight / self.fit  # of x along the columns
        if not above:
            mean = self.gain * read / self.top
            return mean, self.top.rsqrt().expand_as(mean)
        prior = self.slope * above[0] * self.std**-2
        mean = (prior + read * self.fit / (self.beta[0] * SIGMA**2)) / self.precision
        return mean, self.precision.rsqrt().expand_as(mean)

    def prior(self, above: list[Tensor]) -> tuple[Tensor, Tensor]:
        if not above:
            return torch.zeros(3), torch.ones(3)
        return self.slope * above[0], self.std.expand_as(above[0])

    def decode(self, z: list[Tensor]) -> Tensor:
        return z[0] @ self.weight.T

    def log_prob(self, x: Tensor, z: list[Tensor]) -> Tensor:
        return log_normal(x, self.decode(z))


class PlainVAE(nn.Module):
    """A VAE as tutorials have it, trained for a moment; and the adapter of it, in twelve lines."""

    latents = (4,)

    def __init__(self, inputs: int = 64) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(inputs, 32), nn.ReLU(), nn.Linear(32, 8))
        self.decoder = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, inputs))

    def posterior(self, x: Tensor, above: list[Tensor]) -> tuple[Tensor, Tensor]:
        mean, log_variance = self.encoder(x).chunk(2, -1)
        return mean, (log_variance / 2).exp()

    def prior(self, above: list[Tensor]) -> tuple[Tensor, Tensor]:
        return torch.zeros(4), torch.ones(4)

    def decode(self, z: list[Tensor]) -> Tensor:
        return self.decoder(z[0]).sigmoid()

    def log_prob(self, x: Tensor, z: list[Tensor]) -> Tensor:
        return log_normal(x, self.decode(z), sigma=0.2)


def plain() -> PlainVAE:
    """The weights that a seed gives."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return PlainVAE()


def wrong_width() -> PlainVAE:
    """A decoder of another width."""
    model = plain()
    model.decoder[2] = nn.Linear(32, 63)
    return model


def no_density() -> object:
    """Without log p(x | z)."""

    class Half:
        latents = (4,)
        posterior = prior = decode = None

    return Half()
