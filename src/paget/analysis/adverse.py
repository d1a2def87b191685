"""How often unwanted effects come: by therapy and effect, as shares of those treated and by time under treatment.

A patient counts once for each therapy and effect, by the worst grade, however often it came. Shares are crude, as
reports of trials give them: who was treated briefly had less time to have an effect, which the rates by time show.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from paget.analysis.shares import share
from paget.errors import SettingError, nearest
from paget.model.calendar import YEAR_DAY

if TYPE_CHECKING:
    import pandas as pd

SEVERE_GRADE: Final = 3
TREATMENT_COLUMNS: Final = ("patient", "therapy", "start_age_day", "end_age_day")
EVENT_COLUMNS: Final = ("patient", "therapy", "event", "grade")
COLUMNS: Final = (
    *("therapy", "event", "treated", "treated_year", "any_grade", "any_share", "any_low", "any_high"),
    *("severe", "severe_share", "severe_low", "severe_high", "events_per_year"),
)


def adverse_frequencies(treatments: pd.DataFrame, adverse_events: pd.DataFrame) -> pd.DataFrame:
    """Return how often each unwanted effect came with each therapy, the most frequent severe ones first.

    Parameters
    ----------
    treatments
        Courses of therapy, with ``patient``, ``therapy``, ``start_age_day`` and ``end_age_day``.
    adverse_events
        Unwanted effects, with ``patient``, ``therapy``, ``event`` and ``grade``.

    Returns
    -------
    DataFrame
        One row a therapy and effect that came at least once. ``treated`` patients and ``treated_year``, their years
        under it; patients with ``any_grade`` and ``severe`` (3 or worse), as shares with Wilson's 95 % interval
        (``low``, ``high``); and ``events_per_year`` of treatment, counting every event.

    Raises
    ------
    SettingError
        Where a column is missing, or an effect came with a therapy that the patient never had.
    """
    import pandas as pd

    _check(treatments, TREATMENT_COLUMNS, "treatments")
    _check(adverse_events, EVENT_COLUMNS, "adverse_events")
    events = adverse_events[list(EVENT_COLUMNS)].astype({"therapy": str, "event": str})
    courses = treatments[list(TREATMENT_COLUMNS)].astype({"therapy": str})
    _refuse_strays(courses, events)
    courses["year"] = (courses["end_age_day"] - courses["start_age_day"]) / YEAR_DAY
    treated = courses.groupby("therapy").agg(treated=("patient", "nunique"), treated_year=("year", "sum"))
    worst = events.groupby(["therapy", "event", "patient"])["grade"].max()
    by = ["therapy", "event"]
    table = pd.DataFrame(
        {
            "any_grade": worst.groupby(level=by).size(),
            "severe": (worst >= SEVERE_GRADE).groupby(level=by).sum(),
            "events": events.groupby(by).size(),
        }
    )
    table = table.reset_index().join(treated, on="therapy")
    for count, name in (("any_grade", "any"), ("severe", "severe")):
        shares = [share(int(n), int(of)) for n, of in zip(table[count], table["treated"], strict=True)]
        table[f"{name}_share"] = np.array([each.share for each in shares], float)
        table[f"{name}_low"] = np.array([each.low for each in shares], float)
        table[f"{name}_high"] = np.array([each.high for each in shares], float)
    years = table["treated_year"]
    table["events_per_year"] = (table["events"] / years.where(years > 0.0)).astype(float)
    order = ["therapy", "severe_share", "any_share", "event"]
    table = table.sort_values(order, ascending=[True, False, False, True], kind="stable")
    return table[list(COLUMNS)].reset_index(drop=True)


def _check(table: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    missing = [column for column in columns if column not in table]
    if missing:
        there = [str(column) for column in table.columns]
        raise SettingError(
            f"The table {name} has no column {missing[0]!r}.",
            key=name,
            value=missing[0],
            allowed=columns,
            meant=nearest(missing[0], there),
            fix=f"take it from a run with care: cohort.{name}",
        )


def _refuse_strays(courses: pd.DataFrame, events: pd.DataFrame) -> None:
    """Raise where an effect belongs to no course, as when tables of two runs were mixed."""
    had = set(zip(courses["patient"], courses["therapy"], strict=True))
    came = zip(events["patient"], events["therapy"], strict=True)
    stray = next((pair for pair in came if pair not in had), None)
    if stray is not None:
        raise SettingError(
            "An unwanted effect came with a therapy that the patient never had.",
            key="adverse_events",
            value=f"patient {stray[0]}, {stray[1]}",
            allowed="effects of the courses in treatments",
            fix="take both tables from the same run and the same patients",
        )
