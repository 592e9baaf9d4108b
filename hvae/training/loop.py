"""The steps of a training that may be killed, and goes on from its last checkpoint.

All ways to train go through it: of models at β or to rates, and of one for the plane. What goes on
ends bit for bit as what was never interrupted: what Adam remembers is kept, too. What a step draws
is a function of (seed, step) alone (`inputs.batch`), so that the step is the state of the random
numbers. The checkpoint is a file of its own until training is done.
"""

import argparse
import hashlib
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Protocol

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as serialise
from torch import Tensor

from hvae.config.base import Section
from hvae.config.plugins import marked
from hvae.config.training import Schedule
from hvae.io import storage
from hvae.io.command import progress
from hvae.io.provenance import code
from hvae.training.history import looks_at
from hvae.training.inputs import SPLITS
from hvae.training.members import State

COMMANDS = tuple(f"hvae.training.{name}" for name in ("train", "amortized", "train_rates"))


class Checkpoints(NamedTuple):
    """Files `folder/<name>.<part>.safetensors`, a part for each of the models trained in turn.

    fingerprint: of all that the training depends on; a file with another is left unread.
    """

    folder: Path
    name: str
    fingerprint: str

    def save(self, part: int, state: State) -> None:
        """Write the state, whole or not at all."""
        whole = {name: tensor.contiguous() for name, tensor in state.items()}
        noted = {"fingerprint": self.fingerprint, "content": _digest(whole)}
        storage.store(serialise(whole, noted), self._file(part))

    def restore(self, part: int, state: State) -> None:
        """Copy what was saved into the state's own tensors, if there is a file that can be used.

        Sums run in the order in which numbers lie in memory: so they lie as they did.
        """
        try:
            saved = self._read(part)
        except FileNotFoundError:
            return
        except (OSError, SafetensorError, ValueError) as error:
            print(f"{self._file(part)}: {error}; training starts anew", file=sys.stderr)
            return
        for name, tensor in state.items():
            tensor.copy_(saved[name])

    def remove(self) -> None:
        """Training is done, and its models are stored."""
        for path in self.folder.glob(f"{self.name}.*.safetensors"):
            path.unlink(missing_ok=True)

    def _file(self, part: int) -> Path:
        return self.folder / f"{self.name}.{part}.safetensors"

    def _read(self, part: int) -> State:
        with safe_open(self._file(part), framework="pt") as file:
            noted = file.metadata() or {}
            if noted.get("fingerprint") != self.fingerprint:
                raise ValueError("a checkpoint of other parameters, data or versions")
            saved = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if noted.get("content") != _digest(saved):
            raise ValueError("a checkpoint that is broken")
        return saved


def checkpoints(
    arguments: argparse.Namespace, job: Section, name: str, start: str | None = None
) -> Checkpoints:
    """Those of a job, in the folder that its command names.

    start: the model that it goes on from, if any.
    """
    given = [arguments.data / f"{split}.parquet" for split in SPLITS]
    given += [arguments.models / f"{start}.safetensors"] if start else []
    return Checkpoints(arguments.checkpoints, name, fingerprint(job, given))


def fingerprint(job: Section, given: Iterable[Path]) -> str:
    """Of a job's parameters and the files it is given, what runs it, and training's code."""
    whole = hashlib.sha256(marked(job.model_dump_json()).encode())
    whole.update(f"{torch.__version__} {torch.cuda.is_available()} {code(*COMMANDS)}".encode())
    for path in given:
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


def _digest(state: State) -> str:
    whole = hashlib.sha256()
    for name in sorted(state):
        whole.update(name.encode() + _bytes(state[name]))
    return whole.hexdigest()


def _bytes(tensor: Tensor) -> bytes:
    return tensor.detach().cpu().numpy().tobytes()


EVERY = 30.0  # seconds from one checkpoint to the next, at least: a short run has one, at its end


class Trainable(Protocol):
    """What a step and a look at held-out data change."""

    def step(self, step: int) -> None:
        """One step of the optimiser, of step 1, 2, …"""

    def look(self, step: int) -> None:
        """Look at held-out data after a step, and keep the weights if they are the best so far."""

    def state(self) -> State:
        """All that step and look change: the tensors themselves, in which it is changed."""


def run(
    training: Trainable,
    settings: Schedule,
    what: str,
    kept: Checkpoints | None = None,
    part: int = 0,
) -> float:
    """Train to the end, from the start or from what is kept; the seconds that it took in all."""
    clock = torch.zeros(2, dtype=torch.float64)  # steps and seconds until the checkpoint
    state = training.state() | {"clock": clock}
    if kept:
        kept.restore(part, state)
    done, before = clock.tolist()
    started = saved = time.perf_counter()
    for step in progress(range(int(done) + 1, settings.steps + 1), what):
        training.step(step)
        if not looks_at(settings, step):
            continue
        training.look(step)
        now = time.perf_counter()
        if kept and (step == settings.steps or now - saved >= EVERY):
            clock.copy_(torch.tensor([step, before + now - started]))
            kept.save(part, state)
            saved = now
    return before + time.perf_counter() - started
