"""Patients per second, cancer by cancer: the engine alone on one and two threads, and whole runs.

The engine's compiled functions release the interpreter's lock, so two threads over chunks of patients use two
cores. Whole runs are `paget.simulate` without care: the engine, tables written as Parquet, and the summary.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from statistics import median

import numpy as np

import paget
from benchmarks.machine import cores
from benchmarks.patients import chunks, drawn, live, program_of
from benchmarks.tables import Cell, Table, ratio, tell
from benchmarks.timing import best_in_turn, once
from paget.cohort.cohort import Cohort

SEED = 1
REPEATS = 2
HEAD = ("cancer", "CPU", "1 core", "2 cores", "ratio", "run CPU", "run 1", "run 2", "ratio", "lesions", "ns")
NS = 1e9


def lesions_at_once(cohort: Cohort) -> float:
    """Return the mean number of living lesions, primary included, over the courses of all patients.

    Parameters
    ----------
    cohort
        A finished run.
    """
    patients, lesions = cohort.patients.set_index("patient"), cohort.lesions
    last = patients["last_age_day"].loc[lesions["patient"]].to_numpy()
    ended = np.fmin(last, lesions["ended_age_day"].to_numpy())
    lesion_days = (ended - lesions["founded_age_day"].to_numpy()).sum()
    return float(lesion_days / (patients["last_age_day"] - patients["onset_age_day"]).sum())


def cells_each(cohort: Cohort, interval_day: float) -> float:
    """Return the mean number of numeric intervals in a patient's course.

    Parameters
    ----------
    cohort
        A finished run.
    interval_day
        The interval, in days.
    """
    patients = cohort.patients
    return float((patients["last_age_day"] - patients["onset_age_day"]).mean()) / interval_day


def measure_cancer(cancer_id: str, count: int) -> tuple[Cell, ...]:
    """Return one row of the table.

    Parameters
    ----------
    cancer_id
        The entry.
    count
        Number of patients.
    """
    program = program_of(cancer_id)
    parts = chunks(drawn(program, cancer_id, SEED, count))

    def engine_on(threads: int) -> None:
        with ThreadPoolExecutor(threads) as pool:
            deque(pool.map(partial(live, program, SEED), parts), maxlen=0)

    last: list[Cohort] = []

    def run_on(workers: int) -> None:
        last[:] = [paget.simulate(cancer_id, n=count, seed=SEED, workers=workers, care="none")]

    several = cores() > 1
    spent = best_in_turn(REPEATS, *(partial(engine_on, k) for k in ((1, 2) if several else (1,))))
    whole = best_in_turn(REPEATS, *(partial(run_on, k) for k in ((1, 2) if several else (1,))))
    by_wall = [count / s.wall_s for s in spent] + [None] * (not several)
    by_run = [count / s.wall_s for s in whole] + [None] * (not several)
    lesions, cells = lesions_at_once(last[0]), cells_each(last[0], float(program.table["interval_day"][0]))
    per_step = NS * spent[0].cpu_s / count / (lesions * cells)
    return (
        cancer_id,
        count / spent[0].cpu_s,
        *by_wall,
        ratio(by_wall[1], by_wall[0]),
        count / whole[0].cpu_s,
        *by_run,
        ratio(by_run[1], by_run[0]),
        lesions,
        per_step,
    )


def measure(cancers: list[str], count: int) -> Table:
    """Return the table of patients per second.

    Parameters
    ----------
    cancers
        Entries of the catalogue.
    count
        Patients of each.
    """
    once(lambda: paget.simulate(cancers[0], n=2, seed=SEED))
    rows = []
    for cancer_id in cancers:
        tell(f"  patients: {cancer_id}")
        rows.append(measure_cancer(cancer_id, count))
    if len(rows) > 1:
        rows.append(("median", *(_middle([row[k] for row in rows]) for k in range(1, len(HEAD)))))
    notes = (
        "CPU, 1 core, 2 cores: the engine alone, per second of processor and by the wall; run CPU, run",
        "1, run 2: the same of whole runs on 1 and 2 workers, tables and summary included; ratio: 2 to 1;",
        "lesions: living at once, mean; ns: the engine's CPU per lesion and numeric interval.",
    )
    return Table(f"PATIENTS PER SECOND, {count} patients each", HEAD, tuple(rows), notes)


def _middle(cells: list[Cell]) -> float | None:
    """Return the median of figures that were taken."""
    taken = [cell for cell in cells if isinstance(cell, float)]
    return median(taken) if taken else None
