"""DVC's stages: what one runs, and the stages of an overlay.

A stage runs Snakemake for one target. To find that there is nothing to do takes Snakemake seconds,
and DVC has a dozen stages, so that nobody asks twice: a note says which files there were when all
was last current, with their sizes and dates. The first time that DVC sees a file that is an out by
itself, it puts a copy in its place, of another date: such files are known by their content.

python -m workflow.stage run [--overlay FILE] [TARGET …]    a stage
python -m workflow.stage check [--overlay FILE]             before the stages: is all current?
python -m workflow.stage write OVERLAY                      dvc/NAME/dvc.yaml, with its own lock
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

NOTES = Path(".snakemake/current")
DEFAULT, STAGES = Path("params.yaml"), Path("dvc.yaml")


def run(overlay: Path | None, targets: list[str]) -> int:
    """Run Snakemake unless all is current; its exit status."""
    params = parameters(overlay)
    if is_current(params):
        return 0
    status = _snakemake(overlay, targets).returncode
    if status == 0 and not targets:
        note(params)
    return status


def check(overlay: Path | None) -> int:
    """Ask Snakemake, once for all stages, whether anything is to be done."""
    params = parameters(overlay)
    if not is_current(params):
        done = _snakemake(overlay, ["--dry-run", "--quiet", "rules"], capture_output=True)
        if done.returncode == 0 and b"Nothing to be done" in done.stdout + done.stderr:
            note(params)
    return 0


def parameters(overlay: Path | None) -> dict[str, Any]:
    """Those of `params.yaml` with the overlay merged over it."""
    return merged(_read(DEFAULT), _read(overlay) if overlay is not None else {})


def note(params: Mapping[str, Any]) -> None:
    """Remember that everything of the experiment is current."""
    NOTES.mkdir(parents=True, exist_ok=True)
    (NOTES / params["experiment"]).write_text(_state(params))


def is_current(params: Mapping[str, Any]) -> bool:
    """Whether no parameter and no file has changed since everything was current."""
    known = NOTES / params["experiment"]
    return known.is_file() and known.read_text() == _state(params)


def _state(params: Mapping[str, Any]) -> str:
    """A digest of the parameters, and of names, sizes and dates of what a run reads and writes."""
    name = params["experiment"]
    whole = hashlib.sha256(json.dumps(params, sort_keys=True).encode())
    single = {"data/manifests", f"results/{name}"}  # folders of files that are each an out
    own = [f"{parent}/{name}" for parent in ("data/prepared", "results", "reports")]
    for top in ["Snakefile", "hvae", "workflow", "profiles", "data/manifests", *own]:
        for path in sorted(_files(top)):
            seen = _content(path) if os.path.dirname(path) in single else _changed(path)
            whole.update(f"{path}\0{seen}\n".encode())
    return whole.hexdigest()


def _files(top: str) -> Iterator[str]:
    """All in a folder, or the file itself."""
    if os.path.isfile(top):
        yield top
    for folder, below, names in os.walk(top):
        below[:] = [name for name in below if name != "__pycache__"]
        yield from (f"{folder}/{name}" for name in names)


def _content(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _changed(path: str) -> str:
    found = os.stat(path)
    return f"{found.st_size}\0{found.st_mtime_ns}"


def _snakemake(
    overlay: Path | None, more: Iterable[str], **options: Any
) -> subprocess.CompletedProcess[bytes]:
    changes = ["--configfile", str(overlay)] if overlay is not None else []
    # targets come first: --configfile would take them for files
    call = ["snakemake", "--cores", "all", *more, *changes]
    return subprocess.run(call, **options)  # noqa: S603


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    return found


def write(overlay: Path) -> Path:
    """The stages of an overlay and its parameters in `dvc/NAME`, where DVC keeps their lock.

    They are those of `dvc.yaml`, but for Snakemake's records, which are of all experiments.
    """
    params = parameters(overlay)
    name = params["experiment"]
    folder = Path("dvc") / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DEFAULT).write_text(yaml.safe_dump(params, sort_keys=False, allow_unicode=True))
    text = STAGES.read_text().replace("${experiment}", name)
    stages = yaml.safe_load(text)["stages"]
    del stages["provenance"]
    own = {key: _stage(stage, overlay, folder) for key, stage in stages.items()}
    path = folder / STAGES
    path.write_text(
        f"# made of dvc.yaml by `python -m workflow.stage write {overlay}`\n"
        + yaml.safe_dump({"stages": own}, sort_keys=False)
    )
    return path


def _stage(stage: dict[str, Any], overlay: Path, folder: Path) -> dict[str, Any]:
    """The same stage, run in the project's folder with the overlay and its own parameters."""
    lines = stage["cmd"] if isinstance(stage["cmd"], list) else [stage["cmd"]]
    calls = ("python -m workflow.stage", "python -m workflow.raw")
    words = [f"{line} --overlay {overlay}" if line.startswith(calls) else line for line in lines]
    params = {str(folder / DEFAULT): stage["params"]} if "params" in stage else None
    return (
        {"cmd": words, "wdir": "../.."}
        | {key: value for key, value in stage.items() if key != "cmd"}
        | ({"params": [params]} if params else {})
    )


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Deep merge, as Snakemake does it for overlays."""
    result = dict(base)
    for key, value in changes.items():
        both = isinstance(value, Mapping) and isinstance(base.get(key), Mapping)
        result[key] = merged(base[key], value) if both else value
    return result


def main() -> None:
    """What the first word asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=["run", "check", "write"])
    parser.add_argument("targets", nargs="*", help="of Snakemake; with write, the overlay")
    parser.add_argument("--overlay", type=Path, help="a file of changes to params.yaml")
    given = parser.parse_args()
    if given.what == "write":
        for one in given.targets:
            print(f"dvc repro {write(Path(one))}")
        return
    if given.what == "check":
        sys.exit(check(given.overlay))
    sys.exit(run(given.overlay, given.targets))


if __name__ == "__main__":
    main()
