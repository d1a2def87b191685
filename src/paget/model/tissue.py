"""A tissue panel as arrays: what `observation` needs to read a biopsy, with every name turned into a position.

O origins, M markers, A alterations, B biomarkers, H histologies. Rates are chances of a positive result in the
cancer's primary; what a metastasis changes is told by `loss`, `gain` and `redrawn`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Results = NDArray[np.int8]
"""Results of tests: POSITIVE, NEGATIVE or UNKNOWN."""

POSITIVE: Final = 1
NEGATIVE: Final = 0
UNKNOWN: Final = -1


@dataclass(frozen=True)
class Tissue:
    """The rates of a panel.

    Parameters
    ----------
    origins, markers, alterations, biomarkers, histologies : tuple of str
        Names by position.
    marker_rate : ndarray, shape (O, M)
        Chance that a primary stains.
    loss, gain : ndarray, shape (O, M)
        Chance that a metastasis of a positive primary is negative, and of a negative one positive.
    redrawn : float
        Share of results of a metastasis that are independent of its primary's, where loss and gain are both 0.
    marker_bit, alteration_bit : ndarray of int64, shape (O, M) and (O, A)
        Bit of the genotype that decides the result; -1 where none does.
    alteration_rate : ndarray, shape (O, A)
        Share of tumours with the alteration, or, where `within` names one, of tumours with that one.
    alteration_within : ndarray of int64, shape (A,)
        Position of the alteration that it is a kind of; -1 for none.
    biomarker_rate : ndarray, shape (O, B)
        Share of tumours, or, where `biomarker_within` names one, of tumours with that one.
    biomarker_within, biomarker_implied_by : ndarray of int64, shape (B,)
        Positions of the biomarkers without which it is not, and with which it always is found; -1 for none.
    biomarker_bit : ndarray of int64, shape (O, B)
        Bit of the genotype that decides the result; -1 where none does.
    biomarker_follows : ndarray of bool, shape (B, A)
        Alterations of which each always brings it.
    histology_rate : ndarray, shape (O, H)
        Shares of what tumours look like; rows sum to 1.
    failed, ease : ndarray, shape (N_ORGANS,)
        Share of biopsies that yield nothing; factor on diameter by which a finding is chosen.
    limit, purity_least, purity_most : float
        Share of mutant copies that is called; least and greatest share of tumour cells in a sample.
    """

    origins: tuple[str, ...]
    markers: tuple[str, ...]
    alterations: tuple[str, ...]
    biomarkers: tuple[str, ...]
    histologies: tuple[str, ...]
    marker_rate: Floats
    loss: Floats
    gain: Floats
    redrawn: float
    marker_bit: Integers
    alteration_bit: Integers
    alteration_rate: Floats
    alteration_within: Integers
    biomarker_rate: Floats
    biomarker_within: Integers
    biomarker_implied_by: Integers
    biomarker_bit: Integers
    biomarker_follows: NDArray[np.bool_]
    histology_rate: Floats
    failed: Floats
    ease: Floats
    limit: float
    purity_least: float
    purity_most: float

    @property
    def metastasis_marker_rate(self) -> Floats:
        """Chance that a metastasis stains, shape (O, M); a redrawn result leaves it as it is in the primary."""
        rate = self.marker_rate
        return np.asarray(rate * (1.0 - self.loss) + (1.0 - rate) * self.gain)

    @property
    def metastasis_is_converted(self) -> NDArray[np.bool_]:
        """Where loss and gain are known, shape (O, M), so that nothing is redrawn."""
        return np.asarray((self.loss > 0.0) | (self.gain > 0.0))
