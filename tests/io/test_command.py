"""What every command has in common."""

import os
from argparse import Namespace

import pytest
import torch
from threadpoolctl import threadpool_info, threadpool_limits

from hvae.io import command


def test_a_command_runs_on_one_thread_however_many_were_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("MKL_CBWR", raising=False)
    threadpool_limits(2)
    torch.set_num_threads(2)
    seen: list[int] = []

    def main(_: Namespace) -> None:
        seen.append(torch.get_num_threads())
        seen.extend(pool["num_threads"] for pool in threadpool_info())

    command.run(main, Namespace(verbose=False))
    assert set(seen) == {1}
    assert os.environ["MKL_CBWR"] == "AUTO"
