"""One patient out of a run, computed alone: the same patient, whatever the size of the run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from paget.cohort.care_plan import STANDARD
from paget.cohort.recipe import N_MAX, check_number, make_recipe
from paget.cohort.store import Tables


def one_patient(
    cancer: str,
    index: int,
    *,
    seed: int = 1,
    years: float | None = None,
    settings: Mapping[str, str] | None = None,
    care: str = STANDARD,
) -> Tables:
    """Simulate one patient of a cohort.

    Parameters
    ----------
    cancer
        A cancer or a group of cancers.
    index
        Which patient, from 0.
    seed
        Seed of all draws.
    years
        Horizon in years after the first cell; until death if None.
    settings
        Catalogue numbers to replace.
    care
        Policy by which the patient is cared for once found; ``none`` for no care.

    Returns
    -------
    Tables
        The patient's rows of every table, as in any run with this seed that holds the patient.

    Raises
    ------
    SettingError
        If a number is out of range.
    UnknownEntryError
        If no cancer or group has this name.
    """
    check_number("index", index, 0, N_MAX - 1)
    recipe = make_recipe(cancer, seed=seed, years=years, settings=settings, care=care)
    return recipe.patients(np.array([index], dtype=np.int64))
