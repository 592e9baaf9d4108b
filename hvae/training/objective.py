"""What training minimises: J_β = D + Σ_l β_l R_l, in nats per item (β dimensionless)."""

from torch import Tensor

from hvae.models.hierarchical import Terms


def objective(terms: Terms, beta: Tensor) -> Tensor:
    """J_β of each item, of shape (...), for β of shape (L,). β lives here and nowhere else."""
    return terms.distortion + (terms.rates * beta).sum(-1)
