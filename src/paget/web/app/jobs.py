"""Work that takes longer than an answer may: it is begun, looked at, and stopped.

A job is told of every piece that is done, and is stopped between two pieces, so that what was done stays whole.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Literal

from paget.errors import PagetError, RunError

State = Literal["waiting", "running", "done", "failed", "cancelled"]
AT_ONCE: Final = 2
MOST_WAITING: Final = 20
MOST_KEPT: Final = 200
"""Jobs that have ended and are still told of."""
_OVER: Final = frozenset({"done", "failed", "cancelled"})
_LOG: Final = logging.getLogger(__name__)


class TooManyJobsError(RunError):
    """No more jobs are taken before others have ended."""


class _CancelledError(Exception):
    """The job is to be stopped."""


class Job:
    """Something under way.

    Parameters
    ----------
    id
        Its name.
    kind
        What is done: ``run`` or ``map``.
    title
        The same for people.
    key
        What it works on: only one job works on a key at a time.
    total
        Patients to simulate.
    """

    def __init__(self, id: str, kind: str, title: str, key: str, total: int) -> None:  # noqa: A002 - as it is answered
        self.id, self.kind, self.title, self.key, self.total = id, kind, title, key, total
        self.state: State = "waiting"
        self.done = 0
        self.result: dict[str, Any] | None = None
        self.error: dict[str, str] | None = None
        self._stop = threading.Event()
        self._counting = threading.Lock()

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in _OVER

    def advance(self, patients: int) -> None:
        """Note that so many more patients are done; raises where the job is to be stopped."""
        with self._counting:
            self.done += patients
        if self._stop.is_set():
            raise _CancelledError

    def stop(self) -> None:
        """Ask for the end of it."""
        self._stop.set()
        if self.state == "waiting":
            self.state = "cancelled"

    def perform(self, work: Callable[[Job], dict[str, Any]]) -> None:
        """Do the work and keep its result or its error."""
        if self.is_over:
            return
        self.state = "running"
        try:
            self.advance(0)
            self.result = work(self)
            self.state = "done"
        except _CancelledError:
            self.state = "cancelled"
        except PagetError as error:
            self.error, self.state = {**error.parts(), "message": str(error)}, "failed"
        except Exception:  # noqa: BLE001 - a fault of one job must not end the others
            _LOG.exception("job %s (%s) failed", self.id, self.title)
            fault = "A fault of the program; the terminal in which it runs says more."
            self.error, self.state = {"error": fault, "message": fault}, "failed"

    def as_dict(self) -> dict[str, Any]:
        """Return what is known of it as plain values."""
        names = ("id", "kind", "title", "state", "done", "total", "result", "error")
        return {name: getattr(self, name) for name in names}


class Jobs:
    """All jobs of a server, a few at a time.

    Parameters
    ----------
    at_once
        How many run at the same time.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._pool = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="paget-job")
        self._held: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)

    def begin(self, kind: str, title: str, key: str, total: int, work: Callable[[Job], dict[str, Any]]) -> Job:
        """Begin a job, or return the one that works on the same thing already.

        Parameters
        ----------
        kind, title, key, total
            As for `Job`.
        work
            What is done; it calls `Job.advance` and returns the result.

        Raises
        ------
        TooManyJobsError
            If too many wait already.
        """
        with self._lock:
            for job in self._held.values():
                if job.key == key and not job.is_over:
                    return job
            waiting = sum(job.state == "waiting" for job in self._held.values())
            if waiting >= MOST_WAITING:
                raise TooManyJobsError(
                    f"{waiting} jobs are waiting already.", allowed=f"up to {MOST_WAITING}", fix="cancel some, or wait"
                )
            job = Job(str(next(self._numbers)), kind, title, key, total)
            self._held[job.id] = job
            self._forget()
        self._pool.submit(job.perform, work)
        return job

    def get(self, id: str) -> Job | None:  # noqa: A002 - as it is asked for
        """Return a job, None where there is none of that name."""
        return self._held.get(id)

    def listed(self) -> list[Job]:
        """Return all jobs, the newest first."""
        with self._lock:
            return list(reversed(self._held.values()))

    def close(self) -> None:
        """Stop whatever runs or waits, and return when it has ended."""
        for job in self.listed():
            job.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _forget(self) -> None:
        over = [job.id for job in self._held.values() if job.is_over]
        for id_ in over[: max(0, len(over) - MOST_KEPT)]:
            del self._held[id_]
