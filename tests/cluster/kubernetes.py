"""As much of a Kubernetes API server as is talked to; its pods are processes of this machine."""

import json
import os
import subprocess
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Pods:
    """Jobs as they were sent, and the exit status of their pods."""

    def __init__(self, folder: Path, path: str) -> None:
        self.folder = folder
        self.path = path  # where a pod finds its programs
        self.sent: dict[str, dict[str, Any]] = {}
        self.ended: dict[str, Future[int]] = {}
        self.nodes = ThreadPoolExecutor(2)

    def start(self, job: dict[str, Any]) -> None:
        name = job["metadata"]["name"]
        self.sent[name] = job
        self.ended[name] = self.nodes.submit(self.run, job)

    def run(self, job: dict[str, Any]) -> int:
        """The command of the job's container, in an empty folder as its working directory."""
        (container,) = job["spec"]["template"]["spec"]["containers"]
        with tempfile.TemporaryDirectory(dir=self.folder) as empty:
            done = subprocess.run(
                [*container["command"], *container["args"]],
                cwd=empty, env={"PATH": self.path, "HOME": empty}, capture_output=True,
            )  # fmt: skip
        name = job["metadata"]["name"]
        (self.folder / f"{name}.log").write_bytes(done.stdout + done.stderr)
        return done.returncode

    def status(self, name: str) -> dict[str, Any]:
        """Of the job, as Kubernetes tells it."""
        ended = self.ended[name]
        counts = {} if not ended.done() else {"failed" if ended.result() else "succeeded": 1}
        return self.sent[name] | {"status": counts}


class Server(ThreadingHTTPServer):
    """Listens on a free port of this machine."""

    def __init__(self, pods: Pods) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pods = pods

    def kubeconfig(self, path: Path) -> Path:
        """Written there: how clients find the server."""
        named = {
            "cluster": {"server": f"http://127.0.0.1:{self.server_port}"},
            "context": {"cluster": "test", "user": "test"},
            "user": {},
        }
        entries = {f"{kind}s": [{"name": "test", kind: what}] for kind, what in named.items()}
        path.write_text(json.dumps(entries | {"current-context": "test"}))
        return path


class Handler(BaseHTTPRequestHandler):
    """Secrets are taken and forgotten, jobs run, and lists of pods are empty."""

    server: Server

    def do_POST(self) -> None:
        sent = json.loads(self.body())
        if self.path.endswith("/jobs"):
            self.server.pods.start(sent)
        self.reply(sent)

    def do_DELETE(self) -> None:
        self.body()
        self.reply({"kind": "Status", "status": "Success"})

    def do_GET(self) -> None:
        *_, name, last = self.path.split("/")
        self.reply(self.server.pods.status(name) if last == "status" else {"items": []})

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def reply(self, content: dict[str, Any]) -> None:
        text = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Nothing: requests are many."""


def with_programs(folder: Path, programs: str) -> str:
    """A PATH for pods: those programs, and a `pip` that finds all installed, as in a good image."""
    folder.mkdir()
    pip = folder / "pip"
    pip.write_text("#!/bin/sh\n")
    pip.chmod(0o755)
    return os.pathsep.join([str(folder), programs])
