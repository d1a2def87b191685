"""Quality of life: what a day is worth with all that weighs on it, and which days are spent in hospital.

Losses multiply (`model/utility.py`), so no sum of troubles makes a day worth less than nothing. Days worse than death,
which some instruments know, are not told apart from days worth nothing.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from paget.model import layout
from paget.model.calendar import YEAR_DAY
from paget.model.utility import Utilities

Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

SEVERE_GRADE: Final = 3
RELIEF_PLACES: Final = ("primary", *layout.ORGANS, "general")
"""Places whose symptoms can be relieved, in the order of the columns of relief: the same as that of symptoms."""


def utility(  # noqa: PLR0913, PLR0917 - as many arguments as things that weigh on a day
    utilities: Utilities,
    age_year: Floats,
    known_advanced: Flags,
    fitness: Integers,
    symptomatic: Flags,
    primary_symptomatic: Flags,
    general_symptomatic: Flags,
    toxicity_loss: Floats,
    relief: Floats,
) -> Floats:
    """Return what a day is worth to patients who know of their cancer, from 0 to 1, shape (P,).

    Parameters
    ----------
    utilities
        What takes from the worth of a day.
    age_year
        Ages in years, shape (P,).
    known_advanced
        Whether metastases are known, shape (P,).
    fitness
        Performance status (ECOG), 0 to 4, shape (P,).
    symptomatic
        Organs with symptoms, shape (P, N_ORGANS).
    primary_symptomatic, general_symptomatic
        Whether the primary, and the whole burden, are felt, shape (P,).
    toxicity_loss
        Loss by all toxicities that last, shape (P,); what exceeds 1 counts as 1.
    relief
        Share of the loss by symptoms that is taken away, shape (P, N_ORGANS + 2), by `RELIEF_PLACES`.
    """
    felt = np.concatenate([primary_symptomatic[:, None], symptomatic, general_symptomatic[:, None]], axis=1)
    losses = felt * _symptom_losses(utilities) * (1.0 - np.clip(relief, 0.0, 1.0))
    worth = base(utilities, age_year) * (1.0 - utilities.cancer.value)
    worth = worth * np.where(known_advanced, 1.0 - utilities.advanced.value, 1.0)
    worth *= 1.0 - np.array([loss.value for loss in utilities.fitness])[fitness]
    worth *= np.prod(1.0 - losses, axis=1)
    worth *= 1.0 - np.clip(toxicity_loss, 0.0, 1.0)
    return np.asarray(worth)


def base(utilities: Utilities, age_year: Floats) -> Floats:
    """Return what a day is worth to people of an age without cancer, shape (P,).

    Parameters
    ----------
    utilities
        Holds the bands of age; who is younger than the first counts to it.
    age_year
        Ages in years, shape (P,).
    """
    bands = sorted(utilities.base, key=lambda band: band.from_year)
    at = np.searchsorted([band.from_year for band in bands], age_year, side="right") - 1
    return np.array([band.utility.value for band in bands])[np.maximum(at, 0)]


def last_days_loss(
    utilities: Utilities, utility_mean_of_last: Floats, death_day: Floats, diagnosis_day: Floats
) -> Floats:
    """Return the quality-adjusted years lost by the last days before a death of the cancer, shape (P,).

    Parameters
    ----------
    utilities
        Length and loss of the last days.
    utility_mean_of_last
        Mean worth of these days but for this loss, shape (P,).
    death_day
        Patient age in days at the death, NaN where the patient lives on or dies of something else, shape (P,).
    diagnosis_day
        Patient age in days at diagnosis, before which nothing is counted, shape (P,).
    """
    lost_day = utility_mean_of_last * utilities.last_loss.value * _last_day(utilities, death_day, diagnosis_day)
    return np.asarray(lost_day / YEAR_DAY)


def hospital_day(utilities: Utilities, grade: Integers) -> Floats:
    """Return the days in hospital by toxicities of some grades, on average, shape (E,).

    Parameters
    ----------
    utilities
        How often events lead to admission, and for how long.
    grade
        Grades, 1 to 4, shape (E,).
    """
    return np.where(grade >= SEVERE_GRADE, utilities.admitted.value * utilities.admission.value, 0.0)


def last_hospital_day(utilities: Utilities, death_day: Floats, diagnosis_day: Floats) -> Floats:
    """Return the days in hospital out of the last days before a death of the cancer, shape (P,).

    Parameters
    ----------
    utilities
        Length of the last days, and the share of them in hospital.
    death_day, diagnosis_day
        As in `last_days_loss`.
    """
    return utilities.last_admitted.value * _last_day(utilities, death_day, diagnosis_day)


def _last_day(utilities: Utilities, death_day: Floats, diagnosis_day: Floats) -> Floats:
    """Return how many of the last days a patient lives knowing of the cancer; none where there is no death of it."""
    known_day = np.nan_to_num(np.asarray(death_day - diagnosis_day), nan=0.0)
    return np.clip(known_day, 0.0, utilities.last_days.value)


def _symptom_losses(utilities: Utilities) -> Floats:
    """Return the loss by symptoms of each place, by `RELIEF_PLACES`; none where the entry is silent."""
    organs = (utilities.symptoms.get(organ) for organ in layout.ORGANS)
    losses = (0.0 if loss is None else loss.value for loss in organs)
    return np.array([utilities.primary.value, *losses, utilities.general.value])
