"""The Kubernetes profile: what it plans, what it would have pods do, and that this does the job."""

import os
import re
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.cluster.kubernetes import Pods, Server, with_programs
from tests.workflow.conftest import INDEPENDENT, SMALL, Workspace, jobs, make, merged

PROFILE = ("--profile", "profiles/kubernetes")
TWO_ROWS = {"grid": {"beta": [[0.1, 10], [0.1, 10]]}}


@pytest.fixture
def project(tmp_path: Path) -> Workspace:
    return make(tmp_path / "project", **merged(merged(SMALL, INDEPENDENT), TWO_ROWS))


def test_every_job_is_planned_with_its_resources(project: Workspace) -> None:
    plan = project.run("snakemake", *PROFILE, "--dry-run")
    asked = re.findall(r"^rule (\w+):\n(?:    .*\n)*?    resources: (.*)", plan, re.MULTILINE)
    assert Counter(rule for rule, _ in asked) == Counter(jobs(plan))
    for rule, resources in asked:
        assert rule == "all" or re.search(r"\bmem_mb=\d+, .*\bruntime=\d+", resources), rule
        assert ("gpu=1" in resources) == (rule == "train"), rule


@pytest.mark.slow
def test_what_is_sent_makes_models(
    project: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The volume is a folder here, and a pod's container a process; no cluster takes part."""
    volume = tmp_path / "volume"
    volume.mkdir()
    profile = project.folder / "profiles/kubernetes/config.yaml"
    profile.write_text(profile.read_text().replace("/hvae", str(volume)))
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    pods = Pods(tmp_path, with_programs(tmp_path / "bin", programs))
    with Server(pods) as server:
        threading.Thread(target=server.serve_forever).start()
        monkeypatch.setenv("KUBECONFIG", str(server.kubeconfig(tmp_path / "kubeconfig")))
        try:
            project.run("snakemake", *PROFILE, "models", "--seconds-between-status-checks", "2")
        finally:
            server.shutdown()

    weights = {path.name for path in volume.glob("results/digits/models/*.safetensors")}
    assert weights == {f"b{a}_{b}_s0.safetensors" for a in ("0.1", "10") for b in ("0.1", "10")}
    specs = [job["spec"]["template"]["spec"] for job in pods.sent.values()]
    assert len(specs) == 5
    for spec in specs:
        (container,) = spec["containers"]
        limits = container["resources"]["limits"]
        training = "--allowed-rules train " in container["args"][1]
        assert container["image"] == "hvae:0.1.0"
        assert limits["memory"] == ("4000M" if training else "2000M")
        assert limits.get("nvidia.com/gpu") == ("1" if training else None)
        assert {"name": "hvae", "mountPath": str(volume)} in container["volumeMounts"]
