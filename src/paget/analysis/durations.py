"""Durations counted by the day, so that medians over any number of patients need a fixed amount of memory.

A duration is rounded to the nearest whole day, which is the only loss: every quantile is exact to half a day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from paget.model.calendar import YEAR_DAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST_DAY: Final = 50_000
"""Longer durations (137 years) are counted as this one."""

MONTH_DAY: Final = YEAR_DAY / 12.0


class DayCounts:
    """How many durations lasted each whole number of days."""

    def __init__(self) -> None:
        self.counts: NDArray[np.int64] = np.zeros(LONGEST_DAY + 1, dtype=np.int64)

    @property
    def total(self) -> int:
        """How many durations were counted."""
        return int(self.counts.sum())

    def add(self, days: NDArray[np.float64]) -> None:
        """Count some durations in days; those that are not a number are left out."""
        whole = np.rint(days[np.isfinite(days)]).clip(0, LONGEST_DAY).astype(np.int64)
        self.counts += np.bincount(whole, minlength=LONGEST_DAY + 1)

    def quantile(self, q: float) -> float | None:
        """Return the shortest duration in days that a share `q` does not exceed; None if there are none."""
        total = self.total
        if total == 0:
            return None
        return float(np.searchsorted(np.cumsum(self.counts), q * total, side="left"))

    def quartiles(self, unit_day: float) -> dict[str, float | int | None]:
        """Return count, median and quartiles in a unit of `unit_day` days."""
        found = {name: self.quantile(q) for name, q in (("q1", 0.25), ("median", 0.5), ("q3", 0.75))}
        return {
            "count": self.total,
            **{name: None if day is None else day / unit_day for name, day in found.items()},
        }
