"""Cases that several benchmarks share: a compiled program, and its patients."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

import numpy as np

from paget import catalogue, engine
from paget.cohort.course import CHUNK
from paget.cohort.population import draw_patients
from paget.engine import Capacity, Program, compile_program
from paget.model.layout import STOP_REASONS

OVERFLOW = STOP_REASONS.index("overflow")


@cache
def program_of(cancer_id: str, interval_days: float | None = None) -> Program:
    """Return the program of a cancer of the catalogue.

    Parameters
    ----------
    cancer_id
        The entry.
    interval_days
        Numeric interval in days; the entry's own if None.
    """
    cancer = catalogue.cancer(cancer_id)
    return compile_program(cancer, catalogue.body(), catalogue.drivers(), interval_days=interval_days)


def drawn(program: Program, cancer_id: str, seed: int, count: int) -> np.ndarray[Any, Any]:
    """Return patients 0 to `count` - 1 of a run.

    Parameters
    ----------
    program
        The compiled cancer.
    cancer_id
        The entry, for the spreads between patients.
    seed
        Seed of all draws.
    count
        Number of patients.
    """
    cancer = catalogue.cancer(cancer_id)
    return draw_patients(program, cancer, catalogue.population(), seed, np.arange(count))


def chunks(who: np.ndarray[Any, Any], size: int = CHUNK) -> list[np.ndarray[Any, Any]]:
    """Cut patients into chunks.

    Parameters
    ----------
    who
        The patients.
    size
        Patients in a chunk; as in the project's own runs if left out.
    """
    return [who[first : first + size] for first in range(0, who.size, size)]


_SPARE = threading.local()
"""The memory of a thread's last chunk, which the next one uses, as in runs."""


def live(program: Program, seed: int, who: np.ndarray[Any, Any], room: Capacity | None = None) -> None:
    """Let the engine run patients to death; those who need more room than most follow apart, as in runs.

    Parameters
    ----------
    program
        The compiled cancer.
    seed
        Seed of all draws.
    who
        The patients.
    room
        Room per patient; as the engine has it if None.
    """
    spare = getattr(_SPARE, "state", None) if room is None else None
    started = engine.start(program, seed, who, capacity=room, reuse=spare)
    state, stops = engine.advance(program, started, grow=False)
    if room is None:
        _SPARE.state = state
    full = stops["reason"] == OVERFLOW
    if full.any():
        live(program, seed, who[full], state.capacity.larger())
