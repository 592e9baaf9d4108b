"""Commands as forks of a process that has imported their libraries: most of a short job is imports.

A run of the workflow on a small experiment starts dozens of processes, and each would import torch,
scikit-learn or Snakemake for one or two seconds of processor time. Here one process imports them
once. Each command is a fork of it, with the folder, the environment and the open files of the
process that it stands for, and imports the project itself from its own folder.

Python reads `forked/sitecustomize.py` when it starts with that folder on PYTHONPATH. It hands over
`python -m hvae.…`, `snakemake` and `dvc`, waits, and ends with their exit status.
"""

import atexit
import contextlib
import functools
import gc
import importlib
import marshal
import os
import runpy
import select
import socket
import subprocess
import sys
import tempfile
from multiprocessing import connection as waiting
from multiprocessing.context import ForkContext
from pathlib import Path
from typing import NamedTuple

from tests.workflow.forked.sitecustomize import SERVER

HERE = Path(__file__).parent
COMPILE_ANEW = "PYTHONDONTWRITEBYTECODE"
# with what they would import only when it is used
LIBRARIES = """
altair constriction dvc.cli dvc.repo filelock jinja2 PIL.Image pooch pyarrow.compute pyarrow.dataset
pyarrow.parquet pydantic safetensors.torch scipy.interpolate scipy.io scipy.optimize scipy.spatial
scipy.stats skimage.metrics skimage.util sklearn.cluster sklearn.datasets
sklearn.discriminant_analysis sklearn.gaussian_process sklearn.kernel_approximation
sklearn.linear_model sklearn.manifold sklearn.mixture sklearn.model_selection sklearn.neighbors
sklearn.pipeline sklearn.svm snakemake.cli snakemake.storage torch torch.func torch.optim.adamw
torch.optim.swa_utils tqdm vl_convert yaml
"""


def variables() -> dict[str, str]:
    """The environment of a command whose processes are to be forks.

    They may keep the files of a copy of the project compiled: each would compile them again.
    """
    path = [str(HERE / "forked"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {SERVER: _server(), "PYTHONPATH": os.pathsep.join(path), COMPILE_ANEW: ""}


@functools.cache
def _server() -> str:
    """The socket of a server that ends with this process."""
    folder = tempfile.mkdtemp(prefix="forks")
    address = os.path.join(folder, "socket")
    server = subprocess.Popen(
        [sys.executable, "-m", __name__, address],
        cwd=HERE.parents[1], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip

    @atexit.register
    def end() -> None:
        server.communicate()
        os.rmdir(folder)

    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n"
    return address


class Request(NamedTuple):
    """What `forked/sitecustomize.py` sends: the command, and where and under what it runs."""

    command: list[str]
    folder: str
    environment: dict[str, str]
    umask: int
    files: list[int]

    @classmethod
    def read(cls, connection: socket.socket) -> "Request":
        head, files, _, _ = socket.recv_fds(connection, 8, 3)
        text = connection.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)
        return cls(*marshal.loads(text), files)

    def run(self) -> None:
        """Run the command in this process, as Python would in the one that it was given to."""
        for number, file in enumerate(self.files):
            os.dup2(file, number)
            os.close(file)
        os.chdir(self.folder)
        os.umask(self.umask)
        os.environ.clear()
        os.environ.update(self.environment)
        sys.dont_write_bytecode = bool(os.environ.get(COMPILE_ANEW))
        if self.command[0] == "-m":
            sys.argv = self.command[1:]
            sys.path[0] = self.folder
            runpy.run_module(self.command[1], run_name="__main__", alter_sys=True)
        else:
            sys.argv = self.command
            sys.path[0] = os.path.dirname(self.command[0])
            runpy.run_path(self.command[0], run_name="__main__")


def serve(address: str) -> None:
    """Fork for each request, until standard input ends."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen(100)
        print("ready", flush=True)
        while listening in select.select([listening, sys.stdin], [], [])[0]:
            connection, _ = listening.accept()
            with connection:
                if os.fork() == 0:
                    _attend(connection)
            _reap()
    os.remove(address)


def _attend(connection: socket.socket) -> None:
    """Fork once more for the command; send its exit status, or kill it if the other side ends."""
    child = ForkContext().Process(target=Request.read(connection).run)
    child.start()
    if connection in waiting.wait([connection, child.sentinel]):
        child.kill()
    child.join()
    connection.sendall((child.exitcode % 256).to_bytes(1, "big"))
    os._exit(0)


def _reap() -> None:
    """Let forks that have ended go."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


if __name__ == "__main__":
    for name in LIBRARIES.split():
        importlib.import_module(name)
    sys.modules["snakemake.cli"].get_argument_parser()  # looks for its plug-ins, which stay known
    gc.freeze()  # a collection would touch, and so copy, what the forks share
    serve(sys.argv[1])
