"""Where a calibration simulates: scrambled Sobol points, which fill a box evenly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from paget.errors import MissingExtraError
from paget.inference.emulator import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

BLOCKS: Final = 8
"""Blocks of patients between which the points take turns."""

WIDENED: Final = 0.25
"""By which part of its width a posterior's box is widened on either side, since its emulators were not perfect."""

LEAST_WIDTH: Final = 0.15
"""Narrower than this, as a share of the prior's box, nothing is told apart from Monte Carlo error."""

_EDGES: Final = (0.01, 0.99)


def design_in(box: Box, points: int, seed: int) -> Floats:
    """Return points that fill a box evenly.

    Parameters
    ----------
    box
        The box.
    points
        How many.
    seed
        Seed of the scrambling.

    Returns
    -------
    ndarray of float64, shape (points, D)

    Raises
    ------
    MissingExtraError
        If SciPy is not installed.
    """
    try:
        from scipy.stats import qmc
    except ImportError as error:
        raise MissingExtraError("A calibration", "scipy", "calibrate") from error
    sobol = qmc.Sobol(box.low.size, scramble=True, rng=np.random.default_rng(seed))
    # A power of two keeps the sequence balanced; the first of it fill the box well too.
    even = sobol.random_base2(int(np.ceil(np.log2(max(points, 2)))))[:points]
    return np.asarray(box.low + even * (box.high - box.low))


def narrowed(sample: Floats, within: Box) -> Box:
    """Return the box of a posterior, widened, and no wider than the box that it was found in allows.

    Parameters
    ----------
    sample : ndarray of float64, shape (S, D)
        The posterior.
    within
        The prior's box.
    """
    low, high = np.quantile(sample, _EDGES, axis=0)
    more = np.maximum(WIDENED * (high - low), 0.5 * (LEAST_WIDTH - (high - low)))
    return Box(np.maximum(low - more, within.low), np.minimum(high + more, within.high))
