"""Emulators: what a simulation would give at a point, by a quadratic surface through those that were made.

A surface is fitted by generalised least squares with the Monte Carlo variance of each point. Points take turns
between a few blocks of patients: within a block all share their draws, so that slopes are sharp, and the blocks
differ, so that the level rests on many patients. What is common to a block is fitted as a random effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

LEVEL_SD: Final = 10.0
"""Prior width of the level: as good as any."""

_CURVED: Final = (0.03, 0.1, 0.3, 1.0)
"""Prior widths of curved terms that are tried; a linear term's is four times as wide."""

_LINEAR: Final = 4.0
_SHARED: Final = (0.2, 0.5, 0.9)
"""Shares of the Monte Carlo variance that patients of a block may have in common, which are tried."""

_LEAST_VARIANCE: Final = 1e-8
_LEAST_LEFT: Final = 0.05
"""A point of more leverage than all but this tells nothing of its own error."""

_FORM: Final = 0.05
"""A surface never passes through all points: this part of their spread is allowed for its form."""


@dataclass(frozen=True)
class Box:
    """A part of the space of free numbers, in coordinates from 0 to 1.

    Parameters
    ----------
    low, high : ndarray of float64, shape (D,)
        Its ends.
    """

    low: Floats
    high: Floats

    @classmethod
    def whole(cls, size: int) -> Box:
        """Return the whole space of so many coordinates."""
        return cls(np.zeros(size), np.ones(size))

    def centred(self, points: Floats) -> Floats:
        """Return points on a scale on which the box goes from -1 to 1."""
        return np.asarray(2.0 * (points - self.low) / (self.high - self.low) - 1.0)

    def holds(self, points: Floats) -> NDArray[np.bool_]:
        """Return which points lie in the box."""
        return np.asarray(((points >= self.low) & (points <= self.high)).all(axis=-1))


@dataclass(frozen=True)
class Emulator:
    """A quadratic surface.

    Parameters
    ----------
    box
        Where it holds.
    weights : ndarray of float64, shape (K,)
        Its coefficients.
    covariance : ndarray of float64, shape (K, K)
        Their covariance: in a corner of the box the surface is less sure than in the middle.
    variance
        Mean squared error at a point that was not simulated, the error of Monte Carlo taken off.
    form
        The part of it that the covariance does not explain: what no quadratic follows.
    explained
        Share of the variance between points, less that of Monte Carlo, that it predicts at points left out; 0 to 1.
    points
        Points that it rests on.
    """

    box: Box
    weights: Floats
    covariance: Floats
    variance: float
    form: float
    explained: float
    points: int

    def __call__(self, points: Floats) -> Floats:
        """Return the surface at points, shape (N,)."""
        return np.asarray(terms(self.box.centred(points)) @ self.weights)


def terms(centred: Floats) -> Floats:
    """Return 1, every coordinate, and every product of two, shape (N, 1 + D + D (D + 1) / 2)."""
    size = centred.shape[1]
    first, second = np.triu_indices(size)
    return np.concatenate([np.ones((len(centred), 1)), centred, centred[:, first] * centred[:, second]], axis=1)


def fitted(box: Box, points: Floats, values: Floats, noise: Floats, blocks: Integers) -> Emulator:
    """Return the surface through simulated values.

    Parameters
    ----------
    box
        Where it is to hold.
    points : ndarray of float64, shape (N, D)
        The points.
    values, noise : ndarray of float64, shape (N,)
        What was simulated there, and its Monte Carlo variance.
    blocks : ndarray of int64, shape (N,)
        Which block of patients each point was simulated with.
    """
    plain = terms(box.centred(points))
    block = (blocks[:, None] == np.unique(blocks)).astype(np.float64)
    design = np.concatenate([plain, block], axis=1)
    size, count = points.shape[1], plain.shape[1]
    relative = np.repeat([_LINEAR, 1.0], [size, count - 1 - size])
    form = (_FORM * float(np.std(values))) ** 2 + _LEAST_VARIANCE
    # Precise points tell more of the error than those at which a share is all but 0.
    sure = 1.0 / (noise + form)
    monte_carlo = float(np.average(noise, weights=sure))
    trials = []
    for curved, shared in product(_CURVED, _SHARED):
        widths = np.concatenate([[LEVEL_SD], curved * relative, np.full(block.shape[1], np.sqrt(shared * monte_carlo))])
        off, weights, covariance = _solved(design, values, (1.0 - shared) * noise + form, widths)
        trials.append((float(np.average(off**2, weights=sure)), weights, covariance[:count, :count]))
    left_out, weights, covariance = min(trials, key=itemgetter(0))
    own = float(np.mean(np.einsum("ij,jk,ik->i", plain, covariance, plain)))
    error = max(left_out - monte_carlo, 0.0)
    spread = float(np.average((values - np.average(values, weights=sure)) ** 2, weights=sure)) - monte_carlo
    explained = max(1.0 - error / max(spread, _LEAST_VARIANCE), 0.0)
    return Emulator(box, weights[:count], covariance, max(error, own), max(error - own, 0.0), explained, len(points))


def _solved(design: Floats, values: Floats, variance: Floats, widths: Floats) -> tuple[Floats, Floats, Floats]:
    """Return how far points are off that are left out, the coefficients, and their covariance.

    Generalised least squares in which every coefficient is drawn to 0 by its prior width.
    """
    sure = 1.0 / variance
    middle = float(np.average(values, weights=sure))
    inverse = np.linalg.inv(design.T @ (sure[:, None] * design) + np.diag(1.0 / (widths**2 + _LEAST_VARIANCE)))
    weights = inverse @ (design.T @ (sure * (values - middle)))
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design) * sure
    off = (values - middle - design @ weights) / np.maximum(1.0 - leverage, _LEAST_LEFT)
    weights[0] += middle
    return off, weights, np.asarray(inverse)
