"""Patients of a finished run, simulated anew to be looked at over time.

Their rows are those that the run holds, and only the looking is done again. That it is the same patient who is looked
at is checked by the day on which the life ends, which no other life shares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from paget.cohort.drawn import parameters_of, recipe_by
from paget.cohort.store import TABLES, JoinedTables
from paget.cohort.trajectory import lives
from paget.errors import FolderError, SettingError
from paget.model.protocol import Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paget.cohort.cohort import Cohort
    from paget.cohort.recipe import Recipe
    from paget.cohort.store import Tables
    from paget.cohort.trajectory import Life

_BEFORE_CARE: Final = ("onset_age_day", "symptom_age_day", "diagnosis_age_day")
"""Days that are the same under every policy."""
_SAME_DAY: Final = 0.1
"""Two simulations of a life may differ by so much where a processor rounds otherwise."""

Days = list[float | None]


def lives_of(cohort: Cohort, indices: Sequence[int], *, care: str | None = None) -> dict[int, Life]:
    """Return the lives of some patients of a run.

    Parameters
    ----------
    cohort
        The run.
    indices
        Which patients.
    care
        Policy in place of the run's own.

    Returns
    -------
    dict
        Patient to life.

    Raises
    ------
    SettingError
        If there is no such patient, or the run's policy is an object whose code is not part of it.
    FolderError
        If this version or catalogue would give another patient than the run's.
    """
    for index in indices:
        if not 0 <= index < len(cohort):
            raise SettingError("There is no such patient.", key="index", value=index, allowed=f"0 to {len(cohort) - 1}")
    recipe = _recipe(cohort.provenance, care)
    held = tables_of(cohort, indices)
    if care is None:
        found = lives(recipe, held)
        ends: dict[int, Days] = {index: [float(life.trajectory.day[-1])] for index, life in found.items()}
        _check_same(cohort, ends, _days(held, ["last_age_day"]))
        return found
    other = {index: recipe.of_patient(index).patients(np.array([index], np.int64)) for index in indices}
    _check_same(cohort, _days(other, _BEFORE_CARE), _days(held, _BEFORE_CARE))
    return lives(recipe, other)


def tables_of(cohort: Cohort, indices: Sequence[int]) -> dict[int, Tables]:
    """Return the rows that a run holds of some patients.

    Parameters
    ----------
    cohort
        The run.
    indices
        Which patients.

    Returns
    -------
    dict
        Patient to tables.
    """
    import pyarrow.dataset as ds

    patient = ds.field("patient")
    among = (patient >= min(indices)) & (patient <= max(indices)) & patient.isin(pa.array(indices, pa.int64()))
    rows = {name: cohort.dataset(name).to_table(filter=among) for name in TABLES}
    return {index: JoinedTables(**{name: _of(table, index) for name, table in rows.items()}) for index in indices}


def _of(table: pa.Table, patient: int) -> pa.Table:
    """Return a patient's rows of a table in the order of patients."""
    patients = table["patient"].to_numpy()
    first, end = np.searchsorted(patients, patient), np.searchsorted(patients, patient, side="right")
    return table.slice(int(first), int(end - first))


def _recipe(made: Mapping[str, Any], care: str | None) -> Recipe:
    """Return how the patients of a finished run are simulated."""
    chosen: Any = care if care is not None else made["care"]
    if care is None and "protocol" in made:
        chosen = Protocol.model_validate(made["protocol"])
    elif care is None and "@" in str(chosen):
        raise SettingError(
            "The run's own policy cannot be had from its folder.",
            key="care",
            value=chosen,
            fix="name a policy as `care`",
        )
    options = {name: made[name] for name in ("seed", "years", "settings", "screening")}
    return recipe_by(parameters_of(made), made["cancer"], care=chosen, **options)


def _days(tables: Mapping[int, Tables], columns: Sequence[str]) -> dict[int, Days]:
    """Return some days of each patient."""
    return {index: list(rows.patients.select(list(columns)).to_pylist()[0].values()) for index, rows in tables.items()}


def _check_same(cohort: Cohort, now: Mapping[int, Days], held: Mapping[int, Days]) -> None:
    """Raise unless days of patients simulated anew are those that the run holds."""
    for index, days in held.items():
        pairs = list(zip(days, now[index], strict=True))
        if any((a is None) != (b is None) or abs((a or 0.0) - (b or 0.0)) > _SAME_DAY for a, b in pairs):
            raise FolderError(
                "The patient cannot be had again: the run was made with other software or entries.",
                file=cohort.path,
                key="patient",
                value=index,
                fix="simulate the run anew with this version and catalogue",
            )
