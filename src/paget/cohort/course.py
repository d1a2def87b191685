"""A course without care: patients from the first malignant cell to death or horizon, as tables.

Patients run in small chunks so that the engine's state stays in the processor's cache; what a chunk leaves
is trimmed to the lesions and clones there are. Tables hold what happened, in rows a person can read: names
in place of codes, ages in days, sizes in cells and millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from paget import engine
from paget.cohort.population import draw_patients
from paget.cohort.tables import clone_table, funnel_table, lesion_table, patient_table
from paget.engine.compile import YEAR_DAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paget.engine import Program
    from paget.model.cancer import Cancer
    from paget.model.population import Population

CHUNK = 250
"""Patients whose state is held at once."""


@dataclass(frozen=True)
class BlockTables:
    """What a block of patients leaves: one row per patient, lesion, clone, and per patient and organ reached."""

    patients: pa.Table
    lesions: pa.Table
    clones: pa.Table
    funnel: pa.Table


@dataclass(frozen=True)
class Chunk:
    """The end state of some patients, and the truth as it stood on each one's last day."""

    state: Any
    lesion: np.ndarray
    clone: np.ndarray
    funnel: np.ndarray


def run_chunk(
    program: Program,
    cancer: Cancer,
    population: Population,
    seed: int,
    indices: np.ndarray,
    years: float | None,
) -> Chunk:
    """Run a few patients without care to death, or to `years` after their first malignant cell."""
    patients = draw_patients(program, cancer, population, seed, indices)
    until = np.full(indices.size, np.inf) if years is None else patients["onset_day"] + years * YEAR_DAY
    state, _ = engine.advance(program, engine.start(program, seed, patients), until)
    return Chunk(state, state.lesion, state.clone, engine.funnel(state))


def _chunks(
    program: Program,
    cancer: Cancer,
    population: Population,
    seed: int,
    indices: np.ndarray,
    years: float | None,
) -> Iterator[Chunk]:
    for first in range(0, indices.size, CHUNK):
        yield run_chunk(program, cancer, population, seed, indices[first : first + CHUNK], years)


def natural_history(
    program: Program,
    cancer: Cancer,
    population: Population,
    seed: int,
    indices: np.ndarray,
    years: float | None = None,
) -> BlockTables:
    """Run patients of one cancer without care and return their tables.

    Parameters
    ----------
    program : Program
        The compiled cancer.
    cancer : Cancer
        Its entry.
    population : Population
        Mortality from other causes.
    seed : int
        The run's seed.
    indices : ndarray of int64
        The patients; each one's life depends on the seed and on its own index alone.
    years : float, optional
        Horizon after the first malignant cell; None runs every patient to death.

    Returns
    -------
    BlockTables
        Rows in the order of `indices`.
    """
    density = cancer.growth.cell_density.value
    names = program.driver_ids
    parts: dict[str, list[pa.Table]] = {"patients": [], "lesions": [], "clones": [], "funnel": []}
    for chunk in _chunks(program, cancer, population, seed, np.asarray(indices, np.int64), years):
        parts["patients"].append(patient_table(cancer.id, chunk.state, chunk.lesion, density))
        parts["lesions"].append(lesion_table(chunk.state, chunk.lesion, density, names))
        parts["clones"].append(clone_table(chunk.state, chunk.lesion, chunk.clone, names))
        parts["funnel"].append(funnel_table(chunk.state, chunk.lesion, chunk.funnel))
    return BlockTables(**{name: pa.concat_tables(tables) for name, tables in parts.items()})
