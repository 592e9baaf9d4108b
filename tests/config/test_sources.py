"""The `data` section: the options of every source, and what is refused."""

import json
from collections.abc import Callable

import pytest

from hvae.config.base import parse
from hvae.config.params import Params
from hvae.data.sources import LOADERS, load
from tests.changes import Config, assert_refused, data, put

REFUSED = [
    (
        put("data", "source", value="imagenet"),
        r"^data\.source: must be one of 'digits', 'gaussian', .*, got 'imagenet'",
    ),
    (put("data", value={}), r"^data\.source: is missing$"),
    (
        put("data", "items", value=9),
        r"^data: source 'digits' has no key 'items' .* got 9; did you mean 'max_items'\?$",
    ),
    (data("gaussian", separation=9), r"^data: source 'gaussian' has no key 'separation' .* got 9$"),
    (data("gaussian", items=1), r"^data\.items: must be greater than or equal to 2, got 1$"),
    (data("gaussian", spectrum=[]), r"^data\.spectrum: must not be empty, got \[\]$"),
    (data("gaussian", spectrum=3), r"^data\.spectrum: must be a list, got 3$"),
    (
        data("gaussian", spectrum=[1.0, 0.0]),
        r"^data\.spectrum\[1\]: must be greater than 0, got 0",
    ),
    (
        data("gaussian", spectrum={"dimension": 0}),
        r"^data\.spectrum\.dimension: must be greater than or equal to 1, got 0$",
    ),
    (
        data("gaussian", spectrum={"exponent": -1}),
        r"^data\.spectrum\.exponent: must be greater than or equal to 0, got -1$",
    ),
    (data("gaussian", target_noise=-1), r"^data\.target_noise: must be .* equal to 0, got -1$"),
    (
        data("gaussian-mixture", shares=[0.5, 0.4]),
        r"^data\.shares: must sum to 1, got \[0\.5, 0\.4\]$",
    ),
    (
        data("gaussian-mixture", shares=[0.5, 1.5]),
        r"^data\.shares\[1\]: must be less than 1, got 1\.5$",
    ),
    (
        data("gaussian-mixture", shares={"classes": 1}),
        r"^data\.shares\.classes: must be greater than or equal to 2, got 1$",
    ),
    (
        data("gaussian-mixture", shares={"classes": 9}),
        r"^data: dimension must be at least the number of components, 9, got 8$",
    ),
    (data("gaussian-mixture", std=0), r"^data\.std: must be greater than 0, got 0$"),
    (data("gaussian-mixture", separation=-1), r"^data\.separation: must be .* got -1$"),
    (
        data("independent-labels", of="gaussian-mixture"),
        r"^data\.of: must be 'digits' or 'gaussian', got 'gaussian-mixture'$",
    ),
    (
        data("gaussian-mixture", held_out="1"),
        r"^data: held_out must be null, since .*'gaussian-mixture' covers all its items, got '1'$",
    ),
    (put("data", "outliers", value="digits"), r"^data: outliers must be of another source, got"),
    (put("data", "outliers", value="npz"), r"^data\.outliers: must be 'digits'.*, got 'npz'$"),
    (put("data", "held_out", value=9), r"^data\.held_out: must be .*, got 9$"),
    (data("photo-patches", items=2), r"^data\.items: must be .* equal to 20, got 2$"),
    (data("mnist", size=32), r"^data: source 'mnist' has no key 'size' \(known: .*\), got 32$"),
    (data("image-folder"), r"^data: raw_dir must name a folder, since .*'image-folder'.* got None"),
    (data("image-folder", raw_dir="x", channels="red"), r"^data\.channels: must be .* got 'red'"),
    (data("image-folder", raw_dir="x", size=0), r"^data\.size: must be .* equal to 1, got 0$"),
    (data("npz", raw_dir="x", levels=1), r"^data\.levels: must be .* equal to 2, got 1$"),
    (data("npz", raw_dir="x", file="../y"), r"^data\.file: must match pattern .* got '\.\./y'$"),
    (data("parquet", raw_dir="x", shape=[0]), r"^data\.shape\[0\]: must be .* to 1, got 0$"),
    (put("data", "raw_dir", value="x"), r"raw_dir must be null.* got 'x'"),
    (put("data", "split", "train", value=0.9), r"data\.split: .* must be 1, got 1\.3"),
    (put("data", value=None), r"data: must be a group of keys, got None"),
]


@pytest.mark.parametrize(("change", "sentence"), REFUSED)
def test_refused_in_one_sentence(
    config: Config, change: Callable[[Config], None], sentence: str
) -> None:
    change(config)
    assert_refused(config, sentence)


@pytest.mark.parametrize("source", sorted(LOADERS))
def test_the_name_of_a_source_is_enough(config: Config, source: str) -> None:
    """With the folder, for sources of the user's own files."""
    own = {"raw_dir": "mine"} if source in ("image-folder", "npz", "parquet") else {}
    data(source, **own)(config)
    params = parse(Params, config)
    assert params.data.source == source
    again = json.loads(params.job("data"))  # a job's own parameters are read back as they were
    assert parse(Params, config | again) == params


MADE = ("digits", "gaussian", "gaussian-mixture", "independent-labels", "photo-patches")


@pytest.mark.parametrize(
    "options",
    [
        *({"source": name} for name in MADE),
        {"source": "independent-labels", "of": "gaussian"},
    ],
    ids=lambda options: "-".join(options.values()),
)
def test_a_source_knows_whether_it_has_classes_and_a_target(
    config: Config, options: dict[str, str]
) -> None:
    """The properties that decide which jobs run agree with the items."""
    data(**options)(config)
    chosen = parse(Params, config).data
    source = load(chosen, 0)
    assert chosen.labelled == (len(source.classes) > 1)
    assert chosen.targeted == (source.target is not None)
    assert chosen.pictured == (len(source.shape) > 1)


@pytest.mark.parametrize("name", ["mnist", "binary-mnist", "fashion-mnist", "svhn", "cifar10"])
def test_published_sets_have_classes_and_no_target(config: Config, name: str) -> None:
    data(source=name)(config)
    chosen = parse(Params, config).data
    assert chosen.labelled
    assert chosen.pictured
    assert not chosen.targeted
