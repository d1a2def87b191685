"""Unwanted effects of a block: drawn as a therapy starts, acted on at the next visit, felt while they last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from paget.care import toxicity
from paget.care.courses import REDUCED, Courses
from paget.care.courses import TOXICITY as BY_TOXICITY

if TYPE_CHECKING:
    from paget.cohort.care_book import Book
    from paget.model.therapy import Therapy

SEVERE = 3
STOP, REDUCE, DELAY = (toxicity.ACTIONS.index(name) for name in ("stop", "reduce", "delay"))
NAMES = ("row", "therapy", "toxicity", "grade", "onset_day", "until_day", "loss", "begun_day")


class Toxicities:
    """All unwanted effects of P patients, as flat columns that grow.

    Parameters
    ----------
    table
        Toxicities of all therapies.
    therapies
        The therapies.
    seed
        The run's seed.
    patients
        Number of patients, P.
    """

    def __init__(self, table: toxicity.Table, therapies: Sequence[Therapy], seed: int, patients: int) -> None:
        self.table, self.therapies, self.seed = table, tuple(therapies), seed
        self.columns = {name: np.zeros(0, float if "day" in name or name == "loss" else np.int64) for name in NAMES}
        self.acted_day = np.full(patients, -np.inf)
        self.pause_day = np.array([each.schedule.cycle.value for each in self.therapies])

    def begin(
        self,
        therapy: np.ndarray,
        who: np.ndarray,
        patient: np.ndarray,
        number: np.ndarray,
        start_day: np.ndarray,
        on: np.ndarray,
    ) -> None:
        """Draw the unwanted effects of courses that start.

        Parameters
        ----------
        therapy : ndarray of int64, shape (K,)
            Positions of the therapies.
        who, patient : ndarray of int64, shape (K,)
            Rows and indices of the patients.
        number : ndarray of int64, shape (K,)
            How often it was started before.
        start_day : ndarray of float64, shape (K,)
            Patient age in days.
        on : ndarray of bool, shape (K, T)
            What else is given, which may prevent some.
        """
        prevented = self.table.prevention(on)
        drawn = toxicity.draw(self.seed, self.table, patient, therapy, number, start_day, prevented)
        new = {
            "row": who[drawn.row],
            "therapy": therapy[drawn.row],
            "toxicity": drawn.toxicity,
            "grade": drawn.grade,
            "onset_day": drawn.onset_day,
            "until_day": drawn.until_day,
            "loss": drawn.loss,
            "begun_day": start_day[drawn.row],
        }
        self.columns = {name: np.concatenate([old, new[name]]) for name, old in self.columns.items()}

    def cut(self, ended_row: np.ndarray, ended_therapy: np.ndarray, day: np.ndarray) -> None:
        """Forget what would have begun after a course had ended.

        Parameters
        ----------
        ended_row, ended_therapy
            Patients and therapies of courses that ended.
        day
            When each ended.
        """
        if not ended_row.size or not self.columns["row"].size:
            return
        width = len(self.therapies)
        own = self.columns["row"] * width + self.columns["therapy"]
        key = ended_row * width + ended_therapy
        order = np.argsort(key)
        at = np.minimum(np.searchsorted(key[order], own), key.size - 1)
        same = key[order][at] == own
        never = same & (self.columns["onset_day"] > day[order][at])
        if never.any():
            self.columns = {name: values[~never] for name, values in self.columns.items()}

    def act(self, courses: Courses, who: np.ndarray, day: np.ndarray, book: Book) -> np.ndarray:
        """Reduce, delay or stop what was not borne since the last visit.

        Parameters
        ----------
        courses
            The courses.
        who : ndarray of int64, shape (K,)
            Rows of the patients seen.
        day : ndarray of float64, shape (K,)
            Patient ages in days.
        book
            For grades.

        Returns
        -------
        ndarray of bool, shape (K,)
            Who had a therapy stopped.
        """
        place = np.full(self.acted_day.size, -1)
        place[who] = np.arange(who.size)
        at = place[self.columns["row"]]
        now = day[np.maximum(at, 0)]
        onset = self.columns["onset_day"]
        fresh = (at >= 0) & (onset <= now) & (onset > self.acted_day[self.columns["row"]])
        self.acted_day[who] = day
        at, grade = at[fresh], self.columns["grade"][fresh]
        np.maximum.at(book.worst_grade, who[at], grade)
        np.maximum.at(book.grade_since, who[at], grade)
        severe = grade >= SEVERE
        at, therapy = at[severe], self.columns["therapy"][fresh][severe]
        action = self.table.action[self.columns["toxicity"][fresh][severe]]
        stopped = self._marked(at, therapy, action == STOP, who.size)
        courses.stop(stopped, who, day, BY_TOXICITY, book.best[who])
        courses.change_dose(self._marked(at, therapy, action == REDUCE, who.size), who, day, REDUCED)
        late = self._marked(at, therapy, action == DELAY, who.size)
        courses.change_dose(late, who, day, 1.0, self.pause_day)
        return np.asarray(stopped.any(axis=1))

    def _marked(self, at: np.ndarray, therapy: np.ndarray, which: np.ndarray, count: int) -> np.ndarray:
        out = np.zeros((count, len(self.therapies)), bool)
        out[at[which], therapy[which]] = True
        return out

    def now(self, who: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the loss of utility by what lasts now, and whether any of it is of grade 3 or worse.

        Parameters
        ----------
        who : ndarray of int64, shape (K,)
            Rows of the patients.
        day : ndarray of float64, shape (K,)
            Patient ages in days.
        """
        place = np.full(self.acted_day.size, -1)
        place[who] = np.arange(who.size)
        at = place[self.columns["row"]]
        now = day[np.maximum(at, 0)]
        felt = (at >= 0) & (self.columns["onset_day"] <= now) & (now < self.columns["until_day"])
        kept = np.ones(who.size)
        np.multiply.at(kept, at[felt], 1.0 - self.columns["loss"][felt])
        severe = np.zeros(who.size, bool)
        severe[at[felt & (self.columns["grade"] >= SEVERE)]] = True
        return 1.0 - kept, severe
