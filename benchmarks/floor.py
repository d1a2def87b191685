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
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np

from benchmarks.patients import CHUNK, drawn, program_of
from benchmarks.rows import Row
from benchmarks.timing import best_of
from paget import engine
from paget.engine import rng as draws

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
SEED = 1
MASK = 1023
ENGINE_REPEATS = 7
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


def engine_seconds(cancer_id: str, patients: int) -> tuple[float, np.ndarray[Any, Any]]:
    """Return processor seconds of the compiled engine on the same patients, and their days of death.

    Parameters
    ----------
    cancer_id
        The entry.
    patients
        Patients 0 to this of seed 1; they are repeated until a chunk is full, as a short call costs more.
    """
    program = program_of(cancer_id)
    who = drawn(program, cancer_id, SEED, patients)
    times = max(1, CHUNK // patients)
    many = np.tile(who, times)
    state, _ = engine.advance(program, engine.start(program, SEED, many))
    room = state.capacity
    waiting = [engine.start(program, SEED, many, capacity=room) for _ in range(ENGINE_REPEATS)]
    spent = best_of(ENGINE_REPEATS, lambda: engine.advance(program, waiting.pop()))
    return spent.cpu_s / times, state.course["death_day"][:patients]


def loop_seconds(per_step: dict[str, float]) -> float:
    """Return processor seconds of the bare loop per lesion-step.

    Parameters
    ----------
    per_step
        Calls per lesion-step by function.
    """
    table = np.random.default_rng(1).uniform(0.05, 3.0, MASK + 1)
    each = [round(LOOP_STEPS * per_step.get(k, 0.0)) for k in ("exp", "expm1", "log", "log1p", "uniform")]
    loop = partial(bare_loop, *each, table)
    loop()
    return best_of(ENGINE_REPEATS, loop).cpu_s / LOOP_STEPS


def measure(cases: dict[str, int]) -> Iterator[Row]:
    """Yield, per case, what a lesion-step takes, what it counts, and how it stands to the bare loop.

    Parameters
    ----------
    cases
        Cancers, each with a number of patients to count.
    """
    for cancer_id, patients in cases.items():
        found = counted(cancer_id, patients)
        counts, steps = found["counts"], found["counts"]["lesion_step"]
        per_step = {name: number / steps for name, number in counts.items()}
        seconds, death_day = engine_seconds(cancer_id, patients)
        floor = loop_seconds(per_step)
        same = np.allclose(death_day, found["death_day"], rtol=0.0, atol=1e-6)
        what = f"{cancer_id}, {patients} patients"
        yield Row("lesion-step", what, 1e9 * seconds / steps, "ns CPU", seconds / steps / floor, "bare loop")
        yield Row("lesion-step", f"{what}: bare loop", 1e9 * floor, "ns CPU")
        exps, logs = (per_step.get(a, 0.0) + per_step.get(b, 0.0) for a, b in (("exp", "expm1"), ("log", "log1p")))
        yield Row("lesion-step", f"{what}: exp and expm1", exps, "calls")
        yield Row("lesion-step", f"{what}: log and log1p", logs, "calls")
        yield Row("lesion-step", f"{what}: uniform draws", per_step.get("uniform", 0.0), "calls")
        yield Row("lesion-step", f"{what}: steps per patient", steps / patients, "lesion-steps")
        if not same:
            yield Row("lesion-step", f"{what}: NOT the same patients as compiled", None, "")
