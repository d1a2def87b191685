"""What it costs to look for patients: the natural history with its tables, beside the same with the usual work-up.

Both run the same patients on one thread without care, from first cell to death, and lay the tables of lesions, clones,
cells and patients. The second also watches for symptoms, examines, stages and tests, and lays what was found.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from benchmarks.patients import OVERFLOW, chunks, drawn, program_of
from benchmarks.tables import Table, ratio, tell
from benchmarks.timing import best_in_turn
from paget import catalogue, engine
from paget.cohort.course import CHUNK
from paget.cohort.recipe import make_recipe
from paget.cohort.tables import Lesions, clone_table, funnel_table, lesion_table, patient_table
from paget.engine.state import LARGEST, has_sparse_memory

SEED, REPEATS = 1, 2
HEAD = ("cancer", "history", "with work-up", "ratio")


def unseen(cancer_id: str, who: np.ndarray[Any, Any], room: engine.Capacity | None = None) -> None:
    """Run patients whom nobody looks for, and lay their tables.

    Parameters
    ----------
    cancer_id
        The entry.
    who
        The patients.
    room
        Room per patient; as the engine has it if None.
    """
    program = program_of(cancer_id)
    room = room or (LARGEST if has_sparse_memory() else None)
    state, stops = engine.advance(program, engine.start(program, SEED, who, capacity=room), grow=False)
    full = stops["reason"] == OVERFLOW
    if full.any():
        unseen(cancer_id, who[full], state.capacity.larger())
        state = state.of(~full)
    if state.patient.size == 0:
        return
    density = catalogue.cancer(cancer_id).growth.cell_density.value
    lesions, names = Lesions.of(state, state.lesion), program.driver_ids
    patient_table(cancer_id, state, lesions, density, {})
    lesion_table(state, lesions, density, names)
    clone_table(state, state.lesion, state.clone, names)
    funnel_table(state, lesions, engine.funnel(state))


def measure(cancers: list[str] | None, count: int) -> Table:
    """Return patients per second of processor, unseen and looked for.

    Parameters
    ----------
    cancers
        Entries of the catalogue; a light and a heavy one if None.
    count
        Patients of each.
    """
    rows = []
    for cancer_id in cancers or ["liver_hepatocellular", "colorectal"]:
        tell(f"  finding: {cancer_id}")
        recipe = make_recipe(cancer_id, seed=SEED, care="none")
        parts = chunks(drawn(program_of(cancer_id), cancer_id, SEED, count), CHUNK)
        recipe(0, 2)
        unseen(cancer_id, parts[0][:2])

        def history(parts: list[Any] = parts, cancer_id: str = cancer_id) -> None:
            for part in parts:
                unseen(cancer_id, part)

        plain, looked = best_in_turn(REPEATS, history, partial(recipe, 0, count))
        without, seen = count / plain.cpu_s, count / looked.cpu_s
        rows.append((cancer_id, without, seen, ratio(seen, without)))
    notes = ("Patients per second of processor, tables included, without and with symptoms, work-up, stage and tests.",)
    return Table(f"LOOKING FOR PATIENTS, {count} each", HEAD, tuple(rows), notes)
