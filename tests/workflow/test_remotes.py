"""Artifacts through an S3-compatible server: what one clone pushes, another need not compute."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.workflow.conftest import Workspace, started

BUCKET = "experiments"
KEYS = {"access_key_id": "me", "secret_access_key": "not-to-be-committed"}


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a server with an empty bucket."""
    served = ThreadedMotoServer(port=0, verbose=False)
    served.start()
    host, port = served.get_host_and_port()
    address = f"http://{host}:{port}"
    bucket(address).create()
    yield address
    served.stop()


def bucket(address: str):
    names = {f"aws_{name}": value for name, value in KEYS.items()}
    session = boto3.Session(region_name="us-east-1", **names)
    return session.resource("s3", endpoint_url=address).Bucket(BUCKET)


def sign_in(workspace: Workspace) -> None:
    """The keys into `.dvc/config.local`, which git ignores."""
    for name, value in KEYS.items():
        workspace.run("dvc", "remote", "modify", "--local", "store", name, value)


@pytest.mark.slow
def test_a_clone_that_pulls_from_a_server_has_nothing_to_do(
    workspace: Workspace, server: str, tmp_path: Path
) -> None:
    workspace.run("dvc", "remote", "add", "--default", "store", f"s3://{BUCKET}/hvae")
    workspace.run("dvc", "remote", "modify", "store", "endpointurl", server)
    sign_in(workspace)
    assert started(workspace.run("dvc", "repro")) == []
    workspace.run("dvc", "push")
    stored = {found.key for found in bucket(server).objects.all()}
    assert stored
    assert all(key.startswith("hvae/files/md5/") for key in stored)

    workspace.run("git", "add", "--all")
    workspace.run("git", "commit", "--quiet", "--message", "run")
    workspace.run("git", "grep", KEYS["secret_access_key"], "HEAD", "--", ".dvc", succeeds=False)

    clone = workspace.clone(tmp_path / "clone")
    sign_in(clone)
    clone.run("dvc", "pull")
    assert "Nothing to be done" in clone.snakemake()
    assert started(clone.run("dvc", "repro")) == []
    assert clone.run("git", "status", "--porcelain") == ""

    # a second push has nothing new
    assert "Everything is up to date" in clone.run("dvc", "push")
