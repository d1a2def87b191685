"""Counts of how patients were found: by which route, at which stage, with which first symptom."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from paget.analysis.columns import numbers, texts
from paget.analysis.durations import MONTH_DAY, DayCounts
from paget.analysis.shares import share
from paget.analysis.survival import kaplan_meier
from paget.model.calendar import YEAR_DAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLUMNS: Final = (
    "cause",
    "death_age_day",
    "last_age_day",
    "symptom",
    "diagnosis_age_day",
    "diagnosis_route",
    "stage",
    "clinical_stage",
    "sites_found",
    "unknown_primary",
)
GROUPS: Final = ("I", "II", "III", "IV")
UNKNOWN: Final = "unknown"
_SYMPTOMS_SHOWN: Final = 12


class Found:
    """How the patients of a run were found."""

    def __init__(self) -> None:
        self.patients = 0
        self.diagnosed = 0
        self.unknown_primary = 0
        self.with_metastasis_found = 0
        self.routes: Counter[str] = Counter()
        self.stages: Counter[str] = Counter()
        self.clinical: Counter[str] = Counter()
        self.symptoms: Counter[str] = Counter()
        self.age = DayCounts()
        self.death = {group: DayCounts() for group in (*GROUPS, UNKNOWN)}
        self.censored = {group: DayCounts() for group in (*GROUPS, UNKNOWN)}

    def add(self, patients: pa.Table) -> None:
        """Count some patients.

        Parameters
        ----------
        patients
            Their table, with at least `COLUMNS`.
        """
        self.patients += patients.num_rows
        day = numbers(patients["diagnosis_age_day"])
        found = ~np.isnan(day)
        self.diagnosed += int(found.sum())
        self.routes.update(texts(patients["diagnosis_route"]))
        stages = [group_of(name) for name in texts(patients["stage"])]
        self.stages.update(group for group, seen in zip(stages, found, strict=True) if seen)
        clinical = texts(patients["clinical_stage"])
        self.clinical.update(group_of(name) for name, seen in zip(clinical, found, strict=True) if seen)
        self.symptoms.update(name for name in texts(patients["symptom"]) if name)
        self.unknown_primary += int(np.count_nonzero(patients["unknown_primary"].to_numpy(zero_copy_only=False)))
        self.with_metastasis_found += int(np.count_nonzero(numbers(patients["sites_found"])[found] > 0))
        self.age.add(day[found])
        self._add_survival(patients, day, np.array(stages))

    def _add_survival(self, patients: pa.Table, day: NDArray[np.float64], stages: NDArray[np.str_]) -> None:
        death, last = numbers(patients["death_age_day"]), numbers(patients["last_age_day"])
        alive = np.isnan(death)
        lived = np.where(alive, last, death) - day
        for group in self.death:
            mine = ~np.isnan(day) & (stages == group)
            self.death[group].add(lived[mine & ~alive])
            self.censored[group].add(lived[mine & alive])

    def as_dict(self) -> dict[str, Any]:
        """Return shares, ages and untreated survival by stage, as plain values."""
        return {
            "diagnosed": share(self.diagnosed, self.patients).as_dict(),
            "route": {name: share(count, self.patients).as_dict() for name, count in self.routes.most_common()},
            "stage": self._shares(self.stages),
            "clinical_stage": self._shares(self.clinical),
            "with_metastasis_found": share(self.with_metastasis_found, self.diagnosed).as_dict(),
            "unknown_primary": share(self.unknown_primary, self.diagnosed).as_dict(),
            "first_symptom": {
                name: share(count, self.patients).as_dict()
                for name, count in self.symptoms.most_common(_SYMPTOMS_SHOWN)
            },
            "age_year": self.age.quartiles(YEAR_DAY),
            "survival_month": {group: self._median(group) for group in self.death if self.stages[group]},
        }

    def _shares(self, counts: Counter[str]) -> dict[str, Any]:
        return {group: share(counts[group], self.diagnosed).as_dict() for group in (*GROUPS, UNKNOWN) if counts[group]}

    def _median(self, group: str) -> float | None:
        days = kaplan_meier(self.death[group], self.censored[group]).median_day()[0]
        return None if days is None else days / MONTH_DAY


def group_of(stage: str) -> str:
    """Return the stage group of a stage: IIIB is III."""
    return stage.rstrip("ABC") if stage != UNKNOWN else UNKNOWN
