"""What the care of a block has left: one row a course of therapy, a visit, an unwanted effect; and sums by patient."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from paget.care.courses import Ended
from paget.care.quality_of_life import hospital_day, last_days_loss, last_hospital_day
from paget.model import layout
from paget.model.calendar import YEAR_DAY

if TYPE_CHECKING:
    from paget.cohort.care_book import Book
    from paget.cohort.ward import Ward
    from paget.engine import State

Flat = dict[str, np.ndarray]
OTHER_CAUSE = layout.CAUSES.index("other")
SUMS = (
    *("enrolled", "goal", "line", "best_overall", "first_line_day", "response_day", "progression_day", "relapse_day"),
    *("skeletal_day", "worst_grade", "qaly_day", "home_lost_day", "treated_day"),
)
"""Columns of the book that are told of each patient."""


@dataclass(frozen=True)
class CareResult:
    """The care of P patients; `row` in flat columns counts them.

    Parameters
    ----------
    patients
        Columns of `SUMS`, each of shape (P,).
    treatments, visits, adverse_events
        Flat columns, in order of patient and then of day.
    """

    patients: Flat
    treatments: Flat
    visits: Flat
    adverse_events: Flat

    def of(self, which: np.ndarray) -> CareResult:
        """Return the patients that a mask of shape (P,) keeps, with rows counted anew."""
        place = np.cumsum(which) - 1

        def kept(flat: Flat) -> Flat:
            mask = which[flat["row"]]
            return {name: place[values[mask]] if name == "row" else values[mask] for name, values in flat.items()}

        patients = {name: values[which] for name, values in self.patients.items()}
        return CareResult(patients, kept(self.treatments), kept(self.visits), kept(self.adverse_events))


def result_of(ward: Ward, state: State) -> CareResult:
    """Return what care has left once everybody's course has ended.

    Parameters
    ----------
    ward
        The block's care.
    state
        Where the courses ended.
    """
    book = ward.book
    events = _events(ward, state)
    _last_days(ward, state, events)
    return CareResult(
        patients={name: getattr(book, name) for name in SUMS},
        treatments=_treatments(ward.courses.ended),
        visits=_visits(book),
        adverse_events=events,
    )


def _treatments(ended: list[Ended]) -> Flat:
    names = [each.name for each in fields(Ended)]
    if not ended:
        numbers = {"start_day", "end_day", "dose"}
        return {name: np.zeros(0, np.float64 if name in numbers else np.int64) for name in names}
    return _sorted({name: np.concatenate([getattr(each, name) for each in ended]) for name in names}, "start_day")


def _visits(book: Book) -> Flat:
    if not book.visits:
        whole, days = np.zeros(0, np.int64), np.zeros(0)
        names = ("row", "event", "fitness", "response", "phase", "goal", "line", "rule")
        return {
            **dict.fromkeys(names, whole),
            "day": days,
            "sum_mm": days,
            "baseline_mm": days,
            "marker": days,
            "new_lesions": np.zeros(0, bool),
        }
    return _sorted({name: np.concatenate([each[name] for each in book.visits]) for name in book.visits[0]}, "day")


def _events(ward: Ward, state: State) -> Flat:
    """Return the unwanted effects that came before the end."""
    columns = ward.toxicities.columns
    end = state.course["now_day"][columns["row"]]
    came = columns["onset_day"] <= end
    kept = {name: values[came] for name, values in columns.items()}
    kept["until_day"] = np.minimum(kept["until_day"], end[came])
    np.maximum.at(ward.book.worst_grade, kept["row"], kept["grade"])
    return _sorted(kept, "onset_day")


def _last_days(ward: Ward, state: State, events: Flat) -> None:
    """Take what the last days of a death of the cancer cost, and the days in hospital."""
    book, course, plan = ward.book, state.course, ward.plan
    np.add.at(book.home_lost_day, events["row"], hospital_day(plan.utilities, events["grade"]))
    died = book.enrolled & ~np.isnan(course["death_day"]) & (course["cause"] != OTHER_CAUSE)
    who = np.flatnonzero(died)
    death, found = course["death_day"][who], ward.known.day[who]
    lost = last_days_loss(plan.utilities, book.utility[who], death, found) * YEAR_DAY
    book.qaly_day[who] = np.maximum(0.0, book.qaly_day[who] - lost)
    book.home_lost_day[who] += last_hospital_day(plan.utilities, death, found)


def _sorted(flat: Flat, by: str) -> Flat:
    order = np.lexsort((flat[by], flat["row"]))
    return {name: values[order] for name, values in flat.items()}
