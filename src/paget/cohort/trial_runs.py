"""Simulate the same patients under every arm of a trial, and keep the tables of those who were randomised.

Only the first arm runs all patients: until randomisation the past is the same in every arm, so the others run those who
were randomised there, and nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from paget.cohort.arms import ArmCare
from paget.cohort.processes import pool_of, worth_while
from paget.cohort.recipe import Recipe, make_recipe, unpacked
from paget.cohort.runner import available_cores, piece_patients
from paget.errors import RunError
from paget.model.trial import RANDOMISED, Trial

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

TABLES: Final = ("patients", "visits", "treatments", "adverse_events", "tests")
SUM_COLUMN: Final = ("targets_sum_mm", "sum_mm")
"""The visits' sum of target diameters, and what analysis calls it."""


@dataclass(frozen=True)
class ArmTables:
    """The tables of one arm, of the randomised only, ordered by patient.

    Parameters
    ----------
    patients
        With ``arm``, ``randomised_age_day`` and ``fitness``, the performance status on that day.
    visits, treatments, adverse_events, tests
        As a run with care leaves them; an examination that showed nothing to measure tells ``none``.
    """

    patients: pd.DataFrame
    visits: pd.DataFrame
    treatments: pd.DataFrame
    adverse_events: pd.DataFrame
    tests: pd.DataFrame

    @property
    def indices(self) -> NDArray[np.int64]:
        """The patients."""
        return self.patients["patient"].to_numpy(np.int64)


@dataclass(frozen=True)
class TrialCohort:
    """The same patients under every arm.

    Parameters
    ----------
    simulated, found
        Patients with the cancer, and those in whom it was found in life.
    arms
        Tables by name of arm.
    """

    simulated: int
    found: int
    arms: dict[str, ArmTables]


def simulate_arms(
    trial: Trial, n: int, seed: int, workers: int | None = None, heard: Callable[[int], None] | None = None
) -> TrialCohort:
    """Simulate the patients of a trial under each of its arms.

    Parameters
    ----------
    trial
        The trial, checked.
    n
        Patients with the cancer, whether eligible or not.
    seed
        Seed of all draws.
    workers
        Threads; all cores if None.
    heard
        Is told how many more patients were simulated, arm after arm.

    Returns
    -------
    TrialCohort
        In which all arms hold the same patients; none where nobody was eligible.
    """
    indices = np.arange(n, dtype=np.int64)
    threads = available_cores() if workers is None else workers
    arms: dict[str, ArmTables] = {}
    found = 0
    for number, arm in enumerate(trial.arms):
        recipe = make_recipe(trial.cancer, seed=seed, care=ArmCare(trial, arm.id))
        pieces = list(_pieces(recipe, indices, threads, heard))
        arms[arm.id] = _joined(pieces, arm.id)
        if number == 0:
            found = sum(piece["found"] for piece in pieces)
            indices = arms[arm.id].indices
            if not indices.size:
                break
        elif not np.array_equal(arms[arm.id].indices, indices):
            raise RunError("An arm changed the past of its patients.", key="arms", value=arm.id)
    return TrialCohort(n, found, arms)


def _pieces(
    recipe: Recipe, indices: NDArray[np.int64], threads: int, heard: Callable[[int], None] | None
) -> Iterable[dict[str, Any]]:
    """Compute patients on threads, or on processes if they are many, and yield the randomised of each piece."""
    size = piece_patients(indices.size, threads)
    parts = [indices[at : at + size] for at in range(0, indices.size, size)]
    apart = worth_while(indices.size, threads) and recipe.is_python_bound
    compute = (
        partial(_randomised_packed, recipe.packed()) if apart else lambda own: randomised_only(recipe.patients(own))
    )
    with pool_of(threads, apart=apart) as pool:
        for own, kept in zip(parts, pool.map(compute, parts), strict=True):
            if heard is not None:
                heard(own.size)
            yield kept


def _randomised_packed(packed: bytes, own: NDArray[np.int64]) -> dict[str, Any]:
    return randomised_only(unpacked(packed).patients(own))


def randomised_only(tables: Any) -> dict[str, Any]:  # noqa: ANN401 - any object with the tables of a run
    """Return the rows of the randomised, by table, and how many patients were found in life.

    Parameters
    ----------
    tables
        The tables of some patients.
    """
    visits = tables.visits
    at_entry = visits.filter(pc.equal(pc.cast(visits["rule"], pa.string()), RANDOMISED))
    who = at_entry["patient"].combine_chunks()
    kept: dict[str, Any] = {
        name: getattr(tables, name).filter(pc.is_in(getattr(tables, name)["patient"], value_set=who)) for name in TABLES
    }
    kept["entry"] = at_entry.select(["patient", "age_day", "fitness"])
    kept["found"] = int(pc.sum(pc.is_finite(tables.patients["diagnosis_age_day"])).as_py() or 0)
    return kept


def _joined(pieces: list[dict[str, Any]], arm: str) -> ArmTables:
    frames = {
        name: pa.concat_tables([_plain(piece[name]) for piece in pieces]).to_pandas() for name in (*TABLES, "entry")
    }
    entry = frames["entry"].rename(columns={"age_day": "randomised_age_day"})
    patients = frames["patients"].merge(entry, on="patient", validate="one_to_one").assign(arm=arm)
    visits = _told(frames["visits"].merge(entry[["patient", "randomised_age_day"]], on="patient"))
    return ArmTables(patients, visits, frames["treatments"], frames["adverse_events"], frames["tests"])


def _plain(table: pa.Table) -> pa.Table:
    """Return a table with words in place of codes: dictionaries of pieces differ, and may hold a word twice."""
    coded = {field.name for field in table.schema if pa.types.is_dictionary(field.type)}
    fields = [field.with_type(pa.string()) if field.name in coded else field for field in table.schema]
    return table.cast(pa.schema(fields))


def _told(visits: pd.DataFrame) -> pd.DataFrame:
    """Return visits on which a planned examination that showed nothing to measure tells that it took place.

    Until progression every planned visit of a trial is imaged, whatever is left of the tumour.
    """
    words = {column: visits[column].astype(str) for column in ("event", "goal", "response")}
    progress = (words["event"] == "progression") & (visits["age_day"] > visits["randomised_age_day"])
    until = progress.groupby(visits["patient"]).cumsum() == 0
    planned = (words["event"] == "visit") & (words["goal"] != "comfort") & until
    planned &= visits["age_day"] > visits["randomised_age_day"]
    response = words["response"].mask(planned & (words["response"] == ""), "none")
    old, new = SUM_COLUMN
    return visits.assign(response=response).drop(columns="randomised_age_day").rename(columns={old: new})
