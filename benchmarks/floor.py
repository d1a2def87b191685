"""Cost of a lesion-step, beside a bare loop of the same exps, logs and random draws.

The counts are those of `counting.py`: the engine's own source, run as plain Python on the same patients. The
bare loop calls each function as often, on arguments of an ordinary size, and does nothing else: no memory but
a small table of arguments, no branches, no stores. A program that needs these values cannot be quicker unless it
vectorises them. Expm1 and log1p are looped as themselves. Opening a stream (hashing its name) is not in the loop.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, cast

import numba as nb
import numpy as np

from benchmarks.machine import cores
from benchmarks.patients import drawn, program_of
from benchmarks.tables import Cell, Table, tell
from benchmarks.timing import best_of
from paget import engine
from paget.engine import rng as draws

ROOT = Path(__file__).parents[1]
SEED = 1
MASK = 1023
CHUNK = 64
"""Patients timed at once."""
REPEATS, WEEKLY_REPEATS = 5, 1
CASES = {"colorectal": 10, "breast_hr_positive": 10, "melanoma": 10, "lung_small_cell": 3}
"""Cancers, and patients counted of each: few, as counting is slow."""
PATIENTS = 5
"""Patients counted of a cancer that is asked for and is not among these."""
HEAD = ("cancer", "patients", "steps", "at once", "exp", "log", "draws", "ns CPU", "bare loop", "ratio", "7-day")
WEEK_DAY = 7.0
NS = 1e9
LOOP_STEPS = 20_000
"""Lesion-steps that the bare loop does at once, so that it takes milliseconds."""
open_stream, uniform = draws.open_stream, draws.uniform


@nb.njit(error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def bare_loop(exp: int, expm1: int, log: int, log1p: int, uniforms: int, table: Any) -> float:  # noqa: ANN401 - counts, and an array
    """Do nothing but so many exps, logs and draws, and return a number that depends on all of them."""
    total = 0.0
    for i in range(exp):
        total += math.exp(-table[i & MASK])
    for i in range(expm1):
        total += math.expm1(table[i & MASK])
    for i in range(log):
        total += math.log(table[i & MASK])
    for i in range(log1p):
        total += math.log1p(table[i & MASK])
    rng = np.empty(2, np.uint64)
    open_stream(rng, np.uint64(1))
    for _ in range(uniforms):
        total += uniform(rng)
    return total


def counted(cancer_id: str, patients: int) -> dict[str, Any]:
    """Return the counts of a case, made in a process of its own where nothing is compiled.

    Parameters
    ----------
    cancer_id
        The entry.
    patients
        Patients 0 to this of seed 1.
    """
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-m", "benchmarks.counting", cancer_id, str(SEED), str(patients)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=True, timeout=1800)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def engine_seconds(
    cancer_id: str, patients: int, interval_days: float | None = None, repeats: int = REPEATS
) -> tuple[float, np.ndarray[Any, Any]]:
    """Return processor seconds of the compiled engine on the same patients, and their days of death.

    Parameters
    ----------
    cancer_id
        The entry.
    patients
        Patients 0 to this of seed 1; they are repeated until a chunk is full, as a short call costs more.
    interval_days
        Numeric interval; the cancer's own if None.
    repeats
        Calls of which the best counts.
    """
    program = program_of(cancer_id, interval_days)
    who = drawn(program, cancer_id, SEED, patients)
    times = max(1, CHUNK // patients)
    many = np.tile(who, times)
    state, _ = engine.advance(program, engine.start(program, SEED, who))
    room = state.capacity
    waiting = [engine.start(program, SEED, many, capacity=room) for _ in range(repeats)]
    spent = best_of(repeats, lambda: engine.advance(program, waiting.pop()))
    return spent.cpu_s / times, state.course["death_day"]


def loop_seconds(per_step: dict[str, float]) -> float:
    """Return processor seconds of the bare loop per lesion-step.

    Parameters
    ----------
    per_step
        Calls per lesion-step by function.
    """
    table = np.random.default_rng(1).uniform(0.05, 3.0, MASK + 1)
    each = [round(LOOP_STEPS * per_step.get(k, 0.0)) for k in ("exp", "expm1", "log", "log1p", "uniform")]
    loop: Callable[[], object] = partial(cast("Callable[..., float]", bare_loop), *each, table)
    loop()
    return best_of(REPEATS, loop).cpu_s / LOOP_STEPS


def row_of(cancer_id: str, patients: int, found: dict[str, Any]) -> tuple[Cell, ...]:
    """Return one row of the table.

    Parameters
    ----------
    cancer_id
        The entry.
    patients
        Patients counted.
    found
        What `counted` says of them.

    Raises
    ------
    ValueError
        If the compiled engine did not live the lives that were counted.
    """
    counts, steps = found["counts"], found["counts"]["lesion_step"]
    per_step = {name: number / steps for name, number in counts.items()}
    seconds, death_day = engine_seconds(cancer_id, patients)
    if not np.allclose(death_day, found["death_day"], rtol=0.0, atol=1e-6):
        message = f"{cancer_id}: the patients counted are not those timed; has a source changed meanwhile?"
        raise ValueError(message)
    bare = loop_seconds(per_step)
    exps, logs = (per_step.get(a, 0.0) + per_step.get(b, 0.0) for a, b in (("exp", "expm1"), ("log", "log1p")))
    return (
        cancer_id,
        patients,
        steps / patients,
        steps / counts["cell"],
        exps,
        logs,
        per_step.get("uniform", 0.0),
        NS * seconds / steps,
        NS * bare,
        seconds / steps / bare,
        engine_seconds(cancer_id, patients, WEEK_DAY, WEEKLY_REPEATS)[0] / seconds,
    )


def measure(cancers: list[str] | None = None) -> Table:
    """Return what a lesion-step takes, what it computes, and how it stands to the bare loop.

    Parameters
    ----------
    cancers
        Entries of the catalogue; a few of different kinds if None.
    """
    cases = CASES if cancers is None else {name: CASES.get(name, PATIENTS) for name in cancers}
    tell("  steps: counting calls in plain Python: " + ", ".join(cases))
    with ThreadPoolExecutor(cores()) as pool:
        found = dict(zip(cases, pool.map(counted, cases, cases.values()), strict=True))
    tell("  steps: timing")
    rows = tuple(row_of(name, patients, found[name]) for name, patients in cases.items())
    notes = (
        "steps: lesion-steps a patient; at once: lesions stepped in one interval; exp, log, draws: calls a",
        "step; bare loop: as many exp, log and uniform draws, and nothing else; ratio: the engine to it;",
        "7-day: CPU at an interval of a week to that at the cancer's own.",
    )
    return Table("COST OF A LESION-STEP (one lesion over one numeric interval)", HEAD, rows, notes)
