"""One command in a fresh process: how long it takes, and how much memory it holds at most.

The highest memory that the system reports of a process is at least that of whoever started it, and a process
that has loaded numba is large. The command is therefore started by this file, run as a script of its own
that imports next to nothing. Only POSIX systems tell what a single child used.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

MIB = 2**20
KIB = 2**10
CHILD_SECONDS_MAX = 1800


class Child(NamedTuple):
    """Seconds by the wall and of processor time, and the highest resident memory in MiB, of one process."""

    wall_s: float
    cpu_s: float
    peak_mib: float


def run_alone(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Child:
    """Run a command in a fresh process and return what it used.

    Parameters
    ----------
    command
        Program and arguments; what it prints is dropped.
    environment
        Variables to set besides those of this process.

    Raises
    ------
    RuntimeError
        If the command fails; the message ends with what it wrote to standard error.
    """
    done = subprocess.run(
        [sys.executable, "-I", "-S", __file__, *command],
        capture_output=True,
        text=True,
        env={**os.environ, **(environment or {})},
        check=False,
        timeout=CHILD_SECONDS_MAX,
    )
    if done.returncode != 0:
        message = f"`{' '.join(command)}` failed: {done.stderr.strip()[-400:]}"
        raise RuntimeError(message)
    return Child(*json.loads(done.stdout))


def best_alone(
    repeats: int,
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
) -> Child:
    """Return the least that a command used over a few runs.

    Parameters
    ----------
    repeats
        Number of runs.
    command, environment
        As for `run_alone`.
    """
    found = [run_alone(command, environment) for _ in range(repeats)]
    return Child(*(min(values) for values in zip(*found, strict=True)))


def main() -> int:
    """Run the command named in the arguments and print what it used as JSON."""
    start = time.perf_counter()
    child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    unit = 1 if sys.platform == "darwin" else KIB
    print(json.dumps([wall, used.ru_utime + used.ru_stime, used.ru_maxrss * unit / MIB]))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
