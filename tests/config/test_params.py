"""Allowed values in `params.yaml`, and the one sentence that refuses others."""

import json
from collections.abc import Callable
from typing import Any, get_args, get_origin

import pytest

import hvae
from hvae.config.base import Section, parse
from hvae.config.data import ListedData
from hvae.config.params import Guidance, Params
from hvae.config.tasks import TASKS, Classification, Clustering, Regression
from hvae.data.sources import LOADERS
from hvae.errors import InputError
from hvae.tasks.classification import PROBES
from hvae.tasks.clustering import METHODS as CLUSTERINGS
from hvae.tasks.regression import METHODS as REGRESSIONS
from tests.changes import Config, assert_refused, put


def test_the_default_is_one_model_for_a_21_by_21_grid(config: Config) -> None:
    params = parse(Params, config)
    rows = params.rows()
    assert [len(row) for row in rows.values()] == [21 * 21]
    assert {point.model for row in rows.values() for point in row} == {"amortized_s0"}
    assert params.grid.axes()[0][::5] == [0.1, 0.316228, 1, 3.16228, 10]
    assert [len(row) for row in params.evaluated_rows().values()] == [5 * 5]


def test_rows_hold_all_beta_1_for_one_beta_2_and_seed(config: Config) -> None:
    config["grid"] = {"beta": [[0.5, 2], [1, 3]], "seeds": [0, 4]}
    rows = parse(Params, config).grid.rows()
    assert list(rows) == ["1_s0", "3_s0", "1_s4", "3_s4"]
    assert [(p.name, p.beta, p.seed) for p in rows["3_s4"]] == [
        ("b0.5_3_s4", [0.5, 3], 4),
        ("b2_3_s4", [2, 3], 4),
    ]


def test_one_layer_has_one_row_a_seed(config: Config) -> None:
    config["grid"] = {"beta": [[0.5, 2]], "seeds": [3]}
    config["model"]["latents"] = [4]
    assert [p.name for p in parse(Params, config).grid.rows()["s3"]] == ["b0.5_s3", "b2_s3"]


def test_a_finer_range_holds_the_values_of_a_coarser_one(config: Config) -> None:
    coarse = set(parse(Params, config).grid.axes()[0])
    config["grid"]["beta"][0]["points"] = 41
    assert coarse < set(parse(Params, config).grid.axes()[0])


def test_point_names_are_unique_and_start_with_a_letter(config: Config) -> None:
    names = [p.name for row in parse(Params, config).grid.rows().values() for p in row]
    assert len(set(names)) == 441
    assert all(name[0].isalpha() for name in names)


def test_a_job_is_told_its_keys_alone(config: Config) -> None:
    params = parse(Params, config)
    before = params.job("seed", "data")
    assert json.loads(before).keys() == {"seed", "data"}
    config["training"]["steps"] += 1
    changed = parse(Params, config)
    assert changed.job("seed", "data") == before
    assert changed.job("training") != params.job("training")


def test_every_named_choice_exists() -> None:
    assert set(LOADERS) == {
        name for source in get_args(get_args(ListedData)[0]) for name in named(source)
    }
    for section, methods in [
        (Classification, PROBES),
        (Clustering, CLUSTERINGS),
        (Regression, REGRESSIONS),
    ]:
        (chosen,) = (
            field.annotation for field in section.model_fields.values()
            if get_origin(field.annotation) is list
        )  # fmt: skip
        assert set(methods) == set(get_args(get_args(chosen)[0])), section


def named(source: type[Section]) -> tuple[str, ...]:
    """The name that chooses a source."""
    return get_args(source.model_fields["source"].annotation)


REFUSED = [
    (put("grid", "beta", 0, value=[]), r"grid\.beta\[0\]: must not be empty, got \[\]"),
    (put("grid", "beta", value=[]), r"grid\.beta: must not be empty, got \[\]"),
    (
        put("grid", "beta", 1, value=[0.1, 0]),
        r"grid\.beta\[1\]\[1\]: must be greater than 0, got 0",
    ),
    (put("grid", "beta", 1, value=[-1.0]), r"grid\.beta\[1\]\[0\]: must be greater than 0, got -1"),
    (put("grid", "beta", 0, "from", value=0), r"grid\.beta\[0\]\.from: must be greater than 0"),
    (
        put("grid", "beta", 0, "points", value=0),
        r"points: must be greater than or equal to 1, got 0",
    ),
    (put("grid", "beta", 0, "points", value=1), r"points must be at least 2 .* got 1"),
    (put("grid", "beta", 0, "form", value=1), r"grid\.beta\[0\]: has no key 'form' \(known: from"),
    (put("grid", "beta", value=[[1.0]]), r"got 2 latents and 1 β axes"),
    (put("grid", "beta", 0, value=[1, 1.0]), r"beta\[0\] must not repeat a value, got \[1"),
    (put("grid", "beta", 0, value=3), r"grid\.beta\[0\]: must be a list, got 3"),
    (put("grid", "seeds", value=[1, 1]), r"seeds must not repeat"),
    (put("model", "latents", value=[4]), r"got 1 latents and 2 β axes"),
    (put("model", "latents", 0, value=0), r"model\.latents\[0\]: must be greater than 0, got 0"),
    (
        put("model", "inference", value="bottom-up"),
        r"^model\.inference: must be 'top-down' or 'ladder'; .* its upper KL bounds I\(z_1; z_2\) "
        r".* cannot be tuned on its own, got 'bottom-up'$",
    ),
    (
        lambda config: config["model"].update(backbone="conv", shortcut=True),
        r"^model: shortcut must be false unless the backbone is 'mlp', .* got backbone 'conv'$",
    ),
    (
        put("training", "rates", "penalty", value=0),
        r"^training\.rates\.penalty: must be greater than 0, got 0$",
    ),
    (
        put("training", "rates", "memory", value=1),
        r"^training\.rates\.memory: must be less than 1, got 1$",
    ),
    (put("model", "inference", value="up"), r"'top-down' or 'ladder', got 'up'$"),
    (put("model", "latent", value=1), r"^model: has no key 'latent' .*did you mean 'latents'\?$"),
    (put("modle", value=1), r"^params: has no key 'modle' .*did you mean 'model'\?$"),
    (put("zzz", value=1), r"^params: has no key 'zzz' \(known: .*\), got 1$"),
    (
        put("data", "source", value="fashion_mnist"),
        r"^data\.source: must be one of .*, or one of your own, .*mean 'fashion-mnist'\?$",
    ),
    (put("model", "backbone", value="con"), r"your own, .* got 'con'; did you mean 'conv'\?$"),
    (put("model", "backbone", value="cnn"), r"must be one of mlp, .*your own, .* got 'cnn'$"),
    (put("model", "skip", value="yes"), r"model\.skip: must be a valid boolean, got 'yes'"),
    (put("model", "conditioning", "rank", value=0), r"conditioning\.rank: must be greater than 0"),
    (put("model", "conditioning", value={"rank": 4}), r"^model\.conditioning\.units: is missing$"),
    (put("model", "likelihood", "sigma", value=float("nan")), r"sigma: must be a finite number"),
    (put("training", "learning_rate", value="1e-3"), r"YAML reads 1e-3 as text: write 1\.0e-3"),
    (put("training", "steps", value=1.5), r"training\.steps: must be a valid integer, got 1\.5"),
    (
        put("training", "setps", value=1),
        r"training: has no key 'setps' \(known: .*steps.*\), got 1; did you mean 'steps'\?$",
    ),
    (
        put("tasks", "classification", "probes", value=["tree"]),
        r"probes\[0\]: must be .*got 'tree'",
    ),
    (
        put("tasks", "classification", "probes", value=["knn"] * 2),
        r"classification\.probes: must not repeat a name, got \['knn', 'knn'\]",
    ),
    (put("tasks", "classification", "max_train", value=4), r"max_train: must be .* got 4"),
    (put("tasks", "clustering", "clusters", value=1), r"clusters: must be .* got 1$"),
    (put("tasks", "clustering", "methods", value=[]), r"methods: must not be empty, got \[\]$"),
    (put("tasks", "regression", "methods", value=["svm"]), r"methods\[0\]: must be .*got 'svm'$"),
    (
        put("tasks", "generation", "epochs", value=3),
        r"^tasks\.generation: has no key 'epochs' \(known: classifier, width, .*\), got 3; did "
        r"you mean 'max_epochs'\?$",
    ),
    (put("evaluation", "information_items", value=2), r"information_items: must be .* got 2"),
    (
        put("guidance", "weights", value={"chess": 1}),
        r"guidance\.weights\.chess.*: must be one of reconstruction, .* got 'chess'$",
    ),
    (put("guidance", "weights", value={"anomaly": -1}), r"weights\.anomaly: must be .* got -1$"),
    (
        put("guidance", "weights", value=dict.fromkeys(TASKS, 0)),
        r"^guidance: weights must not all be 0, got ",
    ),
    (put("guidance", "compression_bits", value=0), r"compression_bits: must be .* got 0$"),
    (put("experiment", value="../x"), r"experiment: must match pattern .*got '\.\./x'"),
    (put("seed", value=True), r"seed: must be a valid integer, got True"),
]


@pytest.mark.parametrize(("change", "sentence"), REFUSED)
def test_refused_in_one_sentence(
    config: Config, change: Callable[[Config], None], sentence: str
) -> None:
    change(config)
    assert_refused(config, sentence)


def test_tasks_have_defaults(config: Config) -> None:
    """`params.yaml` lists them; another file need not."""
    full = parse(Params, config)
    config["tasks"] = {"classification": config["tasks"]["classification"]}
    assert parse(Params, config) == full


def test_applications_count_alike_unless_weighed() -> None:
    assert {Guidance().weight(name) for name in TASKS} == {1}
    asked = Guidance(weights={"anomaly": 0, "denoising": 2.5})
    assert [asked.weight(n) for n in ("anomaly", "denoising", "generation")] == [0, 2.5, 1]


def test_every_problem_is_named_at_once(config: Config) -> None:
    config["training"]["steps"] = 0
    config["model"]["width"] = -3
    with pytest.raises(InputError) as refused:
        parse(Params, config)
    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == [
        "model.width",
        "training.steps",
    ]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"steps": 1.5}, "Schedule: steps: must be a valid integer, "),
        ({"stpes": 3}, "Schedule: has no key 'stpes' (known: steps, "),
        ({"validate_every": 0}, "Schedule: validate_every: must be greater than 0, got 0"),
    ],
)
def test_a_group_that_is_called_says_the_same(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        hvae.Schedule(**values)
    assert str(caught.value).startswith(sentence)
