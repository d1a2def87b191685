"""Positions of values that stand together in an array."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def position_in_run(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many equal values stand directly before each value.

    Parameters
    ----------
    values : ndarray of int64, shape (K,)
        Whole numbers, such as rows of patients in which those of one patient stand together.
    """
    position = np.arange(values.size)
    begins = np.ones(values.size, np.bool_)
    begins[1:] = values[1:] != values[:-1]
    return np.asarray(position - np.maximum.accumulate(np.where(begins, position, 0)), np.int64)
