"""Estimates with their Monte Carlo error: how far a simulated figure would move with other patients.

An error is the half-width of a 95 % interval over 1.96, so that it is sound for shares of 0 and 1 (Wilson 1927),
for survival (Greenwood 1926, on the log-log scale) and for medians (by ranks; Brookmeyer & Crowley 1982) alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from paget.analysis.durations import DayCounts
from paget.analysis.shares import Z_95, share
from paget.analysis.survival import Curve, kaplan_meier
from paget.inference.strata import NotComputableError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

NOBODY = "no simulated patient is in this stratum"


@dataclass(frozen=True)
class Estimate:
    """A simulated figure.

    Parameters
    ----------
    value
        The figure, in the unit of its quantity.
    se
        Its Monte Carlo standard error; None where too few patients tell it.
    n
        Patients it rests on.
    """

    value: float
    se: float | None
    n: int


def share_of(having: Flags, among: Flags) -> Estimate:
    """Return which share of some patients have something.

    Parameters
    ----------
    having, among : ndarray of bool, shape (P,)
        Who has it, and who counts.

    Raises
    ------
    NotComputableError
        If nobody counts.
    """
    found = share(int(np.count_nonzero(having & among)), int(np.count_nonzero(among)))
    if found.share is None or found.low is None or found.high is None:
        raise NotComputableError(NOBODY)
    return Estimate(found.share, (found.high - found.low) / (2.0 * Z_95), found.of)


def median_of(values: Floats) -> Estimate:
    """Return a median and its error by the ranks of its 95 % interval.

    Parameters
    ----------
    values : ndarray of float64, shape (N,)
        The values.

    Raises
    ------
    NotComputableError
        If there are none.
    """
    n = values.size
    if n == 0:
        raise NotComputableError(NOBODY)
    ordered = np.sort(values)
    half = Z_95 * math.sqrt(n) / 2.0
    low, high = math.floor((n - 1) / 2.0 - half), math.ceil((n - 1) / 2.0 + half)
    error = (ordered[high] - ordered[low]) / (2.0 * Z_95) if low >= 0 and high < n else None
    return Estimate(float(np.median(ordered)), None if error is None else float(error), n)


def mean_of(values: Floats) -> Estimate:
    """Return a mean and its standard error.

    Parameters
    ----------
    values : ndarray of float64, shape (N,)
        The values.

    Raises
    ------
    NotComputableError
        If there are none.
    """
    if values.size == 0:
        raise NotComputableError(NOBODY)
    error = float(values.std(ddof=1) / math.sqrt(values.size)) if values.size > 1 else None
    return Estimate(float(values.mean()), error, int(values.size))


def alive_at(lived_day: Floats, happened: Flags, day: float) -> Estimate:
    """Return the share to whom something has not happened by a day (Kaplan-Meier).

    Parameters
    ----------
    lived_day : ndarray of float64, shape (N,)
        Days until it happened, or until a patient was not followed further.
    happened : ndarray of bool, shape (N,)
        Whether it happened.
    day
        The day.

    Raises
    ------
    NotComputableError
        If there are no patients, or none of those to whom it did not happen is followed so long.
    """
    curve = _curve(lived_day, happened)
    alive = curve.alive_at(day)
    if alive > 0.0 and lived_day.max() < day:
        fault = f"no simulated patient of this stratum is followed for {day:.0f} days"
        raise NotComputableError(fault)
    passed = int(np.searchsorted(curve.day, day, side="right"))
    width = float(curve.high[passed - 1] - curve.low[passed - 1]) if passed else 0.0
    if width == 0.0:
        return share_of(np.full(lived_day.size, alive > 0.0), np.ones(lived_day.size, np.bool_))
    return Estimate(alive, width / (2.0 * Z_95), int(lived_day.size))


def gone_at(lived_day: Floats, happened: Flags, day: float) -> Estimate:
    """Return the share to whom something has happened by a day; see `alive_at`."""
    found = alive_at(lived_day, happened, day)
    return Estimate(1.0 - found.value, found.se, found.n)


def median_survival(lived_day: Floats, died: Flags) -> Estimate:
    """Return the median survival in days (Kaplan-Meier).

    Parameters
    ----------
    lived_day : ndarray of float64, shape (N,)
        Days lived.
    died : ndarray of bool, shape (N,)
        Whether a life ended by death, not by the end of follow-up.

    Raises
    ------
    NotComputableError
        If there are no patients, or more than half live on.
    """
    median, low, high = _curve(lived_day, died).median_day()
    if median is None:
        fault = "more than half of the simulated patients of this stratum live on"
        raise NotComputableError(fault)
    # The curve's lower end falls below a half first; where one end is not reached, the other tells the width.
    ends = [abs(end - median) for end in (low, high) if end is not None]
    error = sum(ends) / len(ends) / Z_95 if ends and lived_day.size > 1 else None
    return Estimate(median, error or None, int(lived_day.size))


def _curve(lived_day: Floats, happened: Flags) -> Curve:
    if lived_day.size == 0:
        raise NotComputableError(NOBODY)
    events, censored = DayCounts(), DayCounts()
    events.add(lived_day[happened])
    censored.add(lived_day[~happened])
    return kaplan_meier(events, censored)
