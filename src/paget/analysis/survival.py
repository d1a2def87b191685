"""Survival of many patients from counts by the day (Kaplan & Meier 1958, Greenwood 1926)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from paget.analysis.shares import Z_95

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from paget.analysis.durations import DayCounts


@dataclass(frozen=True)
class Curve:
    """Survival by the day.

    Parameters
    ----------
    day
        Days on which somebody died, rising.
    alive
        Share still alive after that day.
    low, high
        95 % interval of that share, on the log-log scale.
    """

    day: NDArray[np.int64]
    alive: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def median_day(self) -> tuple[float | None, float | None, float | None]:
        """Return the median and its 95 % interval (Brookmeyer & Crowley 1982); None if not reached."""
        return self._first_below(self.alive), self._first_below(self.low), self._first_below(self.high)

    def alive_at(self, day: float) -> float:
        """Return the share alive at a day."""
        passed = int(np.searchsorted(self.day, day, side="right"))
        return 1.0 if passed == 0 else float(self.alive[passed - 1])

    def _first_below(self, alive: NDArray[np.float64]) -> float | None:
        below = np.flatnonzero(alive <= 0.5)  # noqa: PLR2004 - the median
        return float(self.day[below[0]]) if below.size else None


def kaplan_meier(deaths: DayCounts, censored: DayCounts) -> Curve:
    """Return the product-limit estimate of survival.

    Parameters
    ----------
    deaths
        Times to death.
    censored
        Times after which a patient was not followed further. On a shared day deaths come first.

    Returns
    -------
    Curve
        Survival on the days on which somebody died.
    """
    leaving = deaths.counts + censored.counts
    at_risk = leaving.sum() - np.concatenate(([0], np.cumsum(leaving)[:-1]))
    day = np.flatnonzero(deaths.counts)
    died, present = deaths.counts[day].astype(np.float64), at_risk[day].astype(np.float64)
    alive = np.cumprod(1.0 - died / present)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(died / (present * (present - died)))
        half = Z_95 * np.sqrt(variance) / np.log(alive)
        low, high = alive ** np.exp(-half), alive ** np.exp(half)
    # At a share of 0 the log-log interval does not exist; nobody is left to be uncertain about.
    known = np.isfinite(half) & (alive > 0.0)
    return Curve(day, alive, np.where(known, low, alive), np.where(known, high, alive))
