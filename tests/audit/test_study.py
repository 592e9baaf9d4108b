"""A model given only by its latents, whose information is known."""

import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from hvae.audit.latents import read
from hvae.audit.page import Facts, page
from hvae.audit.study import Settings, study
from hvae.errors import InputError
from hvae.io import tables

ITEMS = 1200
NOISE = 0.6  # standard deviation of the posterior; the means have variance 1 - NOISE², as the prior


def channel(independent: bool = False, layers: int = 1) -> dict[str, Any]:
    """z_L ~ N(μ(x), NOISE²) of width 2 against a standard normal prior, the law of z_L.

    So I(x; z_L) = R_L = −2 log NOISE = 1.02 nats exactly. μ points into the quadrant of the
    label, unless labels are `independent`. Layers below are copies of the top one, with no rate.
    """
    random = np.random.default_rng(3)
    mean = random.normal(size=(ITEMS, 2)) * np.sqrt(1 - NOISE**2)
    sample = mean + NOISE * random.normal(size=mean.shape)
    label = (mean > 0) @ [1, 2]
    columns: dict[str, Any] = {"label": random.permutation(label) if independent else label}
    for layer in range(1, layers + 1):
        top = layer == layers
        parts = {"mean": mean if top else sample, "std": np.full(mean.shape, NOISE)}
        columns |= {f"z{layer}_{name}": part.tolist() for name, part in parts.items()}
        columns[f"z{layer}_sample"] = sample.tolist()
        rate = (mean**2 + NOISE**2 - 1 - 2 * np.log(NOISE)).sum(1) / 2
        columns[f"rate_{layer}"] = rate if top else np.zeros(ITEMS)
    return columns


def studied(folder: Path, columns: dict[str, Any]) -> dict[str, pa.Table]:
    path = folder / "z.parquet"
    pq.write_table(pa.table(columns), path)
    return study(read(path), Settings(title="A title", seed=0, items=1000), folder / "out")


def verdicts(found: dict[str, pa.Table]) -> dict[str, set[str]]:
    rows = found["bounds"].to_pylist()
    return {b: {r["verdict"] for r in rows if r["bound"] == b} for b in {r["bound"] for r in rows}}


def test_the_information_of_a_known_channel_and_every_bound_kept(tmp_path: Path) -> None:
    found = studied(tmp_path, channel())
    by_kind = {row["kind"]: row for row in found["information"].to_pylist()[:2]}
    truth = -2 * np.log(NOISE)
    assert by_kind["lower"]["value"] - 3 * by_kind["lower"]["std_error"] <= truth
    assert by_kind["upper"]["value"] + 3 * by_kind["upper"]["std_error"] >= truth
    assert by_kind["upper"]["value"] == pytest.approx(truth, abs=0.15)
    assert "violated" not in set.union(*verdicts(found).values())
    assert (tmp_path / "out" / "bounds.parquet").is_file()
    assert tables.read(tmp_path / "out" / "tasks.parquet").equals(found["tasks"])


def test_rates_claimed_too_low_are_found_out(tmp_path: Path) -> None:
    columns = channel()
    columns["rate_1"] *= 0.3
    found = verdicts(studied(tmp_path, columns))
    assert "violated" in found["information"]
    assert "violated" in found["class-information"]


def test_means_passed_off_as_samples_are_found_out(tmp_path: Path) -> None:
    columns = channel()
    columns["z1_sample"] = columns["z1_mean"]
    assert "violated" in verdicts(studied(tmp_path, columns))["accuracy"]


def test_labels_that_know_nothing_are_never_told(tmp_path: Path) -> None:
    found = verdicts(studied(tmp_path, channel(independent=True)))
    assert "violated" not in set.union(*found.values())


def test_without_rates_that_of_the_top_layer_is_computed(tmp_path: Path) -> None:
    columns = channel()
    given = studied(tmp_path, columns)["items"]["rate_1"].to_numpy()
    del columns["rate_1"]
    found = studied(tmp_path, columns)
    assert found["items"]["rate_1"].to_numpy() == pytest.approx(given, rel=1e-5)
    assert "information" in verdicts(found)


def test_rates_of_lower_layers_stay_unknown(tmp_path: Path) -> None:
    columns = channel(layers=2)
    for name in ("rate_1", "rate_2"):
        columns.pop(name, None)
    items = studied(tmp_path, columns)["items"]
    assert np.isnan(items["rate_1"].to_numpy()).all()
    assert np.isfinite(items["rate_2"].to_numpy()).all()


def test_without_labels_there_are_estimates_but_no_probes(tmp_path: Path) -> None:
    columns = channel()
    del columns["label"]
    found = studied(tmp_path, columns)
    assert found["tasks"].num_rows == 0
    assert set(verdicts(found)) == {"information"}


def test_of_several_layers_the_top_one_has_an_estimate(tmp_path: Path) -> None:
    found = studied(tmp_path, channel(layers=2))
    quantities = set(found["information"]["quantity"].to_pylist())
    assert quantities == {"I(x;z2)", "I(y;z1,z2)", "I(y;z2)"}
    assert {"z1", "z2", "z1+z2"} == set(found["tasks"]["layers"].to_pylist())
    assert "violated" not in set.union(*verdicts(found).values())


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "hvae.audit", *arguments]
    return subprocess.run(line, capture_output=True, text=True, check=False)


def test_the_command_writes_tables_and_page(tmp_path: Path) -> None:
    path, out = tmp_path / "z.parquet", tmp_path / "out"
    columns = channel()
    del columns["rate_1"]
    columns["label"] = [f"<script>alert({label})</script>" for label in columns["label"]]
    columns |= {"epoch": [1] * ITEMS, "run": ["a"] * ITEMS}
    pq.write_table(pa.table(columns), path)
    given = ["--latents", str(path), "--out", str(out), "--rates", "1.0217"]
    done = command(*given, "--title", "<b>mine</b> & yours")
    assert done.returncode == 0, done.stderr
    assert done.stderr == f"{path}: Not read, since they are not columns of latents: epoch, run\n"
    page = (out / "index.html").read_text()
    assert "&lt;b&gt;mine&lt;/b&gt; &amp; yours" in page
    assert "<b>mine</b>" not in page
    assert "<script>alert(" not in page


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--rates", "1", "2"], "--rates: the file has rates of its own"),
        (["--latents", "absent.parquet"], "absent.parquet cannot be read"),
        (["--items", "2"], "items: must be greater than or equal to 3, got 2"),
        (["--seed", "-1"], "seed: must be greater than or equal to 0, got -1"),
    ],
)
def test_bad_arguments_end_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str], problem: str
) -> None:
    path, out = tmp_path / "z.parquet", tmp_path / "out"
    pq.write_table(pa.table(channel()), path)
    line = ["hvae.audit", "--latents", str(path), "--out", str(out), *arguments]
    monkeypatch.setattr(sys, "argv", line)
    monkeypatch.delitem(sys.modules, "hvae.audit.__main__", raising=False)
    with pytest.raises(SystemExit, match=re.escape(problem)):
        runpy.run_module("hvae.audit", run_name="__main__")
    assert not out.exists()


@pytest.mark.parametrize(
    ("rates", "problem"),
    [([1.0], "give 2 rates, one for each layer, got 1"), ([1.0, float("nan")], "finite")],
)
def test_rates_that_do_not_fit_are_refused(
    tmp_path: Path, rates: list[float], problem: str
) -> None:
    path = tmp_path / "z.parquet"
    pq.write_table(pa.table(channel(layers=2)), path)
    with pytest.raises(ValueError, match=problem):
        read(path).at(rates)


def test_without_the_reports_extra_the_command_says_what_to_install() -> None:
    hidden = "import runpy, sys; sys.modules['altair'] = None;"
    script = hidden + "runpy.run_module('hvae.audit', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    wanted = "error: altair is not installed: run `pip install '.[reports]'` in the folder of this"
    assert (done.returncode, done.stderr.startswith(wanted)) == (1, True)


def test_arguments_of_another_kind_are_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table(channel()), path := tmp_path / "z.parquet")
    own, settings = read(path), Settings(title="A title", seed=0, items=100)
    for given, problem in [
        ((path, settings, tmp_path), "own must be a SuppliedLatents, got"),
        ((own, {"seed": 0}, tmp_path), "settings must be a Settings, got {'seed': 0}"),
        ((own, settings, None), "out must be a path or text, got None"),
    ]:
        with pytest.raises(InputError, match=re.escape(problem)):
            study(*given)  # type: ignore[arg-type]


def test_the_folder_may_be_text_and_threads_are_put_back(tmp_path: Path) -> None:
    pq.write_table(pa.table(channel()), path := tmp_path / "z.parquet")
    torch.set_num_threads(2)
    study(read(path), Settings(title="A title", seed=0, items=100), str(tmp_path / "out"))
    assert torch.get_num_threads() == 2
    assert (tmp_path / "out" / "index.html").is_file()


@pytest.mark.parametrize("name", ["audit", "own"])
def test_the_command_goes_by_its_former_name_too(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in ("audit", name):
        monkeypatch.delitem(sys.modules, f"hvae.{module}.__main__", raising=False)
    monkeypatch.setattr(sys, "argv", [name, "--latents", "absent.parquet", "--out", "out"])
    with pytest.raises(SystemExit, match=r"error: absent\.parquet"):
        runpy.run_module(f"hvae.{name}", run_name="__main__")


def head(page: str) -> str:
    """The first lines of a page, without tags."""
    return re.sub("<.*?>", "", page.split('<ul class="findings">')[1].split("</ul>")[0])


def test_the_page_begins_with_layers_that_are_closed_and_limits_that_cannot_bind(
    tmp_path: Path,
) -> None:
    """The lower of two layers carries nothing; then no limit is left that could bind."""
    found = studied(tmp_path, channel(layers=2))
    said = head((tmp_path / "out" / "index.html").read_text())
    assert "z₁ is closed: it carries next to nothing, 0 nats per item" in said
    assert "z₂ is closed" not in said
    assert "checks that can bind" in said
    bounds = found["bounds"]
    column = pa.array(["vacuous"] * len(bounds), bounds.schema.field("verdict").type)
    loose = bounds.set_column(bounds.schema.get_field_index("verdict"), "verdict", column)
    said = head(page(Facts("A title", 9, 9, [2, 2], ["a"]), found | {"bounds": loose}))
    assert f"All {len(bounds)} limits are too loose to test this model" in said
    assert "checks that can bind" not in said
