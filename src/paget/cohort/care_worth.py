"""What a patient's days are worth, and where they are spent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from paget.care.quality_of_life import utility
from paget.cohort.care_orders import places_of
from paget.model import layout
from paget.model.calendar import YEAR_DAY
from paget.model.therapy import Relieve
from paget.observation.symptoms import N_PLACES, PRIMARY_PLACE

if TYPE_CHECKING:
    from paget.cohort.ward import Ward

REGIONAL = layout.ORGANS.index("regional_lymph_node")


def pass_time(ward: Ward, who: np.ndarray, day: np.ndarray) -> None:
    """Count the days since patients were last seen: their worth, and how many went by under treatment or at a clinic.

    Parameters
    ----------
    ward
        The block's care.
    who : ndarray of int64, shape (K,)
        Rows of the patients.
    day : ndarray of float64, shape (K,)
        Patient ages in days.
    """
    book, on = ward.book, ward.courses.on[who]
    span = np.nan_to_num(np.maximum(0.0, day - book.since_day[who]))
    book.treated_day[who] += np.where((on & ward.courses.treats).any(axis=1), span, 0.0)
    book.home_lost_day[who] += span * np.minimum(1.0, on @ ward.plan.visits_per_day)
    book.accrue(who, day)


def value(ward: Ward, who: np.ndarray, day: np.ndarray) -> None:
    """Set what a day is worth from now on.

    Parameters
    ----------
    ward
        The block's care.
    who : ndarray of int64, shape (K,)
        Rows of the patients.
    day : ndarray of float64, shape (K,)
        Patient ages in days.
    """
    book, felt = ward.book, ward.symptomatic[who]
    distant = book.sites[who].copy()
    distant[:, REGIONAL] = False
    book.utility[who] = utility(
        ward.plan.utilities,
        day / YEAR_DAY,
        distant.any(axis=1),
        book.fitness[who],
        felt[:, 1 : 1 + layout.N_ORGANS],
        felt[:, PRIMARY_PLACE],
        felt[:, -1],
        ward.toxicities.now(who, day)[0],
        relief(ward, who),
    )


def relief(ward: Ward, who: np.ndarray) -> np.ndarray:
    """Return the share of each place's symptoms that is relieved, shape (K, N_PLACES).

    Parameters
    ----------
    ward
        The block's care.
    who : ndarray of int64, shape (K,)
        Rows of the patients.
    """
    left = 1.0 - ward.book.relieved[who]
    on = ward.courses.on[who]
    for number, therapy in enumerate(ward.plan.therapies):
        if therapy.is_local or not on[:, number].any():
            continue
        for act in therapy.acts:
            if isinstance(act, Relieve):
                share = np.zeros(N_PLACES)
                share[places_of(act)] = act.symptoms.value
                left[on[:, number]] *= 1.0 - share
    return np.asarray(1.0 - left)
