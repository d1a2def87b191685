"""What a run says about each patient, as far as published figures ask for it, one array per question.

Outcomes of several runs can be mixed, so that a group of cancers is made of the runs of its entries and nothing
is simulated twice. Tables are read part by part, so that memory does not grow with the number of lesions.

What counts as known, and when:

- At diagnosis, a site is found where a finding that led to the diagnosis lies in it, true or false.
- Afterwards it is found at the first visit at which a deposit there is of detectable size.
- At death, a site holds a living deposit of 1 mm or more, found or not.
- A doubling time is that of the day of diagnosis, by the Gompertz law through the days on which the primary was of
  detectable size and 1 cm wide; it is not known of primaries that were found below 1 cm.
- A diameter at diagnosis is as measured: the geometric mean over the examinations that saw the primary.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow.parquet as pq

from paget import catalogue
from paget.analysis.columns import codes, numbers, whole
from paget.cohort.store import part_paths, reading
from paget.model.calendar import YEAR_DAY
from paget.model.layout import CAUSES, N_ORGANS, ORGANS, SEXES
from paget.model.stage import STAGES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from paget.cohort.cohort import Cohort
    from paget.model.cancer import Cancer

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Integers = NDArray[np.int64]

PATIENT_COLUMNS: Final = (
    *("patient", "sex", "death_age_day", "last_age_day", "cause", "diagnosis_age_day"),
    *("stage", "t", "n", "m"),
)
LESION_COLUMNS: Final = (
    *("patient", "organ", "route", "detectable_age_day", "one_cm_age_day", "ended_age_day", "diameter_mm"),
)
FINDING_COLUMNS: Final = ("patient", "organ", "in_primary_site", "diameter_mm")
VISIT_COLUMNS: Final = ("patient", "age_day")

SEEN_AT_DEATH_MM: Final = 1.0
"""About the least that is seen with the naked eye in a cut organ."""

MEASURABLE_MM: Final = 10.0
"""Growth of a smaller primary has hardly been measured."""

_DISTANT: Final = np.array([organ != "regional_lymph_node" for organ in ORGANS])
_LONGEST_DAY: Final = 1e6
"""More days than anybody lives, to order rows by patient and day in one number."""


@dataclass(frozen=True)
class Outcomes:
    """What became of P patients; ages and days are of the patient, NaN where it never came to that.

    Parameters
    ----------
    female : ndarray of bool, shape (P,)
        Whether the patient is female.
    diagnosis_day, end_day : ndarray of float64, shape (P,)
        Diagnosis; and death, or the end of follow-up.
    died, of_cancer : ndarray of bool, shape (P,)
        Whether the patient died, and whether of the cancer or its treatment.
    stage : ndarray of int64, shape (P,)
        Code of `model.stage.STAGES` at diagnosis; 0 where it cannot be told.
    t, n, m : ndarray of float64, shape (P,)
        Categories at diagnosis.
    diameter_mm, doubling_day : ndarray of float64, shape (P,)
        Diameter of the primary as measured at diagnosis, and its doubling time on that day.
    at_diagnosis, at_death : ndarray of bool, shape (P, N_ORGANS)
        Sites found at diagnosis, and sites that held a deposit at death.
    found_day : ndarray of float64, shape (P, N_ORGANS)
        Patient age at which a site was first found.
    """

    female: Flags
    diagnosis_day: Floats
    end_day: Floats
    died: Flags
    of_cancer: Flags
    stage: Integers
    t: Floats
    n: Floats
    m: Floats
    diameter_mm: Floats
    doubling_day: Floats
    at_diagnosis: Flags
    at_death: Flags
    found_day: Floats

    def __len__(self) -> int:
        """Return the number of patients."""
        return int(self.end_day.size)

    @property
    def diagnosed(self) -> Flags:
        """Who was diagnosed in life."""
        return ~np.isnan(self.diagnosis_day)

    @property
    def age_year(self) -> Floats:
        """Age at diagnosis in years."""
        return self.diagnosis_day / YEAR_DAY

    @property
    def lived_day(self) -> Floats:
        """Days lived or followed after diagnosis."""
        return self.end_day - self.diagnosis_day

    @property
    def distant_day(self) -> Floats:
        """Patient age at which a distant site was first found."""
        first = np.where(np.isnan(self.found_day) | ~_DISTANT, np.inf, self.found_day).min(axis=1)
        return np.where(np.isfinite(first), first, np.nan)

    @property
    def sites(self) -> Integers:
        """How many distant sites were ever found."""
        return np.asarray(np.count_nonzero(~np.isnan(self.found_day) & _DISTANT, axis=1), np.int64)

    def where(self, which: Flags | slice) -> Outcomes:
        """Return some of the patients."""
        return Outcomes(**{field.name: getattr(self, field.name)[which] for field in fields(self)})


def joined(parts: Sequence[Outcomes]) -> Outcomes:
    """Return the patients of several outcomes, one after the other."""
    return Outcomes(
        **{field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Outcomes)}
    )


def mixed(members: Sequence[tuple[Outcomes, float]]) -> Outcomes:
    """Return a mixture: the first patients of each member, as many as its weight asks for.

    Parameters
    ----------
    members
        Outcomes of each member and its weight. The mixture is as large as the members allow.
    """
    total = sum(weight for _, weight in members)
    shares = [weight / total for _, weight in members]
    size = min(len(each) / share for (each, _), share in zip(members, shares, strict=True))
    return joined([each.where(slice(round(size * share))) for (each, _), share in zip(members, shares, strict=True)])


def outcomes_of(cohort: Cohort, cancer: Cancer) -> Outcomes:
    """Read the outcomes of a run.

    Parameters
    ----------
    cohort
        The run.
    cancer
        Its entry.

    Returns
    -------
    Outcomes
        One row per patient.

    Raises
    ------
    FolderError
        If a part of the run is damaged.
    """
    names = (
        ("patients", PATIENT_COLUMNS),
        ("lesions", LESION_COLUMNS),
        ("findings", FINDING_COLUMNS),
        ("visits", VISIT_COLUMNS),
    )
    parts = zip(*(part_paths(cohort.path, table) for table, _ in names), strict=True)
    found = []
    for paths in parts:
        tables = (_columns(path, columns) for path, (_, columns) in zip(paths, names, strict=True))
        found.append(outcomes_from(*tables, cancer=cancer))
    return joined(found)


def outcomes_from(
    patients: pa.Table, lesions: pa.Table, findings: pa.Table, visits: pa.Table, *, cancer: Cancer
) -> Outcomes:
    """Return the outcomes of some patients from their tables.

    Parameters
    ----------
    patients, lesions, findings, visits
        Tables of a run, with at least `PATIENT_COLUMNS`, `LESION_COLUMNS`, `FINDING_COLUMNS` and `VISIT_COLUMNS`.
    cancer
        The entry, for how its primary grows.
    """
    order = whole(patients["patient"])
    diagnosis_day = numbers(patients["diagnosis_age_day"])
    death_day, last_day = numbers(patients["death_age_day"]), numbers(patients["last_age_day"])
    cause = codes(patients["cause"], CAUSES)
    died = cause != CAUSES.index("alive")
    of_cancer = died & (cause != CAUSES.index("other"))
    known = ~np.isnan(diagnosis_day)
    row = np.searchsorted(order, whole(lesions["patient"]))
    spread = codes(lesions["route"], ("primary",), strict=False) != 0
    at_diagnosis, diameter_mm = _at_diagnosis(order, findings, cancer)
    return Outcomes(
        female=codes(patients["sex"], SEXES) == SEXES.index("female"),
        diagnosis_day=diagnosis_day,
        end_day=np.where(died, death_day, last_day),
        died=died,
        of_cancer=of_cancer,
        stage=np.where(known, codes(patients["stage"], STAGES), 0),
        t=numbers(patients["t"]),
        n=numbers(patients["n"]),
        m=numbers(patients["m"]),
        diameter_mm=diameter_mm,
        doubling_day=_doubling_day(lesions, row, spread, diagnosis_day, cancer),
        at_diagnosis=at_diagnosis,
        at_death=_at_death(lesions, row, spread, of_cancer),
        found_day=_found_day(lesions, row, spread, visits, order, diagnosis_day, at_diagnosis),
    )


def _at_diagnosis(order: Integers, findings: pa.Table, cancer: Cancer) -> tuple[Flags, Floats]:
    """Return sites found at diagnosis, and the primary's diameter as measured."""
    row = np.searchsorted(order, whole(findings["patient"]))
    organ = codes(findings["organ"], ORGANS)
    in_site = np.asarray(findings["in_primary_site"].to_numpy(zero_copy_only=False), np.bool_)
    sites = np.zeros((order.size, N_ORGANS), np.bool_)
    sites[row[~in_site], organ[~in_site]] = True
    log_mm = np.log(numbers(findings["diameter_mm"]))
    own = in_site & (organ == ORGANS.index(cancer.organ)) & np.isfinite(log_mm)
    count = np.bincount(row[own], minlength=order.size)
    total = np.bincount(row[own], log_mm[own], minlength=order.size)
    seen = count > 0
    return sites, np.where(seen, np.exp(total / np.where(seen, count, 1)), np.nan)


def _at_death(lesions: pa.Table, row: Integers, spread: Flags, of_cancer: Flags) -> Flags:
    alive = np.isnan(numbers(lesions["ended_age_day"]))
    left = spread & alive & (numbers(lesions["diameter_mm"]) >= SEEN_AT_DEATH_MM)
    sites = np.zeros((of_cancer.size, N_ORGANS), np.bool_)
    sites[row[left], codes(lesions["organ"], ORGANS)[left]] = True
    return sites & of_cancer[:, None]


def _found_day(
    lesions: pa.Table,
    row: Integers,
    spread: Flags,
    visits: pa.Table,
    order: Integers,
    diagnosis_day: Floats,
    at_diagnosis: Flags,
) -> Floats:
    """Return the day on which each site was first found, shape (P, N_ORGANS)."""
    found = np.where(at_diagnosis, diagnosis_day[:, None], np.nan)
    who, day = np.searchsorted(order, whole(visits["patient"])), numbers(visits["age_day"])
    later = day > diagnosis_day[who]
    at = np.sort(who[later] * _LONGEST_DAY + day[later])
    detectable_day = numbers(lesions["detectable_age_day"])
    able = spread & np.isfinite(detectable_day)
    whose, since = row[able], detectable_day[able]
    next_visit = np.append(at, np.inf)[np.searchsorted(at, whose * _LONGEST_DAY + since)]
    seen_day = next_visit - whose * _LONGEST_DAY
    gone_day = numbers(lesions["ended_age_day"])[able]
    seen = (seen_day < _LONGEST_DAY) & ~(gone_day < seen_day)
    np.fmin.at(found, (whose[seen], codes(lesions["organ"], ORGANS)[able][seen]), seen_day[seen])
    return found


def _doubling_day(lesions: pa.Table, row: Integers, spread: Flags, diagnosis_day: Floats, cancer: Cancer) -> Floats:
    """Return the primary's volume doubling time at diagnosis (Gompertz 1825, by two known sizes)."""
    growth = cancer.growth
    detectable_mm = catalogue.body().detectable_diameter.value
    log_capacity = np.log(growth.capacity.value)
    room_detectable, room_cm = (
        log_capacity - np.log(np.pi / 6.0 * (mm / 10.0) ** 3 * growth.cell_density.value)
        for mm in (detectable_mm, MEASURABLE_MM)
    )
    doubling = np.full(diagnosis_day.size, np.nan)
    if not 0.0 < room_cm < room_detectable:
        return doubling
    own = row[~spread]
    cm_day = numbers(lesions["one_cm_age_day"])[~spread]
    taken_day = cm_day - numbers(lesions["detectable_age_day"])[~spread]
    able = (cm_day <= diagnosis_day[own]) & (taken_day > 0.0)
    own, cm_day, taken_day = own[able], cm_day[able], taken_day[able]
    decay_per_day = np.log(room_detectable / room_cm) / taken_day
    room = room_cm * np.exp(-decay_per_day * (diagnosis_day[own] - cm_day))
    doubling[own] = np.log(2.0) / (decay_per_day * room)
    return doubling


def _columns(path: Path, columns: Sequence[str]) -> pa.Table:
    with reading(path), pq.ParquetFile(path) as part:
        return part.read(columns=list(columns), use_threads=False)
