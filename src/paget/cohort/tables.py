"""From the engine's rows to tables: codes become names, logarithms become cells and millimetres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from paget.engine.compile import diameter_from_cells
from paget.engine.state import used_rows
from paget.model import layout

if TYPE_CHECKING:
    from paget.engine import State

Columns = dict[str, "np.ndarray | pa.Array"]
UNITS = {
    "_day": "day",
    "_mm": "mm",
    "_cells": "cell",
    "_count": "1",
}
PRIMARY = layout.ROUTES.index("primary")
REGIONAL = layout.ORGANS.index("regional_lymph_node")
FREE, ALIVE = 0, 1
STEP = {name: number for number, name in enumerate(layout.FUNNEL_STEPS)}


def unit_of(column: str) -> str:
    """Return the unit that a column's name ends in, or an empty string."""
    if column == "cells":
        return "cell"
    return next((unit for ending, unit in UNITS.items() if column.endswith(ending)), "")


def table_of(columns: Columns) -> pa.Table:
    """Return an Arrow table with NaN as null and each column's unit in its metadata."""
    arrays, fields = [], []
    for name, values in columns.items():
        array = values if isinstance(values, pa.Array) else pa.array(values, from_pandas=True)
        arrays.append(array)
        unit = unit_of(name)
        fields.append(pa.field(name, array.type, metadata={"unit": unit} if unit else None))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def names_of(codes: np.ndarray, names: tuple[str, ...]) -> pa.Array:
    """Return codes as a dictionary array of names, each of which it holds once though several codes may share it."""
    unique = tuple(dict.fromkeys(names))
    if len(unique) < len(names):
        codes, names = np.array([unique.index(name) for name in names])[codes], unique
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int16)), pa.array(names, pa.string()))


def _genotypes(codes: np.ndarray, drivers: tuple[str, ...]) -> pa.Array:
    """Return genotypes as text, drivers joined by a plus sign."""
    encoded = pa.array(codes).dictionary_encode()
    unique = encoded.dictionary.to_pylist()
    texts = ["+".join(d for bit, d in enumerate(drivers) if (code >> bit) & 1) for code in unique]
    return pa.array(texts, pa.string()).take(encoded.indices)


@dataclass(frozen=True)
class Lesions:
    """The lesions of some patients that are or were once a thousand cells, row below row.

    Parameters
    ----------
    who : ndarray of int64, shape (N,)
        Which of the patients.
    rows : ndarray of layout.LESION, shape (N,)
        The lesions, in order of patient and then of founding.
    patients : int
        Number of patients.
    """

    who: np.ndarray
    rows: np.ndarray
    patients: int

    @classmethod
    def of(cls, state: State, lesion: np.ndarray) -> Lesions:
        """Return the lesions held in an array of shape (P, L), without looking at its empty places."""
        who = np.repeat(np.arange(state.patient.size), state.course["lesions"])
        rows = used_rows(lesion, state.course["lesions"])
        held = rows["status"] != FREE
        if held.all():
            return cls(who, rows, state.patient.size)
        return cls(who[held], rows[held], state.patient.size)

    @property
    def spread(self) -> np.ndarray:
        """Which of them are no primaries."""
        return np.asarray(self.rows["route"] != PRIMARY)

    @property
    def cells(self) -> np.ndarray:
        """Living cells of each."""
        return np.where(self.rows["status"] == ALIVE, np.exp(self.rows["log_cells"]), 0.0)

    def count(self, mask: np.ndarray) -> np.ndarray:
        """Return how many lesions a mask picks in each patient."""
        return np.bincount(self.who[mask], minlength=self.patients)

    def first(self, column: str, mask: np.ndarray) -> np.ndarray:
        """Return the smallest of a column's values that a mask picks in each patient, NaN where there is none."""
        values = np.where(mask, self.rows[column], np.nan)
        low = np.full(self.patients, np.nan)
        np.fmin.at(low, self.who, values)
        return low


def patient_table(cancer_id: str, state: State, lesions: Lesions, density_per_cm3: float, known: Columns) -> pa.Table:
    """Return one row per patient.

    Parameters
    ----------
    cancer_id : str
        The entry.
    state : State
        Where the course ended.
    lesions : Lesions
        Lesions as they stood on the last day.
    density_per_cm3 : float
        Cells per cubic centimetre, for diameters.
    known : dict of columns
        What became known of the patients (`finding_tables.known_columns`).
    """
    patient, course = state.patient, state.course
    rows, spread, cells = lesions.rows, lesions.spread, lesions.cells
    detected = spread & ~np.isnan(rows["detectable_day"])
    distant = spread & (rows["organ"] != REGIONAL)
    established = spread & ~np.isnan(rows["established_day"])
    reached = np.zeros((patient.size, layout.N_ORGANS), bool)
    seen_now = detected & distant & (rows["status"] == ALIVE)
    reached[lesions.who[seen_now], rows["organ"][seen_now]] = True
    primary = state.lesion[:, 0]
    primary_cells = np.where(primary["status"] == ALIVE, np.exp(primary["log_cells"]), 0.0)
    return table_of(
        {
            "patient": patient["index"],
            "cancer": names_of(np.zeros(patient.size), (cancer_id,)),
            "sex": names_of(patient["sex"], layout.SEXES),
            "onset_age_day": patient["onset_day"],
            "death_age_day": course["death_day"],
            "cause": names_of(course["cause"], layout.CAUSES),
            "last_age_day": course["now_day"],
            "primary_1cm_age_day": primary["one_cm_day"],
            "first_spread_age_day": lesions.first("founded_day", established),
            "first_distant_spread_age_day": lesions.first("founded_day", distant & established),
            "first_metastasis_1cm_age_day": lesions.first("one_cm_day", distant),
            "primary_cells": primary_cells,
            "primary_diameter_mm": diameter_from_cells(primary_cells, density_per_cm3),
            "metastases": lesions.count(detected & distant),
            "regional_nodes": lesions.count(detected & ~distant),
            "metastases_established": lesions.count(established),
            "sites": reached.sum(axis=1),
            "burden_cells": np.bincount(lesions.who, cells, minlength=patient.size),
            "clones": course["clones"],
            "untracked_clones": course["untracked_clones"],
            "untracked_lesions": course["untracked_lesions"],
            **known,
        }
    )


def lesion_table(state: State, lesions: Lesions, density_per_cm3: float, drivers: tuple[str, ...]) -> pa.Table:
    """Return one row per lesion that is, or was once a thousand cells; see `patient_table` for parameters."""
    rows, cells = lesions.rows, lesions.cells
    return table_of(
        {
            "patient": state.patient["index"][lesions.who],
            "lesion": rows["key"],
            "parent_lesion": rows["parent_key"],
            "organ": names_of(rows["organ"], layout.ORGANS),
            "route": names_of(rows["route"], layout.ROUTES),
            "generation": rows["generation"],
            "founded_age_day": rows["founded_day"],
            "woken": rows["woken"].astype(bool),
            "as_cluster": rows["as_cluster"].astype(bool),
            "established_age_day": rows["established_day"],
            "vascular_age_day": rows["vascular_day"],
            "detectable_age_day": rows["detectable_day"],
            "one_cm_age_day": rows["one_cm_day"],
            "ended_age_day": rows["ended_day"],
            "cells": cells,
            "diameter_mm": diameter_from_cells(cells, density_per_cm3),
            "peak_diameter_mm": diameter_from_cells(np.exp(rows["peak_log_cells"]), density_per_cm3),
            "clones": rows["clones"],
            "drivers": _genotypes(rows["founder_genotype"], drivers),
        }
    )


def clone_table(state: State, lesion: np.ndarray, clone: np.ndarray, drivers: tuple[str, ...]) -> pa.Table:
    """Return one row per clone alive; see `patient_table` for parameters."""
    who = np.repeat(np.arange(state.patient.size), state.course["clones"])
    rows = used_rows(clone, state.course["clones"])
    linked = rows["lesion"] >= 0
    if not linked.all():
        who, rows = who[linked], rows[linked]
    cells = np.where(rows["count"] >= 0.0, rows["count"], rows["cells"])
    return table_of(
        {
            "patient": state.patient["index"][who],
            "lesion": lesion["key"][who, rows["lesion"]],
            "clone": rows["key"],
            "parent_clone": rows["parent_key"],
            "driver": names_of(np.where(rows["driver"] < 0, 0, 1 + rows["driver"]), ("", *drivers)),
            "drivers": _genotypes(rows["genotype"], drivers),
            "origin_age_day": rows["origin_day"],
            "origins": rows["origins"],
            "cells": cells,
        }
    )


def funnel_table(state: State, lesions: Lesions, counts: np.ndarray) -> pa.Table:
    """Return one row per patient and bed that any cell was shed from or reached.

    Steps from `established` on are counted from the lesions themselves, the primary left out.
    """
    counts = counts.copy()
    spread = lesions.spread
    for step, column in (
        ("established", "established_day"),
        ("vascularised", "vascular_day"),
        ("detectable", "detectable_day"),
    ):
        passed = spread & ~np.isnan(lesions.rows[column])
        np.add.at(counts, (lesions.who[passed], lesions.rows["organ"][passed], STEP[step]), 1.0)
    rows, beds = np.nonzero(counts.any(axis=2))
    table: Columns = {
        "patient": state.patient["index"][rows],
        "organ": names_of(beds, (*layout.ORGANS, *layout.BEDS)),
    }
    for step, number in STEP.items():
        table[f"{step}_count"] = counts[rows, beds, number]
    return table_of(table)
