"""Counter-based random numbers over NumPy arrays: the engine's own streams, for code outside it.

A draw is a pure function of (seed, patient, stream, lineage, counter); `engine/rng.py` states the algorithm
(SplitMix64 finaliser of key + counter * increment) and a test holds the two to the same bits. So a scan of one more
patient, or one more scan of a patient, changes no other draw.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Words = NDArray[np.uint64]
Floats = NDArray[np.float64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_A = np.uint64(0xBF58476D1CE4E5B9)
MIX_B = np.uint64(0x94D049BB133111EB)
GAMMA_A = np.uint64(0xFF51AFD7ED558CCD)
GAMMA_B = np.uint64(0xC4CEB9FE1A85EC53)
S11, S27, S30, S31, S33 = (np.uint64(k) for k in (11, 27, 30, 31, 33))
ONE = np.uint64(1)
TO_UNIT = 1.0 / 9007199254740992.0
"""2**-53: the top 53 bits of a draw become a double in [0, 1)."""


def _words(values: ArrayLike) -> Words:
    """Return whole numbers as uint64 arrays of at least one dimension, whose products wrap without a warning."""
    array = np.asarray(values)
    if array.dtype != np.uint64:
        array = array.astype(np.int64).view(np.uint64)
    return array if array.ndim else array.reshape(1)


def _mix(z: Words) -> Words:
    """Return words mixed by the finaliser of SplitMix64; the array handed over is used up."""
    shifted = z >> S30
    z ^= shifted
    z *= MIX_A
    np.right_shift(z, S27, out=shifted)
    z ^= shifted
    z *= MIX_B
    np.right_shift(z, S31, out=shifted)
    z ^= shifted
    return z


@lru_cache(maxsize=4096)
def _mixed(word: int) -> np.uint64:
    """Return what a word adds to a key, once for each word that comes again and again."""
    return np.uint64((_mix(_words(word) + GOLDEN) * GAMMA_A)[0])


def _combine(key: Words, word: ArrayLike) -> Words:
    if isinstance(word, int):
        return _mix(key ^ _mixed(word))
    part = _mix(_words(word) + GOLDEN)
    part *= GAMMA_A
    return _mix(key ^ part)


def stream_keys(seed: int, patients: ArrayLike, stream: ArrayLike, lineage: ArrayLike, cell: ArrayLike = 0) -> Words:
    """Return the keys of streams; arguments broadcast.

    Parameters
    ----------
    seed
        The run's seed.
    patients
        Patient indices.
    stream, lineage, cell
        What the draw is for (`layout.STREAM_*`), which of that kind (a lesion's key, say), and when.
    """
    key = _combine(_mix(_words(seed) + GOLDEN), patients)
    return _combine(_combine(_combine(key, stream), lineage), cell)


def uniforms(keys: Words, counter: ArrayLike = 1) -> Floats:
    """Return draw `counter` (1, 2, ...) of each stream, uniform in [0, 1); arguments broadcast."""
    gamma = keys >> S33
    gamma ^= keys
    gamma *= GAMMA_A
    gamma ^= gamma >> S33
    gamma *= GAMMA_B
    gamma ^= gamma >> S33
    gamma |= ONE
    word = _mix(keys + _words(counter) * gamma)
    return np.asarray((word >> S11).astype(np.float64) * TO_UNIT)


def exponentials(keys: Words, counter: ArrayLike = 1) -> Floats:
    """Return draw `counter` of each stream from the exponential law of mean 1."""
    return np.asarray(-np.log1p(-uniforms(keys, counter)))


def normals(keys: Words, counter: ArrayLike = 1) -> Floats:
    """Return a standard normal from draws `counter` and `counter` + 1 of each stream (Box-Muller)."""
    radius = np.sqrt(-2.0 * np.log1p(-uniforms(keys, counter)))
    angle = 2.0 * np.pi * uniforms(keys, np.asarray(counter) + 1)
    return np.asarray(radius * np.cos(angle))


def choices(u: Floats, weights: Floats) -> NDArray[np.intp]:
    """Return, per row, the index that a uniform picks by weight.

    Parameters
    ----------
    u : ndarray, shape (P,)
        Uniforms in [0, 1).
    weights : ndarray, shape (P, K)
        Weights of at least 0, not all 0 in a row.
    """
    steps = np.cumsum(weights, axis=1)
    index = (steps <= (u * steps[:, -1])[:, None]).sum(axis=1)
    return np.asarray(np.minimum(index, weights.shape[1] - 1))
