"""What came after diagnosis: survival, metastasis by size, and late recurrence.

Months are of 30.4375 days. Where the question is one cause, all else ends follow-up (Kaplan & Meier 1958), as in the
series that the figures come from.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from paget.analysis.durations import MONTH_DAY
from paget.inference.estimates import NOBODY, Estimate, alive_at, gone_at, median_survival
from paget.inference.patients import in_stage, of_diameter, of_group
from paget.inference.strata import NotComputableError, one_of, positive
from paget.model.calendar import YEAR_DAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paget.inference.outcomes import Outcomes
    from paget.inference.quantities import Compute

_YEARS: Final = re.compile(r"(?:(\d+(?:\.\d+)?)-)?(\d+(?:\.\d+)?)")


def cause_specific_survival(keys: Mapping[str, str]) -> Compute:
    """Return survival since diagnosis where only deaths of the cancer or its treatment count.

    Parameters
    ----------
    keys
        ``stage`` and ``months``.
    """
    picked, day = in_stage(keys["stage"]), positive("months", keys["months"]) * MONTH_DAY

    def compute(patients: Outcomes) -> Estimate:
        mine = picked(patients)
        return alive_at(patients.lived_day[mine], patients.of_cancer[mine], day)

    return compute


def survival_median(keys: Mapping[str, str]) -> Compute:
    """Return median survival since diagnosis in months, whatever the cause of death.

    Parameters
    ----------
    keys
        ``stage``, and ``from``: ``diagnosis``.
    """
    one_of("from", keys.get("from", "diagnosis"), ("diagnosis",))
    picked = in_stage(keys["stage"])

    def compute(patients: Outcomes) -> Estimate:
        mine = picked(patients)
        found = median_survival(patients.lived_day[mine], patients.died[mine])
        return Estimate(found.value / MONTH_DAY, None if found.se is None else found.se / MONTH_DAY, found.n)

    return compute


def distant_metastasis_by_diameter(keys: Mapping[str, str]) -> Compute:
    """Return the share with a distant metastasis found by so many years after diagnosis, by the primary's size.

    Parameters
    ----------
    keys
        ``mm`` and ``years``.
    """
    picked, year = of_diameter(keys["mm"]), positive("years", keys["years"])

    def compute(patients: Outcomes) -> Estimate:
        mine = patients.where(picked(patients) & patients.diagnosed)
        return gone_at(*_until_distant(mine), year * YEAR_DAY)

    return compute


def distant_recurrence(keys: Mapping[str, str]) -> Compute:
    """Return the share with a distant recurrence in a span of years, of those without one when it began.

    Parameters
    ----------
    keys
        ``group``, such as ``T1N0``, and ``years``: ``5-20``, or ``20`` from diagnosis on.

    Raises
    ------
    NotComputableError
        If either is of another form.
    """
    picked, found = of_group(keys["group"]), _YEARS.fullmatch(keys["years"])
    first, last = (float(found[1] or 0.0), float(found[2])) if found else (0.0, 0.0)
    if last <= first:
        fault = f"years={keys['years']} is no span of years; allowed: 5-20 or 20"
        raise NotComputableError(fault)

    def compute(patients: Outcomes) -> Estimate:
        day, happened = _until_distant(patients.where(picked(patients) & patients.diagnosed))
        free = day >= first * YEAR_DAY
        if not free.any():
            raise NotComputableError(NOBODY)
        return gone_at(day[free] - first * YEAR_DAY, happened[free], (last - first) * YEAR_DAY)

    return compute


def _until_distant(patients: Outcomes) -> tuple[np.ndarray, np.ndarray]:
    """Return days from diagnosis to the first distant metastasis or the end, and whether it came to the former."""
    happened = ~np.isnan(patients.distant_day)
    return np.where(happened, patients.distant_day, patients.end_day) - patients.diagnosis_day, happened
