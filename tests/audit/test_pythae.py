"""A VAE of the package pythae, audited as it is: with the optional extra alone."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from hvae.audit.whole import AuditSettings, audit
from hvae.config.base import parse
from tests.audit.supplied import log_normal
from tests.audit.test_whole import TINY

LATENT = 4


class Pythae:
    """The adapter: pythae's mean squared error is a Gaussian with a standard deviation of 1."""

    latents = (LATENT,)

    def __init__(self) -> None:
        from pythae.models import VAE, VAEConfig

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            config = VAEConfig(input_dim=(1, 8, 8), latent_dim=LATENT, reconstruction_loss="mse")
            self.model = VAE(config).eval()

    def posterior(self, x: Tensor, above: list[Tensor]) -> tuple[Tensor, Tensor]:
        found = self.model.encoder(x.reshape(-1, 1, 8, 8))
        return found.embedding, (found.log_covariance / 2).exp()

    def prior(self, above: list[Tensor]) -> tuple[Tensor, Tensor]:
        return torch.zeros(LATENT), torch.ones(LATENT)

    def decode(self, z: list[Tensor]) -> Tensor:
        return self.model.decoder(z[0]).reconstruction.flatten(1)

    def log_prob(self, x: Tensor, z: list[Tensor]) -> Tensor:
        return log_normal(x, self.decode(z), sigma=1.0)


@pytest.mark.filterwarnings("ignore")  # pythae's own, on import
def test_a_vae_of_pythae_is_audited_whole(tmp_path: Path) -> None:
    pytest.importorskip("pythae")
    settings = parse(AuditSettings, TINY | {"beta": [1.0]})
    options = {"max_items": 300}
    found = audit("tests.audit.test_pythae:Pythae", "digits", options, settings, tmp_path)
    items = found.tables["items"]
    assert np.isfinite(items["rate_1"].to_numpy()).all()
    tasks = {row["task"] for row in found.tables["tasks"].to_pylist()}
    assert {"reconstruction", "classification", "generation", "compression"} <= tasks
    verdicts = set(found.tables["bounds"]["verdict"].to_pylist())
    assert "violated" not in verdicts
    assert (tmp_path / "index.html").is_file()
