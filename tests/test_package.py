"""The installed library: the files in the wheel, and the examples of its documentation."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import hvae
from hvae.config.tasks import TASKS
from hvae.io import provenance
from tests.conftest import ROOT

ABSENT = ("altair", "jinja2", "vl_convert", "yaml", "snakemake", "dvc")


def examples() -> list[str]:
    """The code of the page about the library: a model, its latents as a file, a finished run."""
    page = (ROOT / "docs/library.md").read_text()
    return re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)


def test_every_public_name_is_there_and_no_other() -> None:
    assert all(callable(getattr(hvae, name)) for name in hvae.__all__)
    assert set(hvae.__all__) <= set(dir(hvae))
    with pytest.raises(AttributeError, match="module 'hvae' has no attribute 'lod_model'"):
        hvae.lod_model  # noqa: B018


def test_limits_need_no_torch() -> None:
    code = "import hvae, sys; print(hvae.accuracy_limit(0, [0.7, 0.3]), 'torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["0.7", "False"]


def test_versions_agree() -> None:
    newest = re.search(r"^## (?:Unreleased \()?([\d.]+)", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert newest
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert hvae.__version__ == newest[1] == cited["version"]
    assert cited["abstract"].endswith(f"tables of version {provenance.VERSION}.")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder where a wheel of the project is installed, without a clone beside it."""
    base = tmp_path_factory.mktemp("wheel")
    project, wheels, folder = (base / name for name in ("project", "wheels", "installed"))
    kept = shutil.ignore_patterns("__pycache__")
    for name in ("hvae", "workflow", "profiles", "experiments"):
        shutil.copytree(ROOT / name, project / name, ignore=kept)
    files = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "Snakefile", "params.yaml")
    for name in files:
        shutil.copy(ROOT / name, project)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", wheels, project]
    subprocess.run([*pip, *build], check=True)
    (wheel,) = wheels.iterdir()
    subprocess.run([*pip, "install", "--no-deps", "--target", folder, wheel], check=True)
    return folder


@pytest.mark.slow
def test_the_quick_experiment_runs_from_a_wheel_in_an_empty_folder(
    installed: Path, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "hvae", "run", "quick"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(installed)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("quick:\n  trusted")
    assert len(done.stdout + done.stderr) < 10_000
    guidance = json.loads((tmp_path / "results/quick/guidance.json").read_text())
    assert sorted(guidance["applications"]) == sorted(TASKS)
    assert len(guidance["places"]) == 9
    assert all(name in done.stdout for name in TASKS)
    assert (tmp_path / "reports/quick/index.html").is_file()


@pytest.mark.slow
def test_the_wheel_has_all_files_and_works_elsewhere(installed: Path, tmp_path: Path) -> None:
    sources = {
        path.relative_to(ROOT)
        for path in (ROOT / "hvae").rglob("*.*")
        if "__pycache__" not in path.parts
    }
    assert all((installed / path).is_file() for path in sources)

    hidden = f"import sys; sys.modules |= dict.fromkeys({ABSENT})"
    shown = f"for name in {ABSENT}: del sys.modules[name]"
    script = tmp_path / "script.py"
    model, latents, _ = examples()
    place = "print(hvae.__file__, hvae.__version__)"
    script.write_text("\n".join([hidden, model, shown, latents, place]))
    done = subprocess.run(
        [sys.executable, "-P", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(installed), "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    limit, where, version = done.stdout.split()
    assert (where, version) == (str(installed / "hvae" / "__init__.py"), hvae.__version__)
    assert 0.1 < float(limit) < 1  # z_2 tells digits apart, and not all of them
    page = (tmp_path / "own" / "index.html").read_text()
    assert "My VAE" in page
    assert "vegaEmbed" in page
