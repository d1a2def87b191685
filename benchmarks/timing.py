"""Clocks: the best of a few repeats, by the wall and by the processor."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple


class Spent(NamedTuple):
    """Seconds by the wall clock and of processor time over all threads of this process."""

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
        What is timed; a first call that costs more than the rest is the caller's to make beforehand.
    """
    return best_in_turn(repeats, work)[0]


def best_in_turn(repeats: int, *works: Callable[[], object]) -> list[Spent]:
    """Return the best of a few calls of each work.

    They take turns, so that a machine that is busy for a while is busy for all of them.

    Parameters
    ----------
    repeats
        Calls of each.
    works
        What is timed.
    """
    found = [[once(work) for work in works] for _ in range(repeats)]
    return [Spent(*(min(seconds) for seconds in zip(*own, strict=True))) for own in zip(*found, strict=True)]
