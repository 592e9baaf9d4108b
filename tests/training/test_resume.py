"""Training that is killed and goes on ends bit for bit as training that never was."""

import itertools
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor

from hvae.config.base import Section
from hvae.training import amortized, loop, train
from hvae.training.loop import Checkpoints, fingerprint
from hvae.training.members import State
from hvae.training.to_rates import train_to_rates
from tests.conftest import small
from tests.training import test_amortized as plane
from tests.training import test_independent as rows
from tests.training import test_to_rates as rates

BETAS = [rows.BETAS[0], [1e38, 1e38], rows.BETAS[2]]
Train = Callable[[Checkpoints | None], Mapping[str, Tensor]]


class Killed(Exception):
    """In place of a signal."""


def members(kept: Checkpoints | None) -> Mapping[str, Tensor]:
    """Three members, of which one diverges; some are best at the first look."""
    settings = rows.SETTINGS.model_copy(update={"learning_rate": 0.05})
    return _named(train.train(rows.start(), BETAS, rows.DATA, -rows.HELD_OUT, settings, 0, kept))


def convolutions(kept: Checkpoints | None) -> Mapping[str, Tensor]:
    """Three members that train one after the other."""
    model = small([2, 3], shape=(5, 4), width=3, backbone="conv")
    data = torch.rand(40, 20, generator=torch.Generator().manual_seed(0))
    settings = rows.SETTINGS.model_copy(update={"steps": 8, "validate_every": 3})
    return _named(train.train(model, rows.BETAS, data, data[:20], settings, 0, kept))


def to_rates(kept: Checkpoints | None) -> Mapping[str, Tensor]:
    """Three members, of which one diverges; validation items move λ in the second half."""
    targets = [rates.TARGETS[0], [1e38, 1e38], rates.TARGETS[2]]
    data = rows.DATA, rows.HELD_OUT
    found = train_to_rates(rates.start(), targets, *data, rates.SETTINGS, 0, kept)
    return _named(found.models) | {"prices": found.prices, "rates": found.rates}


def one_for_the_plane(kept: Checkpoints | None) -> Mapping[str, Tensor]:
    """It is best at the first look."""
    data, held_out = plane.items(60, 1), -9 * plane.items(20, 2)
    found = amortized.train(plane.conditioned(), data, held_out, plane.SETTINGS, 0, kept)
    return found.state | {f"look {step}": torch.tensor(v) for step, v in found.looks.items()}


def _named(found: train.TrainedModels) -> Mapping[str, Tensor]:
    looks = {f"look {step}": value for step, value in found.looks.items()}
    return {"weights": found.weights, "diverged": found.diverged} | looks


def checkpoints(folder: Path, fingerprint: str = "this") -> Checkpoints:
    return Checkpoints(folder, "row_s0", fingerprint)


def killed(monkeypatch: pytest.MonkeyPatch, train: Train, folder: Path, looks: int) -> None:
    """Train until that many looks have been kept, and then to the next."""
    left = iter(range(looks))

    class Kept(Checkpoints):
        def save(self, part: int, state: State) -> None:
            if next(left, None) is None:
                raise Killed
            super().save(part, state)

    with monkeypatch.context() as often:
        often.setattr(loop, "EVERY", 0)
        with pytest.raises(Killed):
            train(Kept(*checkpoints(folder)))


def same(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, tensor in one.items():
        assert _bits(tensor) == _bits(other[name]), name


def _bits(tensor: Tensor) -> bytes:
    """Also of NaN, which is not equal to itself."""
    return tensor.contiguous().numpy().tobytes()


@pytest.mark.parametrize(
    ("train", "looks"),
    [
        (members, 0),
        (members, 1),
        (to_rates, 1),
        (to_rates, 3),
        (one_for_the_plane, 2),
        (convolutions, 1),
        (convolutions, 4),
    ],
)
def test_what_goes_on_ends_bit_for_bit_as_what_was_never_interrupted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, train: Train, looks: int
) -> None:
    killed(monkeypatch, train, tmp_path, looks)
    torch.rand(7)  # the state of torch's own random numbers is no part of it
    same(train(checkpoints(tmp_path)), train(None))


@pytest.mark.parametrize("train", [members, to_rates, one_for_the_plane])
def test_training_does_not_do_again_what_is_kept(tmp_path: Path, train: Train) -> None:
    """What is kept at the end is all there is to it, without another step."""
    first = train(checkpoints(tmp_path))
    with pytest.MonkeyPatch.context() as forbidden:
        forbidden.setattr(torch.Tensor, "backward", None)
        same(train(checkpoints(tmp_path)), first)


def halved(content: bytes) -> bytes:
    return content[: len(content) // 2]


def flipped(content: bytes) -> bytes:
    """One bit of a weight, which safetensors does not see."""
    return content[:-1] + bytes([content[-1] ^ 1])


def emptied(content: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("broken", [halved, flipped, emptied])
def test_a_broken_checkpoint_is_named_and_training_starts_anew(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    broken: Callable[[bytes], bytes],
) -> None:
    killed(monkeypatch, members, tmp_path, 1)
    (file,) = tmp_path.iterdir()
    file.write_bytes(broken(file.read_bytes()))
    same(members(checkpoints(tmp_path)), members(None))
    assert f"{file}: " in capsys.readouterr().err


def test_a_checkpoint_of_something_else_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    killed(monkeypatch, members, tmp_path, 1)
    same(members(checkpoints(tmp_path, "another")), members(None))
    assert "other parameters, data or versions; training starts anew" in capsys.readouterr().err


def test_seconds_add_up_over_interruptions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seconds = itertools.count(0, 100).__next__  # each time that somebody looks at the clock
    monkeypatch.setattr(loop.time, "perf_counter", seconds)
    killed(monkeypatch, members, tmp_path, 1)  # kept at the look after 100 seconds
    found = train.train(
        rows.start(), BETAS, rows.DATA, rows.HELD_OUT, rows.SETTINGS, 0, checkpoints(tmp_path)
    )
    assert found.seconds == 100 + 400  # three more looks, and the end


class Job(Section):
    steps: int = 3


def test_a_fingerprint_is_of_parameters_data_and_versions(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data = tmp_path / "train.parquet"
    data.write_bytes(b"data")
    first = fingerprint(Job(), [data])
    assert fingerprint(Job(), [data]) == first
    found = {first, fingerprint(Job(steps=4), [data])}
    data.write_bytes(b"other")
    found.add(fingerprint(Job(), [data]))
    monkeypatch.setattr(torch, "__version__", "3.0")
    found.add(fingerprint(Job(), [data]))
    assert len(found) == 4


def test_done_is_done(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Files of all parts go, and those of other jobs stay."""
    killed(monkeypatch, convolutions, tmp_path, 5)
    other = tmp_path / "row_s01.0.safetensors"
    other.write_bytes(b"")
    assert len(list(tmp_path.iterdir())) == 3
    checkpoints(tmp_path).remove()
    assert list(tmp_path.iterdir()) == [other]
