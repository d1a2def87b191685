"""Starts: how long a user waits before anything happens, in fresh processes.

A cold start finds no compiled code: `PAGET_CACHE` names an empty folder. A warm start is the same command
once more. The system's own cache of files, and Python's of bytecode, are warm in both.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.alone import Child, best_alone, run_alone
from benchmarks.tables import Table, ratio, tell

CANCER = "colorectal"
PATIENTS = 1000
LIGHT_REPEATS, RUN_REPEATS = 7, 2


def program() -> str:
    """Return the path of the `paget` command beside the Python that runs this.

    Raises
    ------
    FileNotFoundError
        If Paget is not installed there.
    """
    found = shutil.which("paget", path=str(Path(sys.executable).parent))
    if found is None:
        message = f"there is no `paget` beside {sys.executable}: install it there, or run `make bench`"
        raise FileNotFoundError(message)
    return found


def run_command(folder: Path, patients: int) -> list[str]:
    """Return the command of a run that finds nothing in its folder.

    Parameters
    ----------
    folder
        Where folders of runs go.
    patients
        Number of patients.
    """
    out = tempfile.mkdtemp(dir=folder)
    return [program(), "run", CANCER, "-n", str(patients), "--out", os.path.join(out, "run")]  # noqa: PTH118


def measure() -> Table:
    """Return the table of starts."""
    tell("  starts: the interpreter, import and help")
    python = best_alone(LIGHT_REPEATS, [sys.executable, "-c", "pass"])
    imported = best_alone(LIGHT_REPEATS, [sys.executable, "-c", "import paget"])
    helped = best_alone(LIGHT_REPEATS, [program(), "--help"])
    with tempfile.TemporaryDirectory(prefix="paget-bench-") as name:
        folder = Path(name)
        cache = {"PAGET_CACHE": str(folder / "cache")}
        tell("  starts: cold, which compiles the engine")
        cold = run_alone(run_command(folder, PATIENTS), cache)
        tell("  starts: warm")
        warm = _least([run_alone(run_command(folder, PATIENTS), cache) for _ in range(RUN_REPEATS)])
        single = _least([run_alone(run_command(folder, 1), cache) for _ in range(RUN_REPEATS)])
    run = f"paget run {CANCER}"
    rows = (
        ("python -c pass", python, None, ""),
        ("import paget", imported, python, "bare Python"),
        ("paget --help", helped, python, "bare Python"),
        (f"{run} -n 1, warm", single, helped, "paget --help"),
        (f"{run} -n {PATIENTS}, warm", warm, single, "-n 1"),
        (f"{run} -n {PATIENTS}, cold", cold, warm, "warm"),
    )
    cells = tuple(
        (what, own.wall_s, own.cpu_s, own.peak_mib, ratio(own.wall_s, to.wall_s if to else None), to_name)
        for what, own, to, to_name in rows
    )
    return Table("STARTS, each in a fresh process", ("command", "wall s", "CPU s", "peak MiB", "ratio", "to"), cells)


def _least(found: list[Child]) -> Child:
    """Return the least of each figure."""
    return Child(*(min(values) for values in zip(*found, strict=True)))
