"""Screening: who is screened when, and the measures that screening modellers use.

A programme is applied to people who all carry a cancer, so the measures compare the same patients with and without
it: lead time, overdiagnosis and stage shift are read off patient by patient, and nothing has to be estimated from
incidence. Whether a test result leads to a diagnosis is care's concern.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from paget.model import layout
from paget.model.calendar import YEAR_DAY
from paget.model.draws import stream_keys, uniforms
from paget.model.screening import Programme

STAGES: Final = (1, 2, 3, 4)

_PHASE, _UPTAKE, _ELIGIBLE, _FIRST_ROUND = 1, 2, 3, 4
"""Counters of a patient's stream in one programme; round k draws at `_FIRST_ROUND` + k."""


def takes_part(
    seed: int, patient: NDArray[np.int64], sex: NDArray[np.int64], programme: Programme
) -> NDArray[np.bool_]:
    """Return who is invited by a programme and ever comes, shape (P,); age is told by `screen_days`.

    Parameters
    ----------
    seed
        Seed of the run.
    patient
        Indices.
    sex
        Codes of `layout.SEXES`.
    programme
        The programme.
    """
    keys = _programme_keys(seed, patient, programme)
    share = 1.0 if programme.eligible_share is None else programme.eligible_share.value
    invited = np.isin(sex, [layout.code(layout.SEXES, name) for name in programme.sexes])
    comes = (uniforms(keys, _UPTAKE) < programme.uptake.value) & (uniforms(keys, _ELIGIBLE) < share)
    return np.asarray(invited & comes)


def screen_days(
    seed: int,
    patient: NDArray[np.int64],
    sex: NDArray[np.int64],
    programme: Programme,
    *,
    from_day: float | NDArray[np.float64] = 0.0,
    until_day: float | NDArray[np.float64] = np.inf,
) -> NDArray[np.float64]:
    """Return the days on which each patient comes to be screened.

    A patient's first round falls at random within the first interval after the first age, and the rounds follow each
    other at the interval; whoever takes part comes to the first round of the window, and to later ones by chance.

    Parameters
    ----------
    seed
        Seed of the run.
    patient
        Indices, shape (P,).
    sex
        Codes of `layout.SEXES`, shape (P,).
    programme
        The programme.
    from_day, until_day
        Patient age in days between which screening happens, both included; scalars or shape (P,).

    Returns
    -------
    ndarray, shape (P, K)
        Patient age in days, rising; NaN after a patient's last. K is the programme's number of rounds.
    """
    keys = _programme_keys(seed, patient, programme)
    first, last = programme.first_age.value, programme.last_age.value
    rounds = np.arange(int(np.floor((last - first) / programme.interval.value)) + 1)
    age = first + (uniforms(keys, _PHASE)[:, None] + rounds) * programme.interval.value
    days = age * YEAR_DAY
    after, before = np.reshape(from_day, (-1, 1)), np.reshape(until_day, (-1, 1))
    due = (age <= last) & (days >= after) & (days <= before)
    comes = uniforms(keys[:, None], _FIRST_ROUND + rounds) < programme.attendance.value
    comes |= np.cumsum(due, axis=1) == 1
    screened = due & comes & takes_part(seed, patient, sex, programme)[:, None]
    return np.sort(np.where(screened, days, np.nan), axis=1)


def _programme_keys(seed: int, patient: NDArray[np.int64], programme: Programme) -> NDArray[np.uint64]:
    return stream_keys(seed, patient, layout.STREAM_SCREENING, crc32(programme.id.encode()))


@dataclass(frozen=True)
class Paired:
    """How the same P patients were found with and without screening.

    Parameters
    ----------
    screened_day, unscreened_day : ndarray of float64, shape (P,)
        Patient age in days at diagnosis; NaN where the cancer was never found before death or the end of the study.
    by_screen : ndarray of bool, shape (P,)
        Whether, with screening, it was a screening test that found it.
    screened_stage, unscreened_stage : ndarray of int64, shape (P,)
        Stage at diagnosis, 1 to 4; 0 where it is unknown or there was no diagnosis.
    last_screen_day : ndarray of float64, shape (P,)
        Patient age in days at the last screening before the diagnosis that did not find it; NaN where there was none.
    """

    screened_day: NDArray[np.float64]
    unscreened_day: NDArray[np.float64]
    by_screen: NDArray[np.bool_]
    screened_stage: NDArray[np.int64]
    unscreened_stage: NDArray[np.int64]
    last_screen_day: NDArray[np.float64]

    def where(self, mask: NDArray[np.bool_]) -> Paired:
        """Return the patients that a mask of shape (P,) keeps, such as those who took part."""
        return Paired(**{field.name: getattr(self, field.name)[mask] for field in fields(self)})


@dataclass(frozen=True)
class ScreeningMeasures:
    """What screening did to patients; a share or mean is None where there is nothing to divide by.

    Parameters
    ----------
    screen_detected, interval_cancers, overdiagnosed : int
        Patients found by a screening test; found otherwise within one interval of a screening that missed it; found
        by a screening test and never without screening.
    interval_share : float or None
        Interval cancers of all that are screen-detected or interval cancers.
    overdiagnosis_share : float or None
        Overdiagnosed of the screen-detected.
    mean_lead_time_day, median_lead_time_day : float or None
        Days by which screening advanced the diagnosis, in the screen-detected that were found without it too.
    screened_stage_share, unscreened_stage_share : tuple of float or None
        Shares of stages 1 to 4 among patients diagnosed with a known stage.
    stage_shift : float or None
        Late share of diagnoses without screening minus the late share with it. Overdiagnosis inflates it.
    late_reduction : float or None
        1 - (patients found late with screening / found late without it). Overdiagnosis leaves it alone.
    """

    screen_detected: int
    interval_cancers: int
    overdiagnosed: int
    interval_share: float | None
    overdiagnosis_share: float | None
    mean_lead_time_day: float | None
    median_lead_time_day: float | None
    screened_stage_share: tuple[float, ...] | None
    unscreened_stage_share: tuple[float, ...] | None
    stage_shift: float | None
    late_reduction: float | None


def measures(paired: Paired, *, interval_day: float, late_from: int = 3) -> ScreeningMeasures:
    """Return the measures of screening from paired outcomes of the same patients.

    Overdiagnosis is detection by screening of a cancer that would never have been found without it (Etzioni et al.
    2013, Annals of Internal Medicine 158, 831); here it is seen directly, since each patient is followed twice.

    Parameters
    ----------
    paired
        Outcomes of P patients with and without screening.
    interval_day
        Interval of the programme (days).
    late_from
        First stage that counts as late.

    Returns
    -------
    ScreeningMeasures
        Counts, shares and times.
    """
    found, elsewise = ~np.isnan(paired.screened_day), ~np.isnan(paired.unscreened_day)
    detected = found & paired.by_screen
    since = paired.screened_day - paired.last_screen_day
    interval = found & ~paired.by_screen & (since >= 0.0) & (since <= interval_day)
    excess = detected & ~elsewise
    lead = (paired.unscreened_day - paired.screened_day)[detected & elsewise]
    screened, unscreened = np.where(found, paired.screened_stage, 0), np.where(elsewise, paired.unscreened_stage, 0)
    late, late_without = int((screened >= late_from).sum()), int((unscreened >= late_from).sum())
    late_share = _ratio(late, int((screened > 0).sum()))
    late_share_without = _ratio(late_without, int((unscreened > 0).sum()))
    share_kept = _ratio(late, late_without)
    known = late_share is not None and late_share_without is not None
    return ScreeningMeasures(
        screen_detected=int(detected.sum()),
        interval_cancers=int(interval.sum()),
        overdiagnosed=int(excess.sum()),
        interval_share=_ratio(int(interval.sum()), int((interval | detected).sum())),
        overdiagnosis_share=_ratio(int(excess.sum()), int(detected.sum())),
        mean_lead_time_day=float(lead.mean()) if lead.size else None,
        median_lead_time_day=float(np.median(lead)) if lead.size else None,
        screened_stage_share=_stage_share(screened),
        unscreened_stage_share=_stage_share(unscreened),
        stage_shift=(late_share_without or 0.0) - (late_share or 0.0) if known else None,
        late_reduction=None if share_kept is None else 1.0 - share_kept,
    )


def _ratio(count: int, of: int) -> float | None:
    return count / of if of else None


def _stage_share(stage: NDArray[np.int64]) -> tuple[float, ...] | None:
    counts = [int((stage == number).sum()) for number in STAGES]
    return tuple(count / sum(counts) for count in counts) if sum(counts) else None
