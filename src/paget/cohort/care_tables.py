"""The tables of care: columns of the patient, and one row a course of therapy, a visit and an unwanted effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from paget.care.courses import ENDINGS
from paget.cohort.tables import Columns, names_of, table_of
from paget.model.chart import EVENTS, GOALS, PHASES, RESPONSES

if TYPE_CHECKING:
    from paget.cohort.care_plan import CarePlan
    from paget.cohort.care_result import CareResult
    from paget.cohort.diagnosis import Diagnosis
    from paget.engine import State

TABLES = ("treatments", "visits", "adverse_events")


def care_columns(care: CareResult, state: State, known: Diagnosis) -> Columns:
    """Return the columns of the patients' table that say how each was cared for and to what effect.

    Parameters
    ----------
    care : CareResult
        What care has left, P patients.
    state : State
        Where the courses ended.
    known : Diagnosis
        What became known at diagnosis.
    """
    own = care.patients
    cared = own["enrolled"]
    lived_day = np.where(cared, state.course["now_day"] - known.day, np.nan)
    return {
        "goal": names_of(np.where(cared, own["goal"] + 1, 0), ("", *GOALS)),
        "lines": own["line"],
        "best_response": names_of(own["best_overall"], ("", *RESPONSES[1:])),
        "first_line_age_day": own["first_line_day"],
        "response_age_day": own["response_day"],
        "progression_age_day": own["progression_day"],
        "relapse_age_day": own["relapse_day"],
        "skeletal_event_age_day": own["skeletal_day"],
        "worst_grade": own["worst_grade"],
        "quality_adjusted_day": np.where(cared, own["qaly_day"], np.nan),
        "home_day": np.where(cared, np.maximum(0.0, lived_day - own["home_lost_day"]), np.nan),
        "treatment_day": np.where(cared, own["treated_day"], np.nan),
    }


def treatment_table(state: State, care: CareResult | None, plan: CarePlan | None) -> pa.Table:
    """Return one row per course of a therapy, in order of patient and start; none without care.

    Parameters
    ----------
    state : State
        The patients.
    care, plan
        What care has left, and the names of therapies.
    """
    rows = _or_nothing(care, "treatments", ("start_day", "end_day", "dose"), _TREATMENT)
    names = () if plan is None else tuple(each.id for each in plan.therapies)
    return table_of(
        {
            "patient": state.patient["index"][rows["row"]],
            "therapy": names_of(rows["therapy"], names),
            "line": rows["line"],
            "phase": names_of(rows["phase"], PHASES),
            "start_age_day": rows["start_day"],
            "end_age_day": rows["end_day"],
            "dose": rows["dose"],
            "stopped_for": names_of(rows["ending"], ENDINGS),
            "best_response": names_of(rows["best"], ("", *RESPONSES[1:])),
        }
    )


def visit_table(state: State, care: CareResult | None, plan: CarePlan | None, marker: str) -> pa.Table:
    """Return one row per visit at which something was decided, in order of patient and day; see `treatment_table`.

    Parameters
    ----------
    state : State
        The patients.
    care, plan
        What care has left, and the names of rules.
    marker : str
        Name of the protein in blood that is followed.
    """
    rows = _or_nothing(care, "visits", ("day", "sum_mm", "baseline_mm", "marker"), _VISIT)
    names = () if plan is None else plan.rules
    return table_of(
        {
            "patient": state.patient["index"][rows["row"]],
            "age_day": rows["day"],
            "event": names_of(rows["event"], EVENTS),
            "fitness": rows["fitness"],
            "baseline_sum_mm": rows["baseline_mm"],
            "targets_sum_mm": rows["sum_mm"],
            "response": names_of(rows["response"], ("", *RESPONSES[1:])),
            "new_lesions": rows["new_lesions"].astype(bool),
            "marker": names_of(np.where(np.isnan(rows["marker"]), 0, 1), ("", marker)),
            "marker_value": rows["marker"],
            "phase": names_of(rows["phase"], PHASES),
            "goal": names_of(rows["goal"], GOALS),
            "line": rows["line"],
            "rule": names_of(rows["rule"] + 1, ("", *names)),
        }
    )


def adverse_event_table(state: State, care: CareResult | None, plan: CarePlan | None) -> pa.Table:
    """Return one row per unwanted effect, in order of patient and onset; see `treatment_table`."""
    rows = _or_nothing(care, "adverse_events", ("onset_day", "until_day"), _EVENT)
    therapies = () if plan is None else tuple(each.id for each in plan.therapies)
    effects = () if plan is None else plan.toxicities.ids
    return table_of(
        {
            "patient": state.patient["index"][rows["row"]],
            "therapy": names_of(rows["therapy"], therapies),
            "event": names_of(rows["toxicity"], effects),
            "grade": rows["grade"],
            "onset_age_day": rows["onset_day"],
            "end_age_day": rows["until_day"],
        }
    )


_TREATMENT = ("row", "therapy", "line", "phase", "start_day", "end_day", "dose", "ending", "best")
_VISIT = (
    *("row", "day", "event", "fitness", "sum_mm", "baseline_mm", "response", "new_lesions"),
    *("marker", "phase", "goal", "line", "rule"),
)
_EVENT = ("row", "therapy", "toxicity", "grade", "onset_day", "until_day")


def _or_nothing(
    care: CareResult | None, table: str, numbers: tuple[str, ...], names: tuple[str, ...]
) -> dict[str, np.ndarray]:
    """Return a table's flat columns, or empty ones without care."""
    if care is not None:
        found: dict[str, np.ndarray] = getattr(care, table)
        return found
    return {name: np.zeros(0, np.float64 if name in numbers else np.int64) for name in names}
