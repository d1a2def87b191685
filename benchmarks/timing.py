"""Clocks: the best of a few repeats, by the wall and by the processor."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Spent(NamedTuple):
    """Seconds by the wall clock, and of processor time over all threads of this process."""

    wall_s: float
    cpu_s: float


def once(work: Callable[[], object]) -> Spent:
    """Return what one call of `work` takes.

    Parameters
    ----------
    work
        What is timed.
    """
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def best_of(repeats: int, work: Callable[[], object]) -> Spent:
    """Return the least wall and the least processor time of a few calls: what is added to it is noise.

    Parameters
    ----------
    repeats
        Calls.
    work
        What is timed; called once more beforehand would be waste where it is long, so it is not.
    """
    found = [once(work) for _ in range(repeats)]
    return Spent(min(s.wall_s for s in found), min(s.cpu_s for s in found))
