"""How far results differ between the draws of a posterior that the patients' numbers were taken from.

Each draw has its own patients, so that shares differ by chance too; what chance explains, the binomial variance, is
taken off.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from paget.analysis.columns import codes, numbers
from paget.analysis.shares import share
from paget.model.calendar import YEAR_DAY
from paget.model.layout import CAUSES

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

COLUMNS: Final = ("patient", "diagnosis_age_day", "death_age_day", "cause", "m")
_YEARS: Final = 5.0
_OTHER: Final = (CAUSES.index("alive"), CAUSES.index("other"))


class BetweenDraws:
    """Counts by draw.

    Parameters
    ----------
    draws
        How many draws there are.
    """

    def __init__(self, draws: int) -> None:
        self.patients = np.zeros(draws, np.int64)
        self.found = np.zeros(draws, np.int64)
        self.spread = np.zeros(draws, np.int64)
        self.dead = np.zeros(draws, np.int64)

    def add(self, patients: pa.Table, draw: Integers) -> None:
        """Count some patients.

        Parameters
        ----------
        patients
            Their table, with at least `COLUMNS`.
        draw : ndarray of int64, shape (P,)
            The draw of each.
        """
        diagnosis_day = numbers(patients["diagnosis_age_day"])
        found = ~np.isnan(diagnosis_day)
        of_cancer = ~np.isin(codes(patients["cause"], CAUSES), _OTHER)
        soon = numbers(patients["death_age_day"]) <= diagnosis_day + _YEARS * YEAR_DAY
        self.patients += np.bincount(draw, minlength=self.patients.size)
        self.found += np.bincount(draw[found], minlength=self.found.size)
        self.spread += np.bincount(draw[found & (numbers(patients["m"]) == 1)], minlength=self.spread.size)
        self.dead += np.bincount(draw[found & of_cancer & soon], minlength=self.dead.size)

    def as_dict(self) -> dict[str, Any]:
        """Return the shares over all draws, each with its Monte Carlo error and its spread between draws."""
        return {
            "draws": int(np.count_nonzero(self.patients)),
            "found_in_life": _spread(self.found, self.patients),
            "metastasis_at_diagnosis": _spread(self.spread, self.found),
            "dead_of_cancer_5_years_after_diagnosis": _spread(self.dead, self.found),
        }


def _spread(counts: Integers, among: Integers) -> dict[str, Any]:
    told = share(int(counts.sum()), int(among.sum())).as_dict()
    held = among > 0
    if np.count_nonzero(held) <= 1:
        return {**told, "sd_between_draws": None}
    each = counts[held] / among[held]
    by_chance = float(np.mean(each * (1.0 - each) / among[held]))
    return {**told, "sd_between_draws": math.sqrt(max(float(np.var(each, ddof=1)) - by_chance, 0.0))}
