"""Counts and gamma draws over arrays, each from its own keyed stream.

NumPy's generators keep state, and a loop over patients is too slow, so the samplers that the engine has for one stream
stand here for many streams at once. A draw that is rejected takes the next counters of its own stream, so that no
element's fate touches another's. Every sampler says which counters it may use.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paget.model.draws import Floats, Words, normals, uniforms

INVERSION_LIMIT: Final = 30.0
"""Poisson means below this are drawn by inversion of the upper tail, with one uniform."""
NORMAL_LIMIT: Final = 1e8
"""Poisson means above this are drawn as rounded normals: the relative error is below 1e-4."""
ROUNDS: Final = 128
"""Rejections that a draw may take; at least two in three candidates are accepted, so none takes as many."""
COUNTERS: Final = 3 * ROUNDS + 2
"""Counters from `first` on that one draw of this module may use."""

_SMALL = 10
_LOG_FACTORIALS = np.cumsum(np.log(np.maximum(1.0, np.arange(_SMALL))))


def poissons(keys: Words, mean: ArrayLike, first: int = 1) -> Floats:
    """Return one Poisson count per stream, as floats; arguments broadcast.

    Below a mean of 30 by inversion, so that a count rises with the mean for the same draw; above by Hörmann's
    transformed rejection (1993, doi:10.1016/0167-6687(93)90997-4); above 1e8 as a rounded normal.

    Parameters
    ----------
    keys : ndarray of uint64
        Streams.
    mean : array_like
        Means; 0 or less gives 0.
    first
        First of the `COUNTERS` counters that it may use.
    """
    keys, means = np.broadcast_arrays(keys, np.asarray(mean, np.float64))
    shape, keys, means = keys.shape, keys.ravel(), means.ravel()
    counts = np.zeros(means.size)
    for mask, draw in (
        ((means > 0.0) & (means < INVERSION_LIMIT), _by_inversion),
        ((means >= INVERSION_LIMIT) & (means <= NORMAL_LIMIT), _by_rejection),
        (means > NORMAL_LIMIT, _by_normal),
    ):
        at = np.flatnonzero(mask)
        if at.size:
            counts[at] = draw(keys[at], means[at], first)
    return counts.reshape(shape)


def gammas(keys: Words, shape: float, first: int = 1) -> Floats:
    """Return one gamma draw of scale 1 per stream (Marsaglia & Tsang 2000, doi:10.1145/358407.358414).

    Parameters
    ----------
    keys : ndarray of uint64
        Streams.
    shape
        Shape, above 0. One below 1 is drawn one higher and scaled by a uniform to the power 1 / shape.
    first
        First of the `COUNTERS` counters that it may use.
    """
    flat = keys.ravel()
    high = shape if shape >= 1.0 else shape + 1.0
    d = high - 1.0 / 3.0
    c = 1.0 / np.sqrt(9.0 * d)
    drawn = np.zeros(flat.size)
    waiting = np.arange(flat.size)
    for turn in range(ROUNDS):
        at = first + 3 * turn
        z = normals(flat[waiting], at)
        v = np.maximum(0.0, 1.0 + c * z) ** 3
        with np.errstate(divide="ignore"):
            bound = 0.5 * z * z + d - d * v + d * np.log(v)
        taken = np.log1p(-uniforms(flat[waiting], at + 2)) < bound
        drawn[waiting[taken]] = d * v[taken]
        waiting = waiting[~taken]
        if not waiting.size:
            break
    if shape < 1.0:
        drawn *= (1.0 - uniforms(flat, first + COUNTERS - 1)) ** (1.0 / shape)
    return drawn.reshape(keys.shape)


def negative_binomials(keys: Words, mean: ArrayLike, size: float, first: int = 1) -> Floats:
    """Return one negative binomial count per stream: a Poisson count whose mean varies as a gamma of mean `mean`.

    Parameters
    ----------
    keys : ndarray of uint64
        Streams.
    mean : array_like
        Means.
    size
        Shape of the gamma: the variance is mean + mean**2 / size.
    first
        First of the 2 * `COUNTERS` counters that it may use.
    """
    return poissons(keys, np.asarray(mean) * gammas(keys, size, first) / size, first + COUNTERS)


def _by_inversion(keys: Words, mean: Floats, first: int) -> Floats:
    """Return the smallest counts whose upper tail is at most a uniform."""
    u = uniforms(keys, first)
    tail, term = -np.expm1(-mean), np.exp(-mean)
    counts = np.zeros(mean.size)
    left = np.flatnonzero(u < tail)
    u, mean, tail, term = u[left], mean[left], tail[left], term[left]
    k = 0.0
    while left.size and k < 400.0:  # noqa: PLR2004 - beyond any count of a mean below 30
        k += 1.0
        term = term * mean / k
        tail = tail - term
        counts[left] = k
        on = u < tail
        left, u, mean, tail, term = left[on], u[on], mean[on], tail[on], term[on]
    return counts


def _by_rejection(keys: Words, mean: Floats, first: int) -> Floats:
    """Return counts of means above 10 by the algorithm PTRS of Hörmann (1993), whose constants these are."""
    b = 0.931 + 2.53 * np.sqrt(mean)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    v_r = 0.9277 - 3.6224 / (b - 2.0)
    counts = np.round(mean)
    waiting = np.arange(mean.size)
    for turn in range(ROUNDS):
        i = waiting
        u = uniforms(keys[i], first + 2 * turn) - 0.5
        v = 1.0 - uniforms(keys[i], first + 2 * turn + 1)
        us = np.maximum(0.5 - np.abs(u), 1e-300)
        k = np.floor((2.0 * a[i] / us + b[i]) * u + mean[i] + 0.43)
        quick = (us >= 0.07) & (v <= v_r[i])  # noqa: PLR2004
        refused = (k < 0.0) | ((us < 0.013) & (v > us))  # noqa: PLR2004
        left = np.log(v * inverse_alpha[i] / (a[i] / (us * us) + b[i]))
        right = k * np.log(mean[i]) - mean[i] - _log_factorials(np.maximum(k, 0.0))
        taken = quick | (~refused & (left <= right))
        counts[i[taken]] = k[taken]
        waiting = i[~taken]
        if not waiting.size:
            break
    return counts


def _by_normal(keys: Words, mean: Floats, first: int) -> Floats:
    return np.asarray(np.maximum(0.0, np.floor(mean + np.sqrt(mean) * normals(keys, first) + 0.5)))


def _log_factorials(k: Floats) -> Floats:
    """Return ln k!: a table below 10, Stirling's series above, whose error is below 1e-10 there."""
    n = np.maximum(k, 1.0)
    series = (n + 0.5) * np.log(n) - n + 0.5 * np.log(2.0 * np.pi)
    series += 1.0 / (12.0 * n) - 1.0 / (360.0 * n**3) + 1.0 / (1260.0 * n**5)
    small: NDArray[np.int64] = np.minimum(k, _SMALL - 1.0).astype(np.int64)
    return np.where(k < _SMALL, _LOG_FACTORIALS[small], series)
