"""Which draw of a posterior a patient has: consecutive patients share one, and draws go by turns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRETCH_PATIENTS: Final = 100
"""Consecutive patients who share a draw. More would leave small runs with few draws, fewer would cost time."""


def draw_numbers(patients: NDArray[np.int64], draws: int) -> NDArray[np.int64]:
    """Return which draw each patient has.

    Parameters
    ----------
    patients : ndarray of int64, shape (P,)
        Indices of the patients.
    draws
        How many draws there are.
    """
    return np.asarray(patients // STRETCH_PATIENTS % draws, np.int64)
