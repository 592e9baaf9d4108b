"""MATLAB 5 files, as SciPy writes them."""

from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from hvae.data.matlab import arrays


@pytest.mark.parametrize("compressed", [False, True])
def test_arrays_are_those_that_were_saved(compressed: bool, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    saved = {
        "X": random.integers(0, 256, (4, 3, 2, 5), dtype=np.uint8),
        "y": random.integers(0, 256, (3, 1), dtype=np.uint8),
        "a_long_name_of_something": np.ones((2, 2)),
        "words": np.array(["one", "two"], dtype=object),
    }
    savemat(tmp_path / "all.mat", saved, do_compression=compressed)
    found = arrays(tmp_path / "all.mat")
    assert found.keys() == saved.keys()
    for name in ("X", "y"):
        assert found[name].shape == saved[name].shape
        assert np.array_equal(found[name].bytes(), saved[name])
    kinds = {name: array.kind for name, array in found.items()}
    assert kinds["a_long_name_of_something"] == "double"
    assert kinds["words"] == "another kind"
    with pytest.raises(ValueError, match="double"):
        found["a_long_name_of_something"].bytes()
