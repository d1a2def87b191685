"""Shares with their uncertainty: how sure a simulated share is, given how many patients were simulated."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Final

Z_95: Final = 1.959963984540054
"""Standard normal quantile that leaves 2.5 % above it."""


@dataclass(frozen=True)
class Share:
    """A count out of a total, with its binomial uncertainty.

    Parameters
    ----------
    count
        How many.
    of
        Out of how many.
    share
        Their ratio; None where there is nothing to divide by.
    standard_error
        Binomial standard error of the share.
    low, high
        Wilson's 95 % interval, which is sound for shares near 0 and 1 too.
    """

    count: int
    of: int
    share: float | None
    standard_error: float | None
    low: float | None
    high: float | None

    def as_dict(self) -> dict[str, float | int | None]:
        """Return the parts as plain values."""
        return asdict(self)


def share(count: int, of: int) -> Share:
    """Return the share of `count` in `of` with its standard error and interval (Wilson 1927).

    Parameters
    ----------
    count
        How many.
    of
        Out of how many.

    Returns
    -------
    Share
        The share; its parts are None where `of` is 0.
    """
    if of == 0:
        return Share(count, of, None, None, None, None)
    p = count / of
    centre = (p + Z_95**2 / (2 * of)) / (1 + Z_95**2 / of)
    half = Z_95 * math.sqrt(p * (1 - p) / of + Z_95**2 / (4 * of**2)) / (1 + Z_95**2 / of)
    low = 0.0 if count == 0 else centre - half
    high = 1.0 if count == of else centre + half
    return Share(count, of, p, math.sqrt(p * (1 - p) / of), low, high)
