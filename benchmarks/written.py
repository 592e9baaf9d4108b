"""Files read again in other processes: with other threads, and without vector instructions.

python -m benchmarks.written RESULTS FOLDER    # a checksum of what each file decodes to
"""

import os
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from hvae.coding import choice, files
from hvae.errors import InputError

OTHERS = {  # what differs in these processes
    "4 threads": {"OMP_NUM_THREADS": "4"},
    "1 thread, `ATEN_CPU_CAPABILITY=default`": {
        "OMP_NUM_THREADS": "1",
        "ATEN_CPU_CAPABILITY": "default",
    },
}
GREY = 255
REFUSED = "refused"


class Written:
    """Files of these results in a folder, and a checksum of the grey levels of each."""

    def __init__(self, results: Path) -> None:
        self.results = results
        self.sums: list[str] = []
        self.place = TemporaryDirectory()

    def __enter__(self) -> "Written":
        return self

    def __exit__(self, *_: object) -> None:
        self.place.cleanup()

    def add(self, content: bytes, seen: np.ndarray) -> None:
        """A file, and what it decodes to in this process."""
        (Path(self.place.name) / f"{len(self.sums):04}.hvae").write_bytes(content)
        self.sums.append(_sum(seen))

    def elsewhere(self) -> Iterator[str]:
        """What other processes make of all files: the same grey levels, others, or a refusal."""
        for name, environment in OTHERS.items():
            command = [
                sys.executable,
                "-m",
                "benchmarks.written",
                str(self.results),
                self.place.name,
            ]
            done = subprocess.run(  # noqa: S603
                command, env=os.environ | environment, check=True, capture_output=True, text=True
            )
            pairs = list(zip(done.stdout.split(), self.sums, strict=True))
            same = sum(there == here for there, here in pairs)
            refused = sum(there == REFUSED for there, _ in pairs)
            yield (
                f"Read in another process, {name}: {same} of {len(pairs)} files give the same grey "
                f"levels, {refused} are refused, {len(pairs) - same - refused} give others."
            )
            yield ""


def grey(x: np.ndarray) -> np.ndarray:
    """Values in [0, 1] as those of 8 bits."""
    return np.rint(GREY * np.clip(x, 0, 1)).astype(np.uint8)


def checksums(results: Path, folder: Path) -> Iterator[str]:
    """One for each file of a folder, or that it is refused."""
    for path in sorted(folder.iterdir()):
        try:
            coded = files.read(path)
            codec = choice.opened(results, choice.writer(results, coded.key, path))
            yield _sum(files.decoded(codec, coded, path))
        except InputError:
            yield REFUSED


def _sum(seen: np.ndarray) -> str:
    return f"{zlib.crc32(grey(seen).tobytes()):08x}"


if __name__ == "__main__":
    for line in checksums(*map(Path, sys.argv[1:])):
        print(line)
