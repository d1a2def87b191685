from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import paget
from paget.cohort import processes
from paget.cohort.recipe import make_recipe
from paget.model.chart import Charts, Orders

SCRIPT = """
import os, time
from paget.cohort.processes import processes
pool = processes(1)
print(pool.submit(os.getpid).result(), flush=True)
time.sleep(60)
"""


class Idle:
    """Orders nothing."""

    therapies: tuple[str, ...] = ()

    def decide(self, charts: Charts) -> Orders:
        """Order nothing."""
        return Orders.none(charts)


def test_processes_leave_the_same_bytes_as_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paget.simulate("thyroid_papillary", 12, seed=5, out=tmp_path / "threads", workers=2)
    monkeypatch.setattr(processes, "PATIENTS_LEAST", 1)
    paget.simulate("thyroid_papillary", 12, seed=5, out=tmp_path / "processes", workers=2)
    threads, apart = _bytes(tmp_path / "threads"), _bytes(tmp_path / "processes")
    assert apart == threads
    assert threads


def _bytes(run: Path) -> dict[str, bytes]:
    return {str(path.relative_to(run)): path.read_bytes() for path in run.rglob("*.parquet") if path.is_file()}


def test_only_care_that_the_catalogue_decides_is_worth_processes() -> None:
    bound = [make_recipe("bladder", care=care).is_python_bound for care in ("standard_of_care", "none", Idle())]
    assert bound == [True, False, False]


@pytest.mark.skipif(sys.platform == "win32", reason="signals to processes are those of POSIX")
def test_a_process_ends_when_the_program_that_started_it_is_killed() -> None:
    program = subprocess.Popen([sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, text=True)
    with program:
        assert program.stdout is not None
        worker = int(program.stdout.readline())
        program.send_signal(signal.SIGKILL)
    assert _ends(worker, seconds=20)


def _ends(pid: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if "Z" in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").split(")")[-1].split()[0]:
            return True
        time.sleep(0.1)
    return False
