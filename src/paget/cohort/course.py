"""A course: patients from the first malignant cell to death or horizon, cared for or not, as tables.

Patients run in small chunks so that the engine's state stays in the processor's cache; what a chunk leaves
is trimmed to the lesions and clones there are. Tables hold what happened, in rows a person can read: names
in place of codes, ages in days, sizes in cells and millimetres.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, fields
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from paget import engine
from paget.cohort.care_result import result_of
from paget.cohort.care_tables import adverse_event_table, care_columns, treatment_table, visit_table
from paget.cohort.finding_tables import finding_table, known_columns, test_table
from paget.cohort.population import draw_patients
from paget.cohort.search import Search
from paget.cohort.tables import Lesions, clone_table, funnel_table, lesion_table, patient_table
from paget.cohort.testing import followed
from paget.engine.state import LARGEST, has_sparse_memory
from paget.model.calendar import YEAR_DAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paget.cohort.care_plan import CarePlan
    from paget.cohort.care_result import CareResult
    from paget.cohort.diagnosis import Diagnosis, Eyes
    from paget.engine import Capacity, Program, State
    from paget.model.population import Population

CHUNK = 2000
"""Patients whose state is held at once: a round of visits of many patients takes little longer than one of few."""


@dataclass(frozen=True)
class BlockTables:
    """What a block of patients leaves: one row per patient, lesion, clone, and per patient and organ reached."""

    patients: pa.Table
    lesions: pa.Table
    clones: pa.Table
    funnel: pa.Table
    findings: pa.Table
    tests: pa.Table
    treatments: pa.Table
    visits: pa.Table
    adverse_events: pa.Table


@dataclass(frozen=True)
class Chunk:
    """The end state of some patients, their funnels, what became known of them, and what care has left."""

    state: State
    funnel: np.ndarray
    known: Diagnosis
    care: CareResult | None


def run_chunk(
    program: Program,
    eyes: Eyes,
    seed: int,
    patients: np.ndarray,
    years: float | None,
    plan: CarePlan | None = None,
    room: Capacity | None = None,
) -> Iterator[Chunk]:
    """Run a few patients to death, or to `years` after their first malignant cell.

    Those who need more room than most follow in chunks of their own, so that one patient with thousands of lesions
    does not make room for as many in all. A chunk's state is good until the next chunk is asked for.
    """
    until = np.full(patients.size, np.inf) if years is None else patients["onset_day"] + years * YEAR_DAY
    started = _started(program, seed, patients, room)
    search = Search(program, eyes, seed, started, plan)
    full = search.run(until)
    search.finish()
    state, known = search.state, search.known
    care = None if search.care is None else result_of(search.care.ward, state)
    if full.any():
        yield from run_chunk(program, eyes, seed, patients[full], years, plan, state.capacity.larger())
        state, known, care = state.of(~full), known.of(~full), None if care is None else care.of(~full)
    if state.patient.size:
        yield Chunk(state, engine.funnel(state), known, care)
    if room is None:
        _SPARE.state = started


def _started(program: Program, seed: int, patients: np.ndarray, room: Capacity | None) -> State:
    """Return patients at their first cell, each with all the room there is where memory is taken only as it is used."""
    if room is None and has_sparse_memory():
        with suppress(OSError, MemoryError):
            return engine.start(program, seed, patients, capacity=LARGEST, reuse=_SPARE.take())
    return engine.start(program, seed, patients, capacity=room, reuse=_SPARE.take())


class _Spare(threading.local):
    """The last chunk's state of this thread, once its tables are laid: its memory serves the next chunk."""

    state: State | None = None

    def take(self) -> State | None:
        """Return the state and forget it."""
        state, self.state = self.state, None
        return state


_SPARE = _Spare()


def life_courses(
    program: Program,
    eyes: Eyes,
    population: Population,
    seed: int,
    indices: np.ndarray,
    years: float | None = None,
    plan: CarePlan | None = None,
) -> BlockTables:
    """Run patients of one cancer and return their tables.

    Parameters
    ----------
    program : Program
        The compiled cancer.
    eyes : Eyes
        Its entry, and how patients are found.
    population : Population
        Mortality from other causes.
    seed : int
        The run's seed.
    indices : ndarray of int64
        The patients; each one's life depends on the seed and on its own index alone.
    years : float, optional
        Horizon after the first malignant cell; None runs every patient to death.
    plan : CarePlan, optional
        How they are cared for once found; not at all if None.

    Returns
    -------
    BlockTables
        Rows in the order of `indices`.
    """
    cancer = eyes.cancer
    density = cancer.growth.cell_density.value
    names = program.driver_ids
    parts: dict[str, list[pa.Table]] = {each.name: [] for each in fields(BlockTables)}
    who = draw_patients(program, cancer, population, seed, np.asarray(indices, np.int64))
    chunks = (run_chunk(program, eyes, seed, who[k : k + CHUNK], years, plan) for k in range(0, who.size, CHUNK))
    for chunk in chain.from_iterable(chunks):
        state, lesions = chunk.state, Lesions.of(chunk.state, chunk.state.lesion)
        known = known_columns(chunk.known, eyes)
        if chunk.care is not None:
            known |= care_columns(chunk.care, state, chunk.known)
        parts["patients"].append(patient_table(cancer.id, state, lesions, density, known))
        parts["lesions"].append(lesion_table(state, lesions, density, names))
        parts["clones"].append(clone_table(state, state.lesion, state.clone, names))
        parts["funnel"].append(funnel_table(state, lesions, chunk.funnel))
        parts["findings"].append(finding_table(state, chunk.known, eyes))
        parts["tests"].append(test_table(state, chunk.known, eyes))
        parts["treatments"].append(treatment_table(state, chunk.care, plan))
        parts["visits"].append(visit_table(state, chunk.care, plan, followed(eyes)[0]))
        parts["adverse_events"].append(adverse_event_table(state, chunk.care, plan))
    return BlockTables(**{name: in_order(pa.concat_tables(tables)) for name, tables in parts.items()})


def in_order(table: pa.Table) -> pa.Table:
    """Return a table in the order of its patients; a patient's own rows keep theirs."""
    whole = (
        table
        if all(column.num_chunks <= 1 for column in table.columns)
        else table.unify_dictionaries().combine_chunks()
    )
    patients = whole["patient"].to_numpy()
    if (patients[1:] >= patients[:-1]).all():
        return whole
    return whole.take(pa.array(np.argsort(patients, kind="stable")))
