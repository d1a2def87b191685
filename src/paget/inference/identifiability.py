"""Identifiability: which free numbers the figures determine, and which they only know together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from paget.inference.design import piled
from paget.inference.emulator import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

UNDETERMINED: Final = 0.7
"""A posterior as wide as this share of its prior tells next to nothing."""

TOGETHER: Final = 0.7
"""From this correlation on, two numbers are known together rather than each."""

_EVEN_SD: Final = float(1.0 / np.sqrt(12.0))
"""Standard deviation of an even prior from 0 to 1."""


@dataclass(frozen=True)
class Determined:
    """How far a number is determined.

    Parameters
    ----------
    key
        The number.
    ratio
        Standard deviation of its posterior by that of its prior, on the scale on which it moves.
    at_edge
        Whether the posterior piles up at an end of the bounds, so that these decide and not the figures.
    cut_off
        Whether it piles up at an end of where the last wave simulated, so that one more wave would move it.
    with_others
        Numbers with which it is known together, each with the correlation.
    """

    key: str
    ratio: float
    at_edge: bool
    cut_off: bool
    with_others: tuple[tuple[str, float], ...]

    @property
    def determined(self) -> bool:
        """Whether the figures say where it lies."""
        return self.ratio <= UNDETERMINED

    @property
    def words(self) -> str:
        """How far it is determined, in words."""
        found = "determined" if self.determined else "not determined"
        if self.at_edge:
            found += ", at the edge of its bounds"
        elif self.cut_off:
            found += ", at the edge of the last wave"
        if self.with_others:
            found += " together with " + ", ".join(f"{key} ({r:+.2f})" for key, r in self.with_others)
        return found


def determined(points: Floats, keys: Sequence[str], box: Box | None = None) -> tuple[Determined, ...]:
    """Return how far each number is determined by a posterior.

    Parameters
    ----------
    points : ndarray of float64, shape (S, D)
        The posterior, coordinates from 0 to 1 under an even prior.
    keys
        The numbers.
    box
        Where the last wave simulated; everywhere if None.
    """
    related = correlation(points)
    ratio = points.std(axis=0) / _EVEN_SD
    whole = Box.whole(len(keys))
    at_edge, cut_off = (np.logical_or(*piled(points, each)) for each in (whole, box or whole))
    return tuple(
        Determined(
            key,
            float(ratio[place]),
            bool(at_edge[place]),
            bool(cut_off[place]),
            tuple(
                (keys[other], float(related[place, other]))
                for other in range(len(keys))
                if other != place and abs(related[place, other]) >= TOGETHER
            ),
        )
        for place, key in enumerate(keys)
    )


def correlation(points: Floats) -> Floats:
    """Return the correlations between coordinates, shape (D, D); 0 with one that does not vary."""
    centred = points - points.mean(axis=0)
    scale = centred.std(axis=0)
    scaled = np.divide(centred, scale, out=np.zeros_like(centred), where=scale > 0.0)
    found = scaled.T @ scaled / len(points)
    np.fill_diagonal(found, 1.0)
    return np.asarray(found)
