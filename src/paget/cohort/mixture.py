"""Which cancer of a group a patient has.

A group such as lung cancer is a mixture of entries. The entry is a pure function of the seed and the
patient, so patient 7 of the group is patient 7 of that entry run alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from paget.model.layout import STREAM_ENTRY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def entry_numbers(seed: int, patients: NDArray[np.int64], weights: Sequence[float]) -> NDArray[np.int64]:
    """Return, for each patient, which entry of a mixture it has.

    Parameters
    ----------
    seed
        Seed of the run.
    patients
        Indices of the patients.
    weights
        Weight of each entry; they need not sum to 1.

    Returns
    -------
    ndarray of int64
        Positions in `weights`.
    """
    if len(weights) == 1:
        return np.zeros(patients.size, dtype=np.int64)
    from paget.engine.rng import uniforms

    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    draws: NDArray[np.float64] = uniforms(seed, patients, STREAM_ENTRY, 0)
    found = np.searchsorted(edges / edges[-1], draws, side="right")
    return np.minimum(found, len(weights) - 1).astype(np.int64)
