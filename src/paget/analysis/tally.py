"""Counts over a run's tables, taken part by part, so that memory does not grow with the run.

A tally of two parts is the sum of their tallies. Medians come from counts by the day.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from paget.analysis.cared import Cared
from paget.analysis.columns import codes, numbers, whole
from paget.analysis.durations import DayCounts
from paget.analysis.found import COLUMNS as FOUND_COLUMNS
from paget.analysis.found import Found
from paget.model.calendar import YEAR_DAY
from paget.model.layout import CAUSES, FUNNEL_STEPS, N_ORGANS, ORGANS

PATIENT_COLUMNS: Final = (
    "patient",
    "cancer",
    "onset_age_day",
    "death_age_day",
    "cause",
    "last_age_day",
    "primary_1cm_age_day",
    "first_spread_age_day",
    "first_distant_spread_age_day",
    "first_metastasis_1cm_age_day",
    "metastases",
    "regional_nodes",
    "metastases_established",
    "untracked_clones",
    "untracked_lesions",
    *(name for name in FOUND_COLUMNS if name not in ("cause", "death_age_day", "last_age_day")),
)
LESION_COLUMNS: Final = ("patient", "organ", "route", "woken", "founded_age_day", "detectable_age_day")
FUNNEL_COLUMNS: Final = tuple(f"{step}_count" for step in FUNNEL_STEPS)

REGIONAL: Final = "regional_lymph_node"
"""A deposit here is regional spread, and is counted apart from metastases."""

MOST_SITES: Final = 4
"""Numbers of organs from here on are counted together."""

LATE_YEAR: Final = 5.0
"""A first detectable metastasis later than this after the first distant spread is called late."""


class Tally:
    """What a summary needs to know of the tables of a run."""

    def __init__(self) -> None:
        self.found = Found()
        self.cared: Cared | None = None
        self.patients = 0
        self.by_cancer: dict[str, int] = {}
        self.causes = np.zeros(len(CAUSES), dtype=np.int64)
        self.with_metastasis = 0
        self.with_established = 0
        self.with_regional = 0
        self.with_spread = 0
        self.with_distant_spread = 0
        self.metastases = 0
        self.metastases_woken = 0
        self.untracked_clone_patients = 0
        self.untracked_lesion_patients = 0
        self.late_patients = 0
        self.with_organ = np.zeros(N_ORGANS, dtype=np.int64)
        self.metastases_by_organ = np.zeros(N_ORGANS, dtype=np.int64)
        self.sites = np.zeros(N_ORGANS + 1, dtype=np.int64)
        self.funnel = np.zeros(len(FUNNEL_STEPS))
        self.to_one_cm = DayCounts()
        self.to_spread, self.to_distant_spread = DayCounts(), DayCounts()
        self.spread_to_one_cm, self.founded_to_detectable = DayCounts(), DayCounts()
        self.age_at_death = DayCounts()
        self.death_after_one_cm, self.censored_after_one_cm = DayCounts(), DayCounts()
        self.cancer_death_after_one_cm, self.otherwise_after_one_cm = DayCounts(), DayCounts()

    def add(self, patients: pa.Table, lesions: pa.Table, funnel: pa.Table) -> None:
        """Count some patients.

        Parameters
        ----------
        patients
            Their table, with at least `PATIENT_COLUMNS`.
        lesions
            All their lesions, with at least `LESION_COLUMNS`.
        funnel
            All their rows of the funnel.
        """
        self._add_patients(patients)
        self._add_times(patients)
        self.found.add(patients)
        self._add_lesions(patients, lesions)
        for number, column in enumerate(FUNNEL_COLUMNS):
            self.funnel[number] += pc.sum(funnel[column]).as_py() or 0.0

    def add_care(self, patients: pa.Table, treatments: pa.Table) -> None:
        """Count how some patients were cared for.

        Parameters
        ----------
        patients
            Their table, with care's columns.
        treatments
            Their courses of therapy.
        """
        self.cared = self.cared or Cared()
        self.cared.add(patients, treatments)

    def _add_patients(self, patients: pa.Table) -> None:
        self.patients += patients.num_rows
        for row in pc.value_counts(patients["cancer"].combine_chunks()).to_pylist():
            name = str(row["values"])
            self.by_cancer[name] = self.by_cancer.get(name, 0) + int(row["counts"])
        self.causes += np.bincount(codes(patients["cause"], CAUSES), minlength=len(CAUSES))
        self.with_metastasis += some(patients["metastases"])
        self.with_regional += some(patients["regional_nodes"])
        self.with_established += some(patients["metastases_established"])
        self.with_spread += int(np.count_nonzero(np.isfinite(numbers(patients["first_spread_age_day"]))))
        distant = numbers(patients["first_distant_spread_age_day"])
        self.with_distant_spread += int(np.count_nonzero(np.isfinite(distant)))
        self.untracked_clone_patients += some(patients["untracked_clones"])
        self.untracked_lesion_patients += some(patients["untracked_lesions"])

    def _add_times(self, patients: pa.Table) -> None:
        onset, one_cm = numbers(patients["onset_age_day"]), numbers(patients["primary_1cm_age_day"])
        spread = numbers(patients["first_distant_spread_age_day"])
        death, last = numbers(patients["death_age_day"]), numbers(patients["last_age_day"])
        cause = codes(patients["cause"], CAUSES)
        self.to_one_cm.add(one_cm - onset)
        self.to_spread.add(numbers(patients["first_spread_age_day"]) - onset)
        self.to_distant_spread.add(spread - onset)
        self.spread_to_one_cm.add(numbers(patients["first_metastasis_1cm_age_day"]) - spread)
        self.age_at_death.add(death)
        alive, other = cause == CAUSES.index("alive"), cause == CAUSES.index("other")
        end = np.where(alive, last, death) - one_cm
        self.death_after_one_cm.add(end[~alive])
        self.censored_after_one_cm.add(end[alive])
        self.cancer_death_after_one_cm.add(end[~alive & ~other])
        self.otherwise_after_one_cm.add(end[alive | other])

    def _add_lesions(self, patients: pa.Table, lesions: pa.Table) -> None:
        order = whole(patients["patient"])
        found_day = numbers(lesions["detectable_age_day"])
        organ = codes(lesions["organ"], ORGANS)
        secondary = codes(lesions["route"], ("primary",), strict=False) != 0
        seen = secondary & np.isfinite(found_day) & (organ != ORGANS.index(REGIONAL))
        organ = organ[seen]
        row = np.searchsorted(order, whole(lesions["patient"])[seen])
        pairs = np.bincount(row * N_ORGANS + organ, minlength=order.size * N_ORGANS).reshape(order.size, N_ORGANS)
        self.metastases += int(organ.size)
        self.metastases_by_organ += pairs.sum(axis=0)
        self.with_organ += np.count_nonzero(pairs, axis=0)
        self.sites += np.bincount(np.count_nonzero(pairs, axis=1), minlength=N_ORGANS + 1)
        self.metastases_woken += int(np.count_nonzero(lesions["woken"].to_numpy()[seen]))
        self.founded_to_detectable.add(found_day[seen] - numbers(lesions["founded_age_day"])[seen])
        first = np.full(order.size, np.inf)
        np.minimum.at(first, row, found_day[seen])
        spread = numbers(patients["first_distant_spread_age_day"])
        late = np.isfinite(first) & (first - spread > LATE_YEAR * YEAR_DAY)
        self.late_patients += int(np.count_nonzero(late))


def some(column: pa.ChunkedArray) -> int:
    """Return how many patients a count is not 0 for."""
    return int(np.count_nonzero(whole(column)))
