"""The calendar: days are the unit of time inside, and years and months are told to people."""

from __future__ import annotations

from typing import Final

YEAR_DAY: Final = 365.25
"""Days of a Julian year."""
