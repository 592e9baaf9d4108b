"""Hands a command over to `tests.workflow.forks`, where Python starts with this folder on its path.

It is read at the start of every process, so it imports as little as it can.
"""

import os
import sys

SERVER = "HVAE_TESTS_FORKS"  # names the server's socket
SCRIPTS = ("snakemake", "dvc")
APART = {"PYTHONHASHSEED", "SLURM_JOB_ID"}  # where one is set, a process of its own is meant


def hand_over(address: str, command: list[str]) -> None:
    """Let the server run the command as this process, and end with its exit status."""
    import marshal
    import socket

    os.umask(umask := os.umask(0o77))
    text = marshal.dumps((command, os.getcwd(), dict(os.environ), umask))
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        socket.send_fds(connection, [len(text).to_bytes(8, "big")], [0, 1, 2])
        connection.sendall(text)
        status = connection.recv(1)
    os._exit(status[0] if status else 1)


def mine(command: list[str]) -> bool:
    """Whether this is a command of the project that may run as a fork."""
    module = command[:1] == ["-m"] and command[1].partition(".")[0] in ("hvae", "workflow")
    script = bool(command) and os.path.basename(command[0]) in SCRIPTS
    return (module or script) and APART.isdisjoint(os.environ)


if SERVER in os.environ and mine(sys.orig_argv[1:]):
    hand_over(os.environ[SERVER], sys.orig_argv[1:])
