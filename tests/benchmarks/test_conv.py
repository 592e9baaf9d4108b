"""The benchmark of convolutions: the sizes of its networks, its loops, and what it prints."""

import multiprocessing
import re
import threading
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import conv
from benchmarks.plain import Plain, TwoPasses

NETWORKS = pytest.mark.parametrize("network", [Plain, TwoPasses])


def noise(items: int, top: int) -> list[Tensor]:
    source = torch.Generator().manual_seed(0)
    return [torch.randn(items, size, generator=source) for size in (16 * 16, top)]


def multiplications(network: nn.Module, top: int) -> int:
    """Of an item, forwards, without what is not a matrix product or a convolution."""
    with FlopCounterMode(display=False) as counter:
        network(torch.rand(4, 784), noise(4, top))
    return counter.get_total_flops() // 2 // 4


def test_an_item_takes_the_authors_sizes_1_24_million_multiplications() -> None:
    """Counted by hand: c = 16 channels, kernels of 4×4, maps of 14, 7 and 4 squared, z_2 of 20."""
    c, top, maps = 16, 20, 16 * 16
    halving = 14 * 14 * c * 16 + 7 * 7 * c * c * 16
    between = 4 * 4 * c * c * 16  # from 7×7 to 4×4, or back
    posterior_2 = halving + between + maps * 2 * top
    posterior_1 = halving + top * maps + between + 2 * between + 4 * 4 * c * 2 * c * 9
    prior_1 = top * maps // 2 + maps // 2 * 2 * maps
    decoder = between + 7 * 7 * c * c * 16 + 14 * 14 * c * 16
    expected = posterior_2 + posterior_1 + prior_1 + decoder
    assert expected == 1_237_504
    assert multiplications(TwoPasses(c, top, 0.2), top) == expected
    assert multiplications(Plain(c, top, 0.2), top) == pytest.approx(0.88e6, rel=0.01)


@NETWORKS
def test_a_network_has_rates_of_its_own_and_all_its_weights_learn(network: Any) -> None:
    torch.manual_seed(0)
    model = network(16, 20, 0.2)
    distortion, *rates = model(torch.rand(8, 784), noise(8, 20))
    assert distortion.shape == (8,)
    assert all(rate.shape == (8,) and (rate > 0).all() for rate in rates)
    (distortion + rates[0] + rates[1]).mean().backward()
    assert all(weight.grad.abs().sum() > 0 for weight in model.parameters())


def test_rates_of_two_passes_are_divergences_of_their_normals() -> None:
    """The prior of z_1 is made N(0, 1), its posterior N(2, 1): 2 nats for each of 256 numbers."""
    model = TwoPasses(16, 20, 0.2)
    one = torch.tensor(1.0).expm1().log()  # softplus of it is 1
    for layer, mean in ((model.prior_1[-1], 0.0), (model.posterior_1[-1], 2.0)):
        nn.init.zeros_(layer.weight)
        half = len(layer.bias) // 2
        layer.bias.data = torch.cat([torch.full((half,), mean), one.expand(half)])
    _, rate_1, _ = model(torch.rand(3, 784), noise(3, 20))
    torch.testing.assert_close(rate_1, torch.full((3,), 2.0 * 256))


@NETWORKS
def test_a_plain_loop_learns(network: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    made = []
    monkeypatch.setattr(network, "__init__", remembered(network.__init__, made))
    data = torch.rand(64, 784)
    step = conv.plain_step(data, top=4, size=16, network=network)

    def value() -> float:
        with torch.no_grad():
            return float(sum(part.mean() for part in made[0](data, noise(64, 4))))

    before = value()
    for number in range(1, 21):
        step(number)
    assert value() < 0.9 * before


def remembered(init: Any, made: list[nn.Module]) -> Any:
    def kept(self: nn.Module, *sizes: Any) -> None:
        init(self, *sizes)
        made.append(self)

    return kept


@pytest.mark.parametrize(("threads", "taken"), [(0, []), (1, [1]), (2, [2])])
def test_a_contestant_has_its_threads_or_as_many_as_torch_chooses(
    threads: int, taken: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[int] = []
    monkeypatch.setattr(torch, "set_num_threads", found.append)
    steps: list[int] = []
    here, there = multiprocessing.Pipe()
    contestant = conv.Contestant("a loop", lambda _: steps.append, threads=threads)
    worker = threading.Thread(target=conv.work, args=(contestant, there))
    worker.start()
    assert here.recv() == 0
    here.send(3)
    seconds, memory = here.recv()
    here.send(0)
    worker.join()
    assert found == taken
    assert len(steps) == conv.WARM_UP + 3
    assert seconds > 0
    assert memory > 0


def test_the_authors_loop_runs_at_the_threads_of_torch_and_at_one() -> None:
    known = {one.name: one for one in conv.CONTESTANTS}
    assert len(known) == len(conv.CONTESTANTS)
    assert (known[conv.FREE].threads, known[conv.SINGLE].threads) == (0, 1)
    for name in (conv.FREE, conv.SINGLE):
        step: Any = known[name].step
        assert step.keywords == {"network": TwoPasses}


def test_the_tables_say_what_is_asked_for_and_reached(capsys: pytest.CaptureFixture[str]) -> None:
    rates = {one.name: [4.0, 2.0, 3.0] for one in conv.CONTESTANTS}
    rates[conv.FREE] = [2.0, 1.0, 1.0]
    rates[conv.SINGLE] = [1.0, 0.8, 1.0]
    rates[conv.COMPILE] = [5.2, 2.6, 3.0]
    conv.show(rates, dict.fromkeys(rates, 400.0))
    text = capsys.readouterr().out
    assert f"| {conv.FREE} | 1.0 (1.0, 2.0) | 0.50 | 1.00 | 400 |" in text
    goals = dict(re.findall(r"^\| (.* ÷ .*?) \| (.*) \|$", text.partition("asked")[2], flags=re.M))
    assert goals == {
        f"{conv.ROWS} ÷ {conv.FREE}": "2.5 | 2.00 | no",
        f"{conv.ROWS} ÷ {conv.SINGLE}": "2.5 | 3.00 | yes",
        f"{conv.COMPILE} ÷ {conv.ROWS}": "1.2 | 1.30 | yes",
        f"{conv.BF16} ÷ {conv.ROWS}": "1.2 | 1.00 | no",
    }
