"""Counts of how patients were cared for: goals, lines, response, relapse, what it cost and what life was worth."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from paget.analysis.columns import numbers, texts
from paget.analysis.durations import MONTH_DAY, DayCounts
from paget.analysis.found import GROUPS, group_of
from paget.analysis.shares import share
from paget.analysis.survival import kaplan_meier
from paget.model.calendar import YEAR_DAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLUMNS: Final = (
    *("goal", "lines", "best_response", "first_line_age_day", "progression_age_day", "relapse_age_day", "worst_grade"),
    *("quality_adjusted_day", "home_day", "treatment_day"),
)
"""Columns that the table of patients has only with care."""
TREATMENT_COLUMNS: Final = ("patient", "therapy")
RESPONDED: Final = ("CR", "PR")
SEVERE: Final = 3
_SHOWN: Final = 12


class Cared:
    """How the patients of a run were cared for."""

    def __init__(self) -> None:
        self.patients = 0
        self.cared = 0
        self.localised = 0
        self.relapsed = 0
        self.with_line = 0
        self.responded = 0
        self.severe = 0
        self.treatment_deaths = 0
        self.lines: Counter[int] = Counter()
        self.goals: Counter[str] = Counter()
        self.therapies: Counter[str] = Counter()
        self.lived_day = 0.0
        self.quality_day = 0.0
        self.home_day = 0.0
        self.treated_day = 0.0
        self.progressed = DayCounts()
        self.not_progressed = DayCounts()
        self.cancer_death = {group: DayCounts() for group in GROUPS}
        self.otherwise = {group: DayCounts() for group in GROUPS}

    def add(self, patients: pa.Table, treatments: pa.Table) -> None:
        """Count some patients.

        Parameters
        ----------
        patients
            Their table, with care's columns.
        treatments
            Their courses of therapy.
        """
        found, last = numbers(patients["diagnosis_age_day"]), numbers(patients["last_age_day"])
        cared = ~np.isnan(found)
        causes = np.array(texts(patients["cause"]))
        stages = np.array([group_of(name) for name in texts(patients["stage"])])
        self.patients += patients.num_rows
        self.cared += int(cared.sum())
        self.goals.update(name for name in texts(patients["goal"]) if name)
        lines = numbers(patients["lines"]).astype(np.int64)
        self.lines.update(lines[cared].tolist())
        self.with_line += int((lines > 0).sum())
        best = np.array(texts(patients["best_response"]))
        self.responded += int(((lines > 0) & np.isin(best, RESPONDED)).sum())
        early = cared & np.isin(stages, GROUPS[:3])
        self.localised += int(early.sum())
        self.relapsed += int((early & ~np.isnan(numbers(patients["relapse_age_day"]))).sum())
        self.severe += int((cared & (numbers(patients["worst_grade"]) >= SEVERE)).sum())
        self.treatment_deaths += int((causes == "effect").sum())
        self.quality_day += float(np.nansum(numbers(patients["quality_adjusted_day"])))
        self.home_day += float(np.nansum(numbers(patients["home_day"])))
        self.treated_day += float(np.nansum(numbers(patients["treatment_day"])))
        self.lived_day += float(np.nansum(last - found))
        self.therapies.update(_therapies(treatments))
        self._add_times(patients, found, last, causes, stages)

    def _add_times(
        self,
        patients: pa.Table,
        found: NDArray[np.float64],
        last: NDArray[np.float64],
        causes: NDArray[np.str_],
        stages: NDArray[np.str_],
    ) -> None:
        first, worse = numbers(patients["first_line_age_day"]), numbers(patients["progression_age_day"])
        dead = causes != "alive"
        failed = ~np.isnan(worse) | dead
        until = np.where(np.isnan(worse), last, worse) - first
        treated = ~np.isnan(first)
        self.progressed.add(until[treated & failed])
        self.not_progressed.add(until[treated & ~failed])
        of_cancer = dead & (causes != "other")
        for group in GROUPS:
            mine = ~np.isnan(found) & (stages == group)
            self.cancer_death[group].add((last - found)[mine & of_cancer])
            self.otherwise[group].add((last - found)[mine & ~of_cancer])

    def as_dict(self) -> dict[str, Any]:
        """Return shares, medians and means, as plain values."""
        median = kaplan_meier(self.progressed, self.not_progressed).median_day()[0]
        return {
            "cared_for": share(self.cared, self.patients).as_dict(),
            "goal_at_end": {name: share(count, self.cared).as_dict() for name, count in self.goals.most_common()},
            "lines": {str(number): share(self.lines[number], self.cared).as_dict() for number in sorted(self.lines)},
            "responded": share(self.responded, self.with_line).as_dict(),
            "progression_free_month": None if median is None else median / MONTH_DAY,
            "relapsed": share(self.relapsed, self.localised).as_dict(),
            "cancer_survival_at_5_year": {group: self._alive(group) for group in GROUPS},
            "severe_toxicity": share(self.severe, self.cared).as_dict(),
            "treatment_deaths": share(self.treatment_deaths, self.patients).as_dict(),
            "mean_year": {
                "lived": self._mean(self.lived_day),
                "quality_adjusted": self._mean(self.quality_day),
                "at_home": self._mean(self.home_day),
                "under_treatment": self._mean(self.treated_day),
            },
            "therapies": {name: share(n, self.cared).as_dict() for name, n in self.therapies.most_common(_SHOWN)},
        }

    def _mean(self, day: float) -> float | None:
        return day / self.cared / YEAR_DAY if self.cared else None

    def _alive(self, group: str) -> float | None:
        deaths, others = self.cancer_death[group], self.otherwise[group]
        if not deaths.total + others.total:
            return None
        return kaplan_meier(deaths, others).alive_at(5 * YEAR_DAY)


def _therapies(treatments: pa.Table) -> Counter[str]:
    """Return how many patients had each therapy at least once."""
    pairs = pa.table({"patient": treatments["patient"], "therapy": pc.cast(treatments["therapy"], pa.string())})
    once = pairs.group_by(["patient", "therapy"]).aggregate([])
    return Counter(texts(once["therapy"]))
