"""Some items at a time give what all at once give."""

import pytest
import torch

from hvae.models import hierarchical
from hvae.models.distributions import draw
from tests.conftest import small


@torch.inference_mode()
@pytest.mark.parametrize("items", [1, 4, 10, 11])
@pytest.mark.parametrize("backbone", ["mlp", "conv", "conv-spatial"])
def test_terms_do_not_depend_on_the_chunks(
    monkeypatch: pytest.MonkeyPatch, backbone: str, items: int
) -> None:
    model = small([3, 2], shape=(4, 3), width=3, backbone=backbone)
    source = torch.Generator().manual_seed(0)
    x, noise = torch.rand(10, 12, generator=source), draw(model.latents, 10, source)
    whole = model(x, noise)
    monkeypatch.setattr(hierarchical, "ITEMS", items)
    seen = []
    model.register_forward_hook(lambda model, inputs, terms: seen.append(len(inputs[0])))
    found = hierarchical.in_chunks(model, x, noise)
    assert max(seen) == min(items, 10)
    assert sum(seen) == 10
    assert found.decoded.shape == (10, 0)
    for name in ("distortion", "rates", "z", "posteriors"):
        torch.testing.assert_close(getattr(found, name), getattr(whole, name))
