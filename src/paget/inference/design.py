"""Where a calibration simulates: scrambled Sobol points, which fill a box evenly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from paget.errors import MissingExtraError
from paget.inference.emulator import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

BLOCKS: Final = 8
"""Blocks of patients between which the points take turns."""

WIDENED: Final = 0.25
"""By which part of its width a posterior's box is widened on either side, since its emulators were not perfect."""

WIDENED_BEFORE: Final = 0.75
"""The same where figures that were not asked yet may draw it elsewhere."""

LEAST_WIDTH: Final = 0.15
"""Narrower than this, as a share of the prior's box, nothing is told apart from Monte Carlo error."""

_EDGES: Final = (0.01, 0.99)
_NEAR: Final = 0.05
_PILED: Final = 0.25
_STEP: Final = 0.6
"""How far a box moves on at an end that cut a posterior off, by its width."""


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


def narrowed(sample: Floats, box: Box, widened: float = WIDENED) -> Box:
    """Return the box of a posterior, widened, and moved on where the box in which it was found cut it off.

    Parameters
    ----------
    sample : ndarray of float64, shape (S, D)
        The posterior.
    box
        Where it was found.
    widened
        By which part of its width it is widened on either side.
    """
    low, high = np.quantile(sample, _EDGES, axis=0)
    more = np.maximum(widened * (high - low), 0.5 * (LEAST_WIDTH - (high - low)))
    step = _STEP * (box.high - box.low)
    at_low, at_high = piled(sample, box)
    low = low - np.where(at_low, np.maximum(more, step), more)
    high = high + np.where(at_high, np.maximum(more, step), more)
    return Box(np.maximum(low, 0.0), np.minimum(high, 1.0))


def piled(sample: Floats, box: Box) -> tuple[Flags, Flags]:
    """Return which coordinates have a quarter of their sample or more at the low, and at the high end of a box.

    Parameters
    ----------
    sample : ndarray of float64, shape (S, D)
        The sample.
    box
        The box; its ends reach a twentieth of its width inwards.
    """
    near = _NEAR * (box.high - box.low)
    low = (sample < box.low + near).mean(axis=0) >= _PILED
    high = (sample > box.high - near).mean(axis=0) >= _PILED
    return np.asarray(low), np.asarray(high)
