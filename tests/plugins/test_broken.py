"""A broken plug-in of each kind: one sentence with its file, its line, and what was expected."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from hvae.config import plugins
from hvae.config.base import parse
from hvae.config.params import Params
from hvae.data import sources
from hvae.errors import InputError
from hvae.models.build import build, size
from hvae.tasks import plugged
from hvae.tasks.plugged import OwnSettings
from hvae.tasks.trained import TrainedSubject
from tests.plugins import written
from tests.workflow.conftest import merged

Config = dict[str, Any]
SHAPE = (4, 4)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder in which plug-ins are looked for, and nothing imported from it before."""
    monkeypatch.setenv(plugins.FOLDERS, str(tmp_path))
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    """As in a new process."""
    import importlib
    import sys

    for name in [name for name in sys.modules if name.startswith("my_")]:
        del sys.modules[name]
    plugins.load.cache_clear()
    plugins.digest.cache_clear()
    importlib.invalidate_caches()


def asked(config: Config, **changes: Any) -> Params:
    return parse(Params, merged(config, merged(written.PARAMS, changes)))


def of_source(config: Config) -> None:
    sources.load(asked(config, tasks={}).data, seed=0)


def of_backbone(config: Config) -> None:
    size(asked(config).model, SHAPE, conditioned=True)


def of_likelihood(config: Config) -> None:
    build(asked(config).model, SHAPE, seed=0)


def of_task(config: Config) -> None:
    asked(config)


KINDS: dict[str, tuple[Callable[[Config], None], str, str]] = {
    "source": (of_source, "my_data", "load"),
    "backbone": (of_backbone, "my_nets", "backbone"),
    "likelihood": (of_likelihood, "my_likelihoods", "Laplace"),
    "task": (of_task, "my_tasks", "absolute_error"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_it_cannot_be_loaded(config: Config, folder: Path, kind: str) -> None:
    use, module, name = KINDS[kind]
    written.write(folder)
    path = folder / f"{module}.py"
    text = path.read_text()
    path.unlink()
    with pytest.raises(InputError, match=f"there is no module '{module}' in {folder}"):
        use(config)
    forget()
    path.write_text(text.replace(name, "another"))
    with pytest.raises(InputError, match=rf"{path} has no '{name}', it has .*'another'"):
        use(config)
    forget()
    path.write_text(f"import hvae\n\nx = 1 / 0\n{text}")
    wrong = rf"{module}:{name} cannot be imported: {path}, line 3: ZeroDivisionError: division by"
    with pytest.raises(InputError, match=wrong):
        use(config)
    forget()
    path.write_text("import no_such_package\n")
    with pytest.raises(InputError, match=rf"{path}, line 1: ModuleNotFoundError: No module named"):
        use(config)
    forget()
    path.write_text("x = (\n")
    with pytest.raises(InputError, match=rf"{path}, line 1: '\(' was never closed"):
        use(config)


WRONG = [
    ("source", "return hvae.Source(", "return dict, (", r"must give an hvae\.Source, got a tuple"),
    ("source", "np.arange", "0.5 * np.arange", r"labels must be whole numbers"),
    ("source", "(4, 4), (", "(4, 5), (", r"16 values for each item, which do not fit shape \(4, 5"),
    ("source", "0.4 *", "4 *", r"has values from .* to .*, outside \[0, 1\]"),
    ("source", "np.arange(", "np.arange(10 + ", r"data\.items: .* gives 210, got 200"),
    ("source", "images = 0.4", "images = missing", r"line 11: NameError: name 'missing'"),
    ("backbone", "return hvae.Backbone(", "return dict(", r"must give an hvae\.Backbone, got a di"),
    ("backbone", "tuple(plan.latents)", "(1, 2)", r"latents of the widths \[4, 2\], .* \[1, 2\]"),
    ("backbone", "plan.latents[k], plan.family(k)) for k in range(layers)", "3, plan.family(k)) "
     "for k in range(layers)", r"the mean of its posterior\[1\] must give items×2, got 7×3"),
    ("backbone", "plan.pixels * plan.outputs", "15", r"its decoder must give items×16, got 7×15"),
    ("backbone", "for k in range(layers - 1)", "for k in [0, 0]", r"a ModuleList of 1 as prior"),
    ("backbone", "sum(decoded), width", "1 + sum(decoded), width", r"line 7: RuntimeError: mat1"),
    ("backbone", 'plan.options["hidden"]', 'plan.options["units"]', r"line 12: KeyError: 'units'"),
    ("likelihood", "class Laplace(hvae.Likelihood)", "class Laplace", r"must be a class of hvae\."),
    ("likelihood", ").sum(-1)", ").sum()", r"its log_prob must give items, got one number for 7"),
    ("likelihood", "return decoded\n", "return decoded[:, 1:]\n", r"its mean must give items×16, "),
    ("likelihood", "sigma", "sd", r"TypeError: .* unexpected keyword argument 'sigma'"),
    ("task", "SETTINGS(hvae.Section)", "OTHER", r"must have SETTINGS beside it, a class of hvae"),
    ("task", "QUANTITY = ", "OTHER = ", r"must have QUANTITY beside it, an hvae\."),
    ("task", "max_items: int", "items: int", r"tasks: my_tasks:absolute_error: .*no key 'max_item"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "before", "after", "sentence"), WRONG)
def test_it_gives_something_else(
    config: Config, folder: Path, kind: str, before: str, after: str, sentence: str
) -> None:
    use, module, name = KINDS[kind]
    written.write(folder)
    path = folder / f"{module}.py"
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after))
    with pytest.raises(InputError, match=sentence) as caught:
        use(config)
    told = str(caught.value)
    assert "\n" not in told
    assert f"{module}:{name}" in told
    if "no key" not in told:
        assert ".py, line " in told


@pytest.mark.parametrize(
    ("layer", "sentence"),
    [
        ("nn.BatchNorm1d(width)", "must have no BatchNorm1d"),
        ("nn.Dropout(0.1)", "must have no Dropout"),
        ("nn.Linear(width, width, bias=False)", "must have a bias in "),
        ("nn.Sequential(nn.Conv1d(1, 1, 1), nn.Conv2d(4, 4, 1, groups=2))", "must have no groups"),
        ("nn.Linear(width, width).requires_grad_(False)", "must have no frozen weights"),
    ],
)
def test_networks_that_cannot_be_trained_at_many_beta_are_refused(
    config: Config, folder: Path, layer: str, sentence: str
) -> None:
    written.write(folder)
    parts = folder / "my_parts.py"
    parts.write_text(parts.read_text().replace("nn.LayerNorm(width)", layer))
    with pytest.raises(InputError, match=rf"^model\.backbone: my_nets:backbone .*{sentence}"):
        of_backbone(config)


SCORES = [
    ("yield hvae.Score(", "yield (", "must yield hvae.Scores"),
    ("yield hvae.Score(split,", 'yield hvae.Score("train",', "must be of validation or test"),
    ('"features": features', '"features": "mean"', "must yield a Score of the features 'sample'"),
    ('"features": features', '"metric": "mse"', "name of its QUANTITY, absolute_error, got 'mse'"),
    ('"features": features', '"feature": features', r"may be named by .*, got \['feature'\]"),
    ("items.ids)", "items.ids[1:])", "an item's index for each of its 5 scores"),
    ("errors = np", "errors = missing", "line 20: NameError: name 'missing' is not defined"),
]


@pytest.mark.parametrize(("before", "after", "sentence"), SCORES)
def test_what_a_task_yields_is_checked(
    config: Config, folder: Path, before: str, after: str, sentence: str
) -> None:
    written.write(folder)
    path = folder / "my_tasks.py"
    path.write_text(path.read_text().replace(before, after))
    subject = measured(config)
    settings = OwnSettings(task="my_tasks:absolute_error", own={"max_items": 5})
    with pytest.raises(InputError, match=rf"my_tasks:absolute_error \({path}, line .*{sentence}"):
        list(plugged.measure(subject, settings, seed=0))


def measured(config: Config) -> TrainedSubject:
    """Latents of a model at the start of training."""
    from hvae.data.prepared import select
    from hvae.data.source import SPLITS
    from hvae.latents.extract import extract

    params = asked(config)
    source = sources.load(params.data, seed=0)
    model = build(params.model, SHAPE, seed=0).requires_grad_(False)
    items = {split: select(source, torch.arange(10).numpy()) for split in SPLITS}
    with torch.inference_mode():
        latents = {split: extract(model, items[split], 0, 0) for split in SPLITS}
    return TrainedSubject("p", model, latents, items)


def test_code_that_parameters_name_is_in_the_fingerprint(config: Config, folder: Path) -> None:
    written.write(folder)
    job = asked(config).job("model")
    marked = plugins.marked(job)
    assert json.loads(marked)[0] == job
    assert {path.name for path in plugins.sources("my_nets")} == {"my_nets.py", "my_parts.py"}
    (folder / "my_parts.py").write_text(written.PARTS + "# changed\n")
    plugins.digest.cache_clear()
    assert plugins.marked(job) != marked
    plain = parse(Params, config).job("model")
    assert plugins.marked(plain) == plain


def test_an_installed_package_is_found_and_followed_within_itself(
    config: Config, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = folder / "site"
    written.write(site / "my_package")
    nets = site / "my_package" / "my_nets.py"
    nets.write_text(nets.read_text().replace("from my_parts", "from .my_parts"))
    (site / "my_package" / "__init__.py").write_text("")
    (site / "numpyish.py").write_text("")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setattr(plugins, "_installed", lambda: {site})
    inside = {"backbone": "my_package.my_nets:backbone"}
    inside |= {"likelihood": {"family": "my_package.my_likelihoods:Laplace"}}
    written.write(folder)  # tasks and data stay files
    params = asked(config, model=inside)
    build(params.model, SHAPE, seed=0)
    files = {path.name for path in plugins.sources("my_package.my_nets")}
    assert files == {"__init__.py", "my_nets.py", "my_parts.py"}


@pytest.mark.parametrize("given", ["../x/my_part.py", "my_part.py", "my_part.py:thing", "a/b:c.d"])
@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("data.source", lambda one: {"data": {"source": one}}),
        ("model.backbone", lambda one: {"model": {"backbone": one}}),
        ("model.likelihood.family", lambda one: {"model": {"likelihood": {"family": one}}}),
        ("tasks", lambda one: {"tasks": {one: {}}}),
    ],
)
def test_a_path_in_place_of_a_reference_is_told_what_one_is(
    config: Config, given: str, key: str, changes: Callable[[str], Config]
) -> None:
    with pytest.raises(InputError) as refused:
        parse(Params, merged(config, changes(given)))
    said = str(refused.value)
    example = re.fullmatch(rf"{key}: must be MODULE:NAME, such as (\S+), got '{given}'", said)
    assert example is not None, said
    assert plugins.is_reference(example[1])
    assert "my_part" not in given or example[1].startswith("my_part:")
