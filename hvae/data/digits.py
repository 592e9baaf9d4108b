"""`digits`: the 1,797 handwritten digits of 8×8 pixels that ship with scikit-learn.

They are the test set of Alpaydin & Kaynak, "Optical Recognition of Handwritten Digits" (UCI, 1998).
"""

import numpy as np
from sklearn.datasets import load_digits

from hvae.config.sources.synthetic import Digits
from hvae.data.source import Source

GREYS = 16  # above black


def load(_options: Digits | None = None, _seed: int = 0) -> Source:
    """The images, scaled from 0…16 to [0, 1]; nothing about them is chosen or random."""
    bunch = load_digits()
    return Source(
        x=(bunch.data / GREYS).astype(np.float32),
        labels=bunch.target.astype(np.int64),
        shape=(8, 8),
        classes=tuple(str(digit) for digit in bunch.target_names),
        levels=GREYS + 1,
    )
