"""Faults of a machine end in one sentence; without the fault, the same command completes."""

import errno
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hvae.io import storage
from tests.hostile.faults import PARAMS, no_room, obey_modes, refused, run


def _nothing(folder: Path) -> None:
    folder.mkdir()


def _read_only(folder: Path) -> None:
    folder.mkdir(mode=0o555)


FAULTS = [
    pytest.param(no_room(), _nothing, "File too large", marks=pytest.mark.slow),
    (obey_modes, _read_only, "Permission denied"),
]


@pytest.mark.parametrize(("under", "spoil", "why"), FAULTS)
def test_nothing_is_half_written_and_the_same_command_completes_later(
    under: Callable[[], None], spoil: Callable[[Path], None], why: str, tmp_path: Path
) -> None:
    folder = tmp_path / "prepared"
    spoil(folder)
    command = ["hvae.data.prepare", "--params", PARAMS, "--out", folder]
    refused(run(*command, under=under), folder / "train.parquet", f"cannot be written ({why})")
    assert not list(folder.iterdir())
    folder.chmod(0o755)
    assert run(*command).returncode == 0
    assert len(list(folder.iterdir())) == 7


def test_a_full_disk_is_named_with_the_file_that_was_to_be_written(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    with pytest.raises(OSError, match=r"cannot be written \(No space left on device\)") as found:
        storage.fill(path, lambda _: Path("/dev/full").write_text("content"))
    assert (found.value.errno, found.value.filename) == (errno.ENOSPC, str(path))
    assert not list(tmp_path.iterdir())


def test_an_unreadable_raw_file_is_named(tmp_path: Path) -> None:
    data = json.loads(PARAMS)["data"] | {"source": "parquet", "raw_dir": str(tmp_path)}
    path = tmp_path / "data.parquet"
    path.write_bytes(b"")
    path.chmod(0)
    command = ["hvae.data.prepare", "--params", json.dumps({"seed": 0, "data": data})]
    done = run(*command, "--out", tmp_path / "out", under=obey_modes)
    refused(done, path, "Permission denied")
