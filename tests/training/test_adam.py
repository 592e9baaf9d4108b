"""Adam against torch's own, and what loading it costs."""

import subprocess
import sys

import torch

from hvae.training.adam import Adam

RATES = [1e-2, 5e-3, 1e-3]


def test_it_moves_weights_as_torch_does_to_the_last_bit() -> None:
    """One weight never has a gradient, and so neither moves nor decays."""
    source = torch.Generator().manual_seed(0)
    start = [torch.randn(5, 3, generator=source), torch.randn((), generator=source), torch.ones(2)]
    ours = [weight.clone().requires_grad_() for weight in start]
    theirs = [weight.clone().requires_grad_() for weight in start]
    adam = Adam(ours, decay=0.1)
    reference = torch.optim.AdamW(theirs, weight_decay=0.1, fused=True)
    for rate in RATES:
        adam.forget()
        reference.zero_grad()
        for matrix, number, _ in (ours, theirs):
            (matrix.square().sum() * number).backward()
        reference.param_groups[0]["lr"] = rate
        reference.step()
        adam.step(rate)
    assert all(map(torch.equal, ours, theirs))
    assert torch.equal(ours[2], start[2])


def test_it_goes_on_from_its_state() -> None:
    weight = torch.ones(3, requires_grad=True)
    adam, other = Adam([weight]), torch.ones(3, requires_grad=True)
    for _ in range(2):
        adam.forget()
        weight.square().sum().backward()
        adam.step(0.1)
    continued = Adam([other])
    other.data.copy_(weight.data)
    for name, one in continued.state().items():
        one.copy_(adam.state()[name])
    for one, of in ((weight, adam), (other, continued)):
        of.forget()
        one.square().sum().backward()
        of.step(0.1)
    assert torch.equal(weight, other)


def test_training_does_not_load_the_compiler_of_torch() -> None:
    """It would take more than a second of each job."""
    program = (
        "import sys, torch\n"
        "from hvae.training.adam import Adam\n"
        "weight = torch.ones(3, requires_grad=True)\n"
        "weight.sum().backward()\n"
        "Adam([weight]).step(0.1)\n"
        "sys.exit('torch._dynamo' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
