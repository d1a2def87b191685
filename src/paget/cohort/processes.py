"""Processes of this machine that compute: under care, threads would wait for one another, since policies are Python.

They start without the script that asks, so that a plain script needs no guard, are kept for the next run while the
program goes on, and end with it, however it ends.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

PATIENTS_LEAST: Final = 8000
"""Patients under care from which starting two processes, some two seconds, takes less than they save."""
IDLE_SECONDS: Final = 300
"""After so long without work a process ends."""
_LOOK_SECONDS: Final = 1.0


@contextlib.contextmanager
def pool_of(workers: int, *, apart: bool) -> Iterator[Executor]:
    """Hold threads, or processes; if what is done with them fails, what has not begun is dropped and processes end.

    Parameters
    ----------
    workers
        How many.
    apart
        Whether processes are wanted.

    Yields
    ------
    Executor
        The threads, which end afterwards, or the processes, which are kept.
    """
    if not apart:
        threads = ThreadPoolExecutor(workers, thread_name_prefix="paget")
        try:
            yield threads
        finally:
            threads.shutdown(wait=True, cancel_futures=True)
        return
    held = processes(workers)
    try:
        yield held
    except BaseException:
        stop_processes(held)
        raise


def processes(workers: int) -> Executor:
    """Return the processes of this program, started as they are needed.

    Parameters
    ----------
    workers
        How many.

    Returns
    -------
    Executor
        Not to be shut down by whoever uses it, but with `stop_processes` where work is left undone.
    """
    from loky import get_reusable_executor

    found = get_reusable_executor(workers, timeout=IDLE_SECONDS, initializer=_begin, initargs=(os.getpid(),))
    return cast("Executor", found)


def stop_processes(executor: Executor) -> None:
    """End processes at once, with what they are computing.

    Parameters
    ----------
    executor
        What `processes` returned.
    """
    cast("Any", executor).shutdown(wait=True, kill_workers=True)


def worth_while(patients: int, workers: int) -> bool:
    """Return whether processes finish patients under care sooner than threads.

    Parameters
    ----------
    patients
        How many there are.
    workers
        How many processes.
    """
    return workers > 1 and patients >= PATIENTS_LEAST


def _begin(parent: int) -> None:
    """Leave Ctrl-C to the program that started this process, and end when it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
