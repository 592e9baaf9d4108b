"""A model comes back bit for bit, and files that do not fit are refused by name."""

import json
from pathlib import Path

import pytest
import torch

from hvae.config.model import Model
from hvae.errors import InputError
from hvae.models.build import build
from hvae.models.distributions import draw
from hvae.training import checkpoint

CARD = checkpoint.Card(
    name="b1_2_s0",
    strategy="independent",
    seed=0,
    beta=[1.0, 2.0],
    shape=[2, 3],
    model=Model.model_validate(
        {
            "latents": [3, 2],
            "inference": "top-down",
            "backbone": "mlp",
            "width": 7,
            "skip": False,
            "likelihood": {"family": "gaussian", "sigma": 0.3},
        }
    ),
    parameters=9,
    status="ok",
    train_seconds=1.5,
)


def test_terms_are_bit_identical_after_a_reload(tmp_path: Path) -> None:
    model = build(CARD.model, CARD.shape, 9)
    checkpoint.save(tmp_path, CARD, model.state_dict())
    again = checkpoint.load(tmp_path, "b1_2_s0")
    source = torch.Generator().manual_seed(0)
    x, noise = torch.rand(4, 6, generator=source), draw([3, 2], 4, source)
    was, now = model(x, noise), again(x, noise)
    assert torch.equal(was.distortion, now.distortion)
    assert torch.equal(was.rates, now.rates)
    known = checkpoint.card(tmp_path, "b1_2_s0")
    assert known == CARD.model_copy(update={"sha256": known.sha256})


def test_sigma_is_read_from_the_weights(tmp_path: Path) -> None:
    state = build(CARD.model, CARD.shape, 9).state_dict()
    checkpoint.save(tmp_path, CARD, state | {"likelihood.sigma": torch.tensor(0.7)})
    assert checkpoint.load(tmp_path, "b1_2_s0").likelihood.sigma == torch.tensor(0.7)


def test_weights_of_another_precision_become_those_of_the_model(tmp_path: Path) -> None:
    state = build(CARD.model, CARD.shape, 9).state_dict()
    checkpoint.save(tmp_path, CARD, {name: tensor.double() for name, tensor in state.items()})
    again = checkpoint.load(tmp_path, "b1_2_s0").state_dict()
    assert all(torch.equal(again[name], tensor) for name, tensor in state.items())
    assert {tensor.dtype for tensor in again.values()} == {torch.float32}


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, b"\xff" * 8 + b"{}"])
def test_weights_that_are_not_safetensors_are_refused(tmp_path: Path, content: bytes) -> None:
    checkpoint.save(tmp_path, CARD, build(CARD.model, CARD.shape, 9).state_dict())
    (tmp_path / "b1_2_s0.safetensors").write_bytes(content)
    with pytest.raises(InputError, match=r"b1_2_s0\.safetensors does not hold the weights"):
        checkpoint.load(tmp_path, "b1_2_s0")


def test_a_bit_that_turned_in_the_weights_is_found(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, CARD, build(CARD.model, CARD.shape, 9).state_dict())
    path = tmp_path / "b1_2_s0.safetensors"
    content = path.read_bytes()
    path.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    with pytest.raises(InputError, match=r"\.safetensors does not .*: it has changed since"):
        checkpoint.load(tmp_path, "b1_2_s0")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"width": 10**9}, "size mismatch"),  # 10¹⁸ weights: their shapes alone are made
        ({"latents": [3, 10**30]}, "no memory holds a model of these sizes"),
        ({"latents": [1] * 10**6}, r"it holds \d+ tensors for 1000000 layers"),
    ],
    ids=["wide", "beyond 64 bits", "deep"],
)
def test_a_model_that_is_larger_than_its_weights_is_not_built(
    tmp_path: Path, change: dict[str, object], why: str
) -> None:
    checkpoint.save(tmp_path, CARD, build(CARD.model, CARD.shape, 9).state_dict())
    path = tmp_path / "b1_2_s0.json"
    known = json.loads(path.read_text())
    path.write_text(json.dumps(known | {"model": known["model"] | change}))
    with pytest.raises(InputError, match=f"does not hold the weights of its card: .*{why}"):
        checkpoint.load(tmp_path, "b1_2_s0")


def test_nor_is_one_for_a_plane_whose_part_for_beta_is_larger(tmp_path: Path) -> None:
    asked = CARD.model.conditioning.model_copy(update={"units": 10**9})
    model = CARD.model.model_copy(update={"conditioning": asked})
    of_plane = CARD.model_copy(update={"model": model, "beta": [(0.1, 10.0), (0.1, 10.0)]})
    checkpoint.save(tmp_path, of_plane, build(CARD.model, CARD.shape, 9).state_dict())
    with pytest.raises(InputError, match=r"does not hold the weights of its card: .*Missing key"):
        checkpoint.stored(tmp_path, "b1_2_s0")


def test_weights_of_another_model_are_refused(tmp_path: Path) -> None:
    other = CARD.model.model_copy(update={"width": 8})
    checkpoint.save(tmp_path, CARD, build(other, CARD.shape, 9).state_dict())
    with pytest.raises(InputError, match="does not hold the weights of its card"):
        checkpoint.load(tmp_path, "b1_2_s0")


@pytest.mark.parametrize("change", [{"format": 1}, {"status": "fine"}, {"extra": 1}])
def test_a_card_of_another_kind_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    checkpoint.save(tmp_path, CARD, {})
    path = tmp_path / "b1_2_s0.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(InputError, match=r"b1_2_s0\.json is not a model's card"):
        checkpoint.card(tmp_path, "b1_2_s0")


def test_a_card_under_another_name_is_refused(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, CARD, {})
    (tmp_path / "b1_2_s0.json").rename(tmp_path / "b9_2_s0.json")
    with pytest.raises(InputError, match="the card of another model, b1_2_s0"):
        checkpoint.card(tmp_path, "b9_2_s0")


def test_a_card_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b1_2_s0.json").write_bytes(bytes([255, 254, 0]))
    with pytest.raises(InputError, match="is not a model's card"):
        checkpoint.card(tmp_path, "b1_2_s0")


def test_absent_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"b1_2_s0\.json is not a model's card"):
        checkpoint.load(tmp_path, "b1_2_s0")
