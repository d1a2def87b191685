"""Preferences: how a patient weighs length of life, its quality and the burden of treatment against one another.

Everything is weighed in years, so that weights say what a year of each is worth in the others. It stops being true for
those to whom the first year is worth more than the tenth, or who cannot weigh one against the other at all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paget.errors import SettingError
from paget.model.calendar import YEAR_DAY

ROUNDING: Final = 1e-9


@dataclass(frozen=True)
class Preference:
    """Weights, which sum to 1.

    Parameters
    ----------
    length
        Weight of a year lived.
    quality
        Weight of a quality-adjusted year.
    burden
        Weight against a year of days of treatment.

    Raises
    ------
    SettingError
        Where a weight is below 0 or no number, or where they do not sum to 1.
    """

    length: float
    quality: float
    burden: float

    def __post_init__(self) -> None:
        """Check the weights."""
        weights = {"length": self.length, "quality": self.quality, "burden": self.burden}
        for name, weight in weights.items():
            if not (math.isfinite(weight) and weight >= 0.0):
                raise SettingError(
                    f"The weight of {name} is {weight}.",
                    key=name,
                    value=weight,
                    allowed="a number from 0 to 1",
                    fix="give 0 to what does not count",
                )
        total = sum(weights.values())
        if abs(total - 1.0) > ROUNDING:
            scaled = ", ".join(f"{name} {weight / total:.3g}" for name, weight in weights.items()) if total else ""
            raise SettingError(
                f"The weights of length, quality and burden sum to {total:g}.",
                key="length, quality, burden",
                value=", ".join(f"{weight:g}" for weight in weights.values()),
                allowed="weights that sum to 1",
                fix=f"divide each by {total:g}: {scaled}" if scaled else "give a weight to one of them",
            )


def score(preference: Preference, years: ArrayLike, qaly: ArrayLike, treatment_days: ArrayLike) -> NDArray[np.float64]:
    """Return how good courses are to a patient, in years; more is better. Arguments broadcast.

    The score is w_length years + w_quality qaly - w_burden treatment_days / 365.25.

    Parameters
    ----------
    preference
        Weights.
    years
        Years lived.
    qaly
        Quality-adjusted years lived.
    treatment_days
        Days given to treatment.
    """
    burden_year = np.asarray(treatment_days, np.float64) / YEAR_DAY
    gains = preference.length * np.asarray(years, np.float64) + preference.quality * np.asarray(qaly, np.float64)
    return np.asarray(gains - preference.burden * burden_year)


def front(points: ArrayLike) -> NDArray[np.bool_]:
    """Return which policies are on the front of trade-offs, shape (N,): no other is as good in all and better in one.

    Parameters
    ----------
    points
        What each of N policies brings in D respects, larger is better, shape (N, D); give burdens with a minus.

    Raises
    ------
    SettingError
        Where points are not a table of numbers.
    """
    table = np.asarray(points, np.float64)
    if table.ndim != 2 or np.isnan(table).any():  # noqa: PLR2004 - rows and columns
        raise SettingError(
            "The front of trade-offs needs one row a policy and one column a respect, without gaps.",
            key="points",
            value=f"shape {table.shape}, {int(np.isnan(table).sum())} gaps",
            allowed="an array of shape (N, D) of numbers",
            fix="leave out policies of which a respect is not known",
        )
    stays = np.ones(len(table), np.bool_)
    for point in table:
        stays &= ~((table <= point).all(axis=1) & (table < point).any(axis=1))
    return stays
