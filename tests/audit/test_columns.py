"""Names of columns: misspelled, repeated, and unrelated ones."""

import re
from collections.abc import Sequence

import pytest

from hvae.audit.latents import columns

ONE = ["z1_mean", "z1_std", "z1_sample"]
TWO = [*ONE, "z2_mean", "z2_std", "z2_sample"]


@pytest.mark.parametrize(
    ("names", "layers", "unread"),
    [
        (ONE, 1, ()),
        (TWO, 2, ()),
        (["index", *reversed(TWO), "label", "rate_1", "rate_2"], 2, ()),
        ([*ONE, "epoch", "path", "label"], 1, ("epoch", "path")),
        ([*ONE, "label", "labels", "y"], 1, ("labels", "y")),  # the one that is meant is there
        ([*ONE, "z1_logvar", "z1_mu"], 1, ("z1_logvar", "z1_mu")),
        ([*ONE, "rate_1", "kl_1", "rate_2"], 1, ("kl_1", "rate_2")),
        ([*ONE, "rate_2"], 1, ("rate_2",)),  # of a layer that the file does not have
        ([*ONE, "note", "note"], 1, ("note",)),
        (
            [*ONE, "x", "split", "target", "name", "fold"],
            1,
            ("x", "split", "target", "name", "fold"),
        ),
    ],
)
def test_what_is_read_and_what_is_not(
    names: Sequence[str], layers: int, unread: tuple[str, ...]
) -> None:
    assert columns(names) == (layers, unread)


@pytest.mark.parametrize(
    ("names", "other", "meant"),
    [([*ONE, other], other, "label") for other in ("labels", "Label", "LABELS", "y", "class")]
    + [([*ONE, other], other, "label") for other in ("classes", "targets", "labell", "lable")]
    + [([*ONE, other], other, "rate_1") for other in ("rates_1", "rate1", "Rate_1")]
    + [([*ONE, other], other, "rate_1") for other in ("rate", "rates", "kl_1", "kl1", "KL-1")]
    + [([*TWO, "rate_1", "rates_2"], "rates_2", "rate_2"), ([*TWO, "kl_2"], "kl_2", "rate_2")]
    + [([other, *ONE[1:]], other, "z1_mean") for other in ("z1_mu", "z_1_mean", "z1_means")]
    + [([other, *ONE[1:]], other, "z1_mean") for other in ("z1mean", "z1.mean", "mu_1", "mean_1")]
    + [([other, *ONE[1:]], other, "z1_mean") for other in ("Z1_Mean", "z_mean", "z1-loc")]
    + [([ONE[0], other, ONE[2]], other, "z1_std") for other in ("z1_sigma", "z1_stddev", "sigma1")]
    + [([ONE[0], other, ONE[2]], other, "z1_std") for other in ("z1_logvar", "z1_scale", "z1_st")]
    + [([*ONE[:2], other], other, "z1_sample") for other in ("z1_samples", "z1_z", "z1", "z_1")]
    + [([*TWO[:4], "z2_sigma", TWO[5]], "z2_sigma", "z2_std")],
)
def test_a_name_that_is_meant_as_another_is_refused(
    names: Sequence[str], other: str, meant: str
) -> None:
    problem = f"has a column '{other}', which is not read: rename it to '{meant}' if that is"
    with pytest.raises(ValueError, match=re.escape(problem)):
        columns(names)


@pytest.mark.parametrize("name", ["z0_mean", "z0_std", "z0_sample", "rate_0"])
def test_layers_that_are_numbered_from_zero_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"has a column {name}: layers are numbered from 1"):
        columns([*ONE, name])


@pytest.mark.parametrize("name", ["label", "rate_1", "z1_std"])
def test_a_column_that_is_there_twice_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"has 2 columns {name}: one is needed"):
        columns([*ONE, "label", "rate_1", name])


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ValueError, match="needs one column z1_mean, has a, b"):
        columns(["a", "b"])
    with pytest.raises(ValueError, match="needs one column z2_std"):
        columns([*ONE, "z2_mean", "z2_sample"])
