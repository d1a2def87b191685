"""What tests have shown, one row a finding, as flat columns: all that care and staging may go by.

A finding may be false. Whether it is, and which lesion it shows, is truth and stands in `Audit`, which goes to the
run's tables and to no policy.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Findings:
    """F findings of a block of patients, in order of patient and then of day.

    Parameters
    ----------
    row : ndarray of int64, shape (F,)
        Which patient of the block.
    day : ndarray of float64, shape (F,)
        Patient age in days.
    modality : ndarray of int64, shape (F,)
        Position of the modality in the list that was handed in.
    organ : ndarray of int64, shape (F,)
        Codes of `layout.ORGANS`.
    in_primary_site : ndarray of bool, shape (F,)
        Whether it looks like a tumour of the organ itself rather than a metastasis.
    diameter_mm : ndarray of float64, shape (F,)
        Measured diameter, with its error.
    """

    row: NDArray[np.int64]
    day: NDArray[np.float64]
    modality: NDArray[np.int64]
    organ: NDArray[np.int64]
    in_primary_site: NDArray[np.bool_]
    diameter_mm: NDArray[np.float64]

    @property
    def count(self) -> int:
        """Number of findings."""
        return int(self.row.size)

    @classmethod
    def none(cls) -> Findings:
        """Return no findings."""
        return cls(
            row=np.zeros(0, np.int64),
            day=np.zeros(0),
            modality=np.zeros(0, np.int64),
            organ=np.zeros(0, np.int64),
            in_primary_site=np.zeros(0, np.bool_),
            diameter_mm=np.zeros(0),
        )

    def where(self, mask: NDArray[np.bool_]) -> Findings:
        """Return the findings that a mask of shape (F,) keeps."""
        return Findings(**{field.name: getattr(self, field.name)[mask] for field in fields(self)})


@dataclass(frozen=True)
class Audit:
    """The truth behind findings, row by row: for tables and tests only.

    Parameters
    ----------
    lesion : ndarray of uint64, shape (F,)
        Key of the lesion shown; 0 for a false finding.
    """

    lesion: NDArray[np.uint64]

    @property
    def is_false(self) -> NDArray[np.bool_]:
        """Which findings show nothing that is there."""
        return np.asarray(self.lesion == 0)


def together(one: tuple[Findings, Audit], other: tuple[Findings, Audit]) -> tuple[Findings, Audit]:
    """Return the findings of two rounds of examinations of one block, in order of patient, and what is behind them."""
    order = np.argsort(np.concatenate([one[0].row, other[0].row]), kind="stable")
    both = {
        each.name: np.concatenate([getattr(one[0], each.name), getattr(other[0], each.name)])[order]
        for each in fields(Findings)
    }
    return Findings(**both), Audit(np.concatenate([one[1].lesion, other[1].lesion])[order])
