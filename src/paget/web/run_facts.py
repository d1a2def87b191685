"""What a report needs of a run beyond its summary, counted over columns and never over whole tables.

Only the columns that are needed are read, through Arrow, so that a hundred thousand patients take seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from paget.analysis.columns import codes, numbers, stage_groups, texts, whole
from paget.analysis.durations import MONTH_DAY, DayCounts
from paget.analysis.shares import share
from paget.analysis.survival import kaplan_meier
from paget.analysis.tally import REGIONAL
from paget.cohort.summing import NONE
from paget.model.calendar import YEAR_DAY
from paget.model.layout import N_ORGANS, ORGANS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from paget.cohort.cohort import Cohort

STAGE_NAMES: Final = ("unknown", "I", "II", "III", "IV")
SEVERE: Final = 3
_PATIENT: Final = (
    *("patient", "cancer", "sex", "death_age_day", "last_age_day", "cause", "first_distant_spread_age_day"),
    *("diagnosis_age_day", "stage", "metastases", "metastases_established", "sites"),
)
_CARE: Final = (
    *("lines", "best_response", "relapse_age_day", "worst_grade", "first_line_age_day", "progression_age_day"),
    *("quality_adjusted_day", "home_day", "treatment_day"),
)
_RARE: Final = 0.01
_BEST: Final = ("CR", "PR", "SD", "PD")


@dataclass(frozen=True)
class RunFacts:
    """Columns and counts of one run.

    Parameters
    ----------
    cohort
        The run.
    """

    cohort: Cohort

    @property
    def made(self) -> dict[str, Any]:
        """The run's provenance."""
        return self.cohort.provenance

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The run's summary."""
        return self.cohort.summary()

    @property
    def is_treated(self) -> bool:
        """Whether anybody was cared for."""
        return bool(self.made.get("care", NONE) != NONE)

    @cached_property
    def patients(self) -> pa.Table:
        """The columns of the patients that a report reads."""
        return self.cohort.arrow("patients", (*_PATIENT, *_CARE) if self.is_treated else _PATIENT)

    def column(self, name: str) -> NDArray[np.float64]:
        """Return a column of the patients as numbers."""
        return numbers(self.patients[name])

    @cached_property
    def stage(self) -> NDArray[np.int64]:
        """Stage group at diagnosis, 1 to 4, 0 where it is unknown."""
        return stage_groups(self.patients["stage"])

    @cached_property
    def cause(self) -> NDArray[np.str_]:
        """Cause of death, ``alive`` where there was none."""
        return np.array(texts(self.patients["cause"]))

    @cached_property
    def is_diagnosed(self) -> NDArray[np.bool_]:
        """Who was diagnosed in life."""
        return ~np.isnan(self.column("diagnosis_age_day"))

    @cached_property
    def lived_day(self) -> NDArray[np.float64]:
        """Days lived or followed after diagnosis."""
        return self.column("last_age_day") - self.column("diagnosis_age_day")

    def staged(self) -> pd.DataFrame:
        """Return cancer, day of diagnosis and stage of all patients, as a data frame."""
        frame: pd.DataFrame = self.patients.select(["cancer", "diagnosis_age_day", "stage"]).to_pandas()
        return frame

    def survival_groups(self) -> dict[str, tuple[NDArray[np.float64], NDArray[np.bool_]]]:
        """Return days after diagnosis, and who died then, by stage; nobody of unknown stage where that is rare."""
        died = self.cause != "alive"
        groups = {}
        for group in (1, 2, 3, 4, 0):
            mine = self.is_diagnosed & (self.stage == group)
            if mine.sum() > (0 if group else _RARE * self.is_diagnosed.sum()):
                groups[STAGE_NAMES[group]] = (self.lived_day[mine], died[mine])
        return groups

    def survival(self) -> dict[str, float | None]:
        """Return median survival from diagnosis in months with its interval, and the share alive at five years."""
        days, died = self.lived_day, self.cause != "alive"
        deaths, censored = DayCounts(), DayCounts()
        deaths.add(days[self.is_diagnosed & died])
        censored.add(days[self.is_diagnosed & ~died])
        curve = kaplan_meier(deaths, censored)
        median, low, high = (None if day is None else day / MONTH_DAY for day in curve.median_day())
        at_five = int(np.searchsorted(curve.day, 5 * YEAR_DAY, side="right")) - 1
        ends = (None, None) if at_five < 0 else (float(curve.low[at_five]), float(curve.high[at_five]))
        alive = curve.alive_at(5 * YEAR_DAY)
        return {"median": median, "low": low, "high": high, "five": alive, "five_low": ends[0], "five_high": ends[1]}

    def spread_before_diagnosis(self) -> dict[str, Any]:
        """Return in how many of the diagnosed who had distant spread it had begun before the diagnosis."""
        spread, found = self.column("first_distant_spread_age_day"), self.column("diagnosis_age_day")
        both = self.is_diagnosed & ~np.isnan(spread)
        return share(int((spread[both] < found[both]).sum()), int(both.sum())).as_dict()

    def died_of(self) -> dict[str, Any]:
        """Return the share of all who died of the cancer or its treatment."""
        own = ~np.isin(self.cause, ("alive", "other"))
        return share(int(own.sum()), int(own.size)).as_dict()

    @cached_property
    def reached(self) -> NDArray[np.int64]:
        """Detectable metastases of each patient by organ, shape (P, organs); regional nodes among them."""
        counts = np.zeros(len(self.cohort) * N_ORGANS, np.int64)
        import pyarrow.dataset as ds

        wanted = ds.field("detectable_age_day").is_valid()
        scanner = self.cohort.dataset("lesions").scanner(columns=["patient", "organ", "route"], filter=wanted)
        for batch in scanner.to_batches():
            if batch.num_rows:
                part = pa.table(batch)
                mine = codes(part["route"], ("primary",), strict=False) != 0
                place = whole(part["patient"]) * N_ORGANS + codes(part["organ"], ORGANS)
                counts += np.bincount(place[mine], minlength=counts.size)
        return counts.reshape(len(self.cohort), N_ORGANS)

    def site_shares(self) -> dict[str, dict[str, float]]:
        """Return by stage at diagnosis the share of patients in whom an organ ever held a detectable metastasis."""
        rows: dict[str, dict[str, float]] = {}
        distant = [at for at, organ in enumerate(ORGANS) if organ != REGIONAL]
        order = np.argsort(-(self.reached > 0).mean(axis=0), kind="stable")
        for group, name in enumerate(STAGE_NAMES):
            mine = self.is_diagnosed & (self.stage == group)
            if group and mine.any():
                with_site = (self.reached[mine] > 0).mean(axis=0)
                rows[f"Stage {name}"] = {ORGANS[at]: float(with_site[at]) for at in order if at in distant}
        return rows

    def toxicities(self) -> list[tuple[str, int, int, int]]:
        """Return each unwanted effect with how many patients had it, had it severely, and of how many."""
        events = self.cohort.arrow("adverse_events", ("patient", "event", "grade"))
        told = pa.table(
            {"patient": events["patient"], "event": pc.cast(events["event"], pa.string()), "grade": events["grade"]}
        )
        worst = told.group_by(["patient", "event"]).aggregate([("grade", "max")])
        names, grades = np.array(texts(worst["event"])), whole(worst["grade_max"])
        cared = int(self.is_diagnosed.sum())
        rows = [
            (str(name), int((names == name).sum()), int((grades[names == name] >= SEVERE).sum()), cared)
            for name in np.unique(names)
        ]
        return sorted(rows, key=lambda row: (-row[2], -row[1], row[0]))

    def responses(self) -> dict[int, dict[str, int]]:
        """Return by line of therapy for advanced disease how many patients had which best response."""
        rows = self.cohort.arrow("treatments", ("patient", "line", "phase", "best_response"))
        line, best = whole(rows["line"]), codes(rows["best_response"], _BEST, strict=False)
        mine = (line > 0) & (codes(rows["phase"], ("systemic",), strict=False) == 0)
        rank = np.where(best < 0, len(_BEST), best)
        key = whole(rows["patient"])[mine] * 100 + line[mine]
        unique, back = np.unique(key, return_inverse=True)
        least = np.full(unique.size, len(_BEST))
        np.minimum.at(least, back, rank[mine])
        names = (*_BEST, "")
        counted: dict[int, dict[str, int]] = {}
        for number in np.unique(unique % 100):
            own = least[unique % 100 == number]
            counts = np.bincount(own, minlength=len(names))
            counted[int(number)] = {name: int(count) for name, count in zip(names, counts, strict=True)}
        return counted

    def worth_by_stage(self) -> list[tuple[str, int, list[float]]]:
        """Return by stage how many were found, and mean years lived, quality-adjusted, at home and under treatment."""
        worth = [self.lived_day, *(self.column(f"{name}_day") for name in _WORTH)]
        rows = []
        for group, name in enumerate(STAGE_NAMES):
            mine = self.is_diagnosed & (self.stage == group)
            if mine.any():
                rows.append((name, int(mine.sum()), [float(np.nanmean(each[mine]) / YEAR_DAY) for each in worth]))
        return rows

    def first(self, table: str, patients: int, columns: Sequence[str]) -> pa.Table:
        """Return rows of a table for the first patients of the run.

        Parameters
        ----------
        table
            Its name.
        patients
            How many.
        columns
            Which columns.
        """
        import pyarrow.dataset as ds

        return self.cohort.dataset(table).to_table(columns=list(columns), filter=ds.field("patient") < patients)

    def some(self, table: str, patients: Sequence[int], columns: Sequence[str]) -> pa.Table:
        """Return rows of a table for a few patients.

        Parameters
        ----------
        table
            Its name.
        patients
            Which patients, in rising order.
        columns
            Which columns.
        """
        import pyarrow.dataset as ds

        among = (ds.field("patient") >= patients[0]) & (ds.field("patient") <= patients[-1])
        chosen = among & ds.field("patient").isin(pa.array(patients, pa.int64()))
        return self.cohort.dataset(table).to_table(columns=list(columns), filter=chosen)


_WORTH: Final = ("quality_adjusted", "home", "treatment")
