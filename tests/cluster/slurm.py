"""A SLURM of one node with two GPUs that are none, made of Debian's packages on this machine."""

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

# Jobs lose SLURM_CONF on their way, so the configuration is where SLURM looks for it.
CONF, GRES = Path("/etc/slurm/slurm.conf"), Path("/etc/slurm/gres.conf")
SETTINGS = """\
ClusterName=test
SlurmctldHost=localhost
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MinJobAge=43200
ReturnToService=2
SlurmdParameters=config_overrides
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmdSpoolDir={folder}/spool
StateSaveLocation={folder}/state
GresTypes=gpu
NodeName=localhost CPUs=4 RealMemory=32000 Gres=gpu:2
PartitionName=all Nodes=localhost Default=YES MaxTime=INFINITE
"""
# Device files that any machine has: SLURM hands them out as it would GPUs.
GPUS = "Name=gpu File=/dev/null\nName=gpu File=/dev/zero\n"


Job = dict[str, str]  # what SLURM knows of it, by SLURM's names


class Slurm:
    """The daemons, and what they say of jobs."""

    def __init__(self, folder: Path, exits: contextlib.ExitStack) -> None:
        self.folder = folder
        self.exits = exits

    def daemon(self, *command: str) -> subprocess.Popen[bytes]:
        """Start it in the foreground, to be stopped in the end."""
        log = self.exits.enter_context((self.folder / f"{command[0]}.log").open("ab"))
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        self.exits.callback(stop, process)
        return process

    def start_node(self) -> None:
        """Start slurmd; it is up once slurmctld says so."""
        self.slurmd = self.daemon("slurmd", "-D", "-N", "localhost")
        until(lambda: "idle" in said("sinfo", "--noheader", "--format=%T"))

    def kill_node(self) -> None:
        """End slurmd and all that it runs, at once."""
        steps = [p for p in psutil.process_iter(["name"]) if p.info["name"] == "slurmstepd"]
        for process in [self.slurmd, *(member for step in steps for member in family(step))]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.slurmd.wait()

    def fail_node(self) -> None:
        """Let the node die, and SLURM know."""
        self.kill_node()
        said("scontrol", "update", "NodeName=localhost", "State=DOWN", "Reason=test")

    def cancel(self, job: Job) -> None:
        """End the job, as an impatient operator would; it is over once SLURM says so."""
        said("scancel", job["JobId"])
        states = f"{job['JobId']}: CANCELLED"
        until(lambda: states in said("squeue", "--states=all", "--noheader", "--format=%i: %T"))

    def jobs(self) -> list[Job]:
        """Every job, finished ones too."""
        lines = said("scontrol", "--oneliner", "--details", "show", "jobs").splitlines()
        return [dict(re.findall(r"(\w+)=(\S*)", line)) for line in lines if "JobId=" in line]


def family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(timeout=60)


def said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def until(true: Callable[[], bool], seconds: float = 300) -> None:
    """Wait for it; commands may fail as long as daemons start."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(subprocess.CalledProcessError):
            if true():
                return
        time.sleep(0.2)
    raise TimeoutError


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[Slurm]:
    """Its daemons, which stop in the end; a cluster of this machine's own is left alone."""
    if CONF.exists():
        raise FileExistsError(f"{CONF}: this machine is of a cluster, or a test was killed")
    with contextlib.ExitStack() as exits:
        for path, text in {CONF: SETTINGS.format(folder=folder), GRES: GPUS}.items():
            path.write_text(text)
            exits.callback(path.unlink)
        slurm = Slurm(folder, exits)
        (folder / "state").mkdir()
        key = folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        files = {"key-file": key, "socket": folder / "munge.socket"} | {
            name: folder / f"munged.{name}" for name in ("pid-file", "log-file", "seed-file")
        }
        slurm.daemon(
            "munged", "--foreground", "--force", *(f"--{k}={path}" for k, path in files.items())
        )
        slurm.daemon("slurmctld", "-D")
        slurm.start_node()
        exits.callback(slurm.kill_node)
        yield slurm
