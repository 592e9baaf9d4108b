"""The user's own files: a changed one is prepared again, a bad one ends in one sentence."""

from pathlib import Path

import numpy as np

from tests.workflow.conftest import SMALL, make


def test_a_changed_file_is_prepared_anew(tmp_path: Path) -> None:
    raw = tmp_path / "{raw} files"
    raw.mkdir()
    x = np.random.default_rng(0).random((60, 9))
    np.savez(raw / "data.npz", x=x)
    own = {"source": "npz", "raw_dir": str(raw)}
    workspace = make(tmp_path / "project", **SMALL | {"data": own})
    workspace.snakemake("data")
    assert workspace.planned("data") == {}

    np.savez(raw / "data.npz", x=1 - x)
    assert workspace.planned("data") == {"prepare": 1, "data": 1}

    np.savez(raw / "data.npz", x=3 * x)
    log = workspace.snakemake("data", succeeds=False)
    assert f"error: {raw}/data.npz: x has values from" in log
    assert "Traceback" not in log

    (raw / "data.npz").unlink()
    log = workspace.snakemake("data", succeeds=False)
    assert f"error: {raw}/data.npz is missing: set data.raw_dir and data.file to yours" in log
