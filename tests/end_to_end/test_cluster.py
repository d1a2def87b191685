"""A Dask cluster computes the same bits as this machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import paget

pytest.importorskip("distributed")

SCRIPT = """
import sys
import paget
from distributed import Client, LocalCluster

if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        paget.simulate("colorectal", n=4_500, years=2, out=sys.argv[1], scheduler=cluster.scheduler_address)
        with Client(cluster) as client:
            paget.simulate("colorectal", n=4_500, years=2, out=sys.argv[2], scheduler=client)
"""


@pytest.mark.slow
def test_two_worker_processes_leave_the_same_bytes_as_this_one(
    tmp_path: Path, parts: Callable[[Path], dict[str, bytes]]
) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    command = [sys.executable, "script.py", "by_address", "by_client"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=300)
    paget.simulate("colorectal", n=4_500, years=2, out=tmp_path / "here")
    here = parts(tmp_path / "here")
    assert len(here) == 12
    assert parts(tmp_path / "by_address") == here
    assert parts(tmp_path / "by_client") == here
