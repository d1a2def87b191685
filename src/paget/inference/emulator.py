"""Emulators: what a simulation would give at a point, by a quadratic surface through those that were made.

A surface is fitted by generalised least squares with the Monte Carlo variance of each point. Points take turns
between a few blocks of patients: within a block all share their draws, so that slopes are sharp, and the blocks
differ, so that the level rests on many patients. What is common to a block is fitted as a random effect.
"""

from __future__ import annotations

from dataclasses import dataclass
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
_SHARED: Final = 0.5
"""Share of the Monte Carlo variance that the patients of a block have in common."""


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
    weights : ndarray of float64, shape (T,)
        Its coefficients.
    variance
        Mean squared error at a point that was not simulated, the error of Monte Carlo taken off.
    explained
        Share of the variance between points, less that of Monte Carlo, that it predicts at points left out; 0 to 1.
    points
        Points that it rests on.
    """

    box: Box
    weights: Floats
    variance: float
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
    size = points.shape[1]
    plain = terms(box.centred(points))
    block = (blocks[:, None] == np.unique(blocks)).astype(np.float64)
    design = np.concatenate([plain, block], axis=1)
    shared = _SHARED * float(np.mean(noise))
    best: tuple[float, Floats, float, float] | None = None
    for curved in _CURVED:
        prior = np.concatenate(
            [
                [LEVEL_SD**2],
                np.full(size, (_LINEAR * curved) ** 2),
                np.full(plain.shape[1] - 1 - size, curved**2),
                np.full(block.shape[1], shared),
            ]
        )
        found = _solved(design, values, (1.0 - _SHARED) * noise, prior)
        if best is None or found[0] < best[0]:
            best = found
    assert best is not None  # noqa: S101 - the widths that are tried are not none
    left_out, weights, parameters, raw = best
    structure = max(left_out - float(np.mean(noise)), 0.0)
    spread = max(float(np.var(values)) - float(np.mean(noise)), 1e-12)
    explained = min(max(1.0 - max(raw - float(np.mean(noise)), 0.0) / spread, 0.0), 1.0)
    return Emulator(box, weights[: plain.shape[1]], max(structure, parameters), explained, len(points))


def _solved(design: Floats, values: Floats, noise: Floats, prior: Floats) -> tuple[float, Floats, float, float]:
    """Return the mean squared error of points left out, the coefficients, and the variance of the surface."""
    # A surface never passes through points exactly: a twentieth of their spread is allowed for its form.
    floor = (0.05 * float(np.std(values))) ** 2 + 1e-8
    sure = 1.0 / (noise + floor)
    middle = float(np.average(values, weights=sure))
    inverse = np.linalg.inv(design.T @ (sure[:, None] * design) + np.diag(1.0 / np.maximum(prior, 1e-12)))
    weights = inverse @ (design.T @ (sure * (values - middle)))
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design) * sure
    off = (values - middle - design @ weights) / np.maximum(1.0 - leverage, 0.05)
    weights[0] += middle
    uncertain = float(np.mean(np.einsum("ij,jk,ik->i", design, inverse, design)))
    return float(np.average(off**2, weights=sure)), weights, uncertain, float(np.mean(off**2))
