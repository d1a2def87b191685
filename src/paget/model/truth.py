"""What is the case in a block of patients on a day each, whoever knows it: the read-only view of the engine's state.

Only `observation` reads it, to make findings; a policy never sees it (an import contract keeps it so).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray


def added(values: ArrayLike) -> NDArray[np.float64]:
    """Return sums over lesions, shape (P,): one after another, so that empty places at the end change no bit.

    Parameters
    ----------
    values : ndarray of float64, shape (P, L)
        Values of lesions, 0 where there is none.
    """
    return np.asarray(np.add.accumulate(np.asarray(values, np.float64), axis=1)[:, -1])


@dataclass(frozen=True)
class Truth:
    """Lesions of P patients, padded to L columns; a column without a lesion has 0 cells.

    Parameters
    ----------
    patient : ndarray of int64, shape (P,)
        Indices.
    sex : ndarray of int64, shape (P,)
        Codes of `layout.SEXES`.
    day : ndarray of float64, shape (P,)
        Patient age in days at which this is the case.
    key : ndarray of uint64, shape (P, L)
        The lesions' own keys.
    organ : ndarray of int64, shape (P, L)
        Codes of `layout.ORGANS`.
    is_primary : ndarray of bool, shape (P, L)
        Whether the lesion is the primary.
    cells : ndarray of float64, shape (P, L)
        Living cells.
    diameter_mm : ndarray of float64, shape (P, L)
        Diameter of the sphere that holds them.
    genotype : ndarray of int64, shape (P, L)
        Bit mask of the drivers of the lesion's largest clone.
    birth_per_day, death_per_day : ndarray of float64, shape (P, L)
        Rates per cell.
    """

    patient: NDArray[np.int64]
    sex: NDArray[np.int64]
    day: NDArray[np.float64]
    key: NDArray[np.uint64]
    organ: NDArray[np.int64]
    is_primary: NDArray[np.bool_]
    cells: NDArray[np.float64]
    diameter_mm: NDArray[np.float64]
    genotype: NDArray[np.int64]
    birth_per_day: NDArray[np.float64]
    death_per_day: NDArray[np.float64]

    def of(self, which: NDArray[np.bool_]) -> Truth:
        """Return the patients that a mask of shape (P,) keeps."""
        return Truth(**{each.name: getattr(self, each.name)[which] for each in fields(self)})

    @property
    def total_cells(self) -> NDArray[np.float64]:
        """Living cells of all lesions, shape (P,)."""
        return added(self.cells)

    @property
    def is_lesion(self) -> NDArray[np.bool_]:
        """Where there is a lesion, shape (P, L)."""
        return np.asarray(self.cells > 0.0)
