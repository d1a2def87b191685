"""Counter-based random numbers: a draw is a pure function of (seed, patient, stream, lineage, counter).

A stream is a key and an odd increment, both hashed from what names the stream; draw k is the finaliser
of SplitMix64 applied to key + k * increment (Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195).
Nothing is shared or stored between patients, so neither workers, nor order, nor one more lesion can
change another draw. All constants stay uint64: mixing uint64 with int64 silently gives float64 or int64.
"""

from __future__ import annotations

import math

import numpy as np

from paget.engine.kernel import entry, kernel, leaf
from paget.model.draws import GAMMA_A, GAMMA_B, GOLDEN, MIX_A, MIX_B, ONE, S11, S27, S30, S31, S33, TO_UNIT

INVERSION_LIMIT = 30.0
NORMAL_LIMIT = 1e8
"""Poisson means above this are drawn as rounded normals: the relative error is below 1e-4."""


@leaf
def mix(z):
    """Return the SplitMix64 finaliser of a uint64."""
    z = (z ^ (z >> S30)) * MIX_A
    z = (z ^ (z >> S27)) * MIX_B
    return z ^ (z >> S31)


@leaf
def combine(key, word):
    """Return the hash of a key extended by one more uint64 word (order matters)."""
    return mix(key ^ mix(word + GOLDEN) * GAMMA_A)


@kernel
def stream_key(seed, patient, stream, lineage, cell):
    """Return the key that names one stream of one patient."""
    return key_from(stream_stem(seed, patient, stream), lineage, cell)


@leaf
def stream_stem(seed, patient, stream):
    """Return what all keys of one kind of stream of one patient begin with."""
    key = combine(mix(np.uint64(seed) + GOLDEN), np.uint64(patient))
    return combine(key, np.uint64(stream))


@leaf
def key_from(stem, lineage, cell):
    """Return the key that names one stream, from its `stream_stem`."""
    return combine(combine(stem, np.uint64(lineage)), np.uint64(cell))


@kernel
def child_key(parent, birth, ordinal):
    """Return the key of a lesion or clone: a hash of its parent's key and of its birth."""
    return combine(combine(np.uint64(parent), np.uint64(birth)), np.uint64(ordinal)) | ONE


@leaf
def open_stream(rng, key):
    """Set `rng` (uint64 array of 2) to the first draw of the stream named by `key`."""
    rng[0] = key
    gamma = (key ^ (key >> S33)) * GAMMA_A
    gamma = (gamma ^ (gamma >> S33)) * GAMMA_B
    rng[1] = (gamma ^ (gamma >> S33)) | ONE


@leaf
def uniform(rng):
    """Return the stream's next draw, uniform in [0, 1)."""
    rng[0] = rng[0] + rng[1]
    return np.float64(mix(rng[0]) >> S11) * TO_UNIT


@kernel
def exponential(rng):
    """Return a draw from the exponential law of mean 1."""
    return -math.log1p(-uniform(rng))


@kernel
def normal(rng):
    """Return a standard normal draw (Box-Muller, two uniforms, one kept)."""
    radius = math.sqrt(-2.0 * math.log1p(-uniform(rng)))
    return radius * math.cos(2.0 * math.pi * uniform(rng))


@kernel
def poisson(rng, mean):
    """Return a Poisson count as a float.

    Below a mean of 30 by inversion of the upper tail with one uniform, so that the count rises with the
    mean for the same draw; above by Hörmann's transformed rejection (1993,
    doi:10.1016/0167-6687(93)90997-4); above 1e8 as a rounded normal.
    """
    if mean <= 0.0:
        return 0.0
    if mean < INVERSION_LIMIT:
        return poisson_by_inversion(uniform(rng), mean)
    if mean > NORMAL_LIMIT:
        return max(0.0, math.floor(mean + math.sqrt(mean) * normal(rng) + 0.5))
    return poisson_by_rejection(rng, mean)


@kernel
def poisson_by_inversion(u, mean):
    """Return the smallest k whose upper tail P(K > k) is at most `u`."""
    if u >= mean:
        return 0.0
    tail = -math.expm1(-mean)
    term = 1.0 - tail if mean < 0.5 else math.exp(-mean)
    k = 0.0
    while u < tail and k < 400.0:
        k += 1.0
        term *= mean / k
        tail -= term
    return k


@kernel
def poisson_by_rejection(rng, mean):
    """Return a Poisson count of a mean above 10 by the PTRS algorithm of Hörmann (1993)."""
    log_mean = math.log(mean)
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    v_r = 0.9277 - 3.6224 / (b - 2.0)
    while True:
        u = uniform(rng) - 0.5
        v = 1.0 - uniform(rng)
        us = 0.5 - abs(u)
        k = math.floor((2.0 * a / us + b) * u + mean + 0.43) if us > 0.0 else -1.0
        if us >= 0.07 and v <= v_r:
            return k
        if k < 0.0 or (us < 0.013 and v > us):
            continue
        left = math.log(v * inverse_alpha / (a / (us * us) + b))
        if left <= k * log_mean - mean - math.lgamma(k + 1.0):
            return k


@kernel
def geometric(rng, eta):
    """Return a draw n >= 1 with P(n) = (1 - eta) eta**(n - 1)."""
    if eta <= 0.0:
        return 1.0
    return 1.0 + math.floor(math.log1p(-uniform(rng)) / math.log(eta))


@kernel
def geometric_sum(rng, eta, count):
    """Return the sum of a few draws of `geometric`."""
    if eta <= 0.0:
        return count
    total, scale = count, 1.0 / math.log(eta)
    for _ in range(int(count)):
        total += math.floor(math.log1p(-uniform(rng)) * scale)
    return total


@kernel
def binomial(rng, n, p):
    """Return a binomial count: exact where its variance is below 1e4, else a rounded normal (one uniform a part)."""
    if p <= 0.0 or n <= 0.0:
        return 0.0
    if p >= 1.0:
        return n
    if n * p * (1.0 - p) > 1e4:
        k = math.floor(n * p + math.sqrt(n * p * (1.0 - p)) * normal(rng) + 0.5)
        return min(n, max(0.0, k))
    low = min(p, 1.0 - p)
    log_none = math.log1p(-low)
    # Parts keep the first term, (1 - p)**n, above the smallest double.
    parts = math.ceil(-n * log_none / 600.0)
    count, left = 0.0, n
    for part in range(parts):
        size = math.floor(left / (parts - part))
        count += binomial_by_inversion(rng, size, low, log_none)
        left -= size
    return count if p <= 0.5 else n - count


@kernel
def binomial_by_inversion(rng, n, p, log_none):
    """Return a binomial count for p <= 1/2, ln(1 - p) `log_none`, by summing the probabilities from 0 upwards."""
    u = uniform(rng)
    odds = p / (1.0 - p)
    term = math.exp(n * log_none)
    k = 0.0
    while u >= term and k < n:
        u -= term
        term *= odds * (n - k) / (k + 1.0)
        k += 1.0
    return k


@kernel
def gamma(rng, shape):
    """Return a gamma draw of shape >= 1 and scale 1 (Marsaglia & Tsang 2000, doi:10.1145/358407.358414)."""
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        z = normal(rng)
        v = 1.0 + c * z
        if v <= 0.0:
            continue
        v = v * v * v
        if math.log1p(-uniform(rng)) < 0.5 * z * z + d - d * v + d * math.log(v):
            return d * v


@entry
def uniforms(seed, patients, stream, lineage):
    """Return one uniform per patient: draw 1 of stream (seed, patient, stream, lineage).

    Parameters
    ----------
    seed : int
        The run's seed.
    patients : ndarray of int64
        Patient indices.
    stream, lineage : int
        What the draw is for (`layout.STREAM_*`) and which of that kind.

    Returns
    -------
    ndarray of float64 in [0, 1), a pure function of its arguments for each patient alone.
    """
    out = np.empty(patients.size)
    rng = np.empty(2, dtype=np.uint64)
    for i in range(patients.size):
        open_stream(rng, stream_key(seed, patients[i], stream, lineage, 0))
        out[i] = uniform(rng)
    return out


@entry
def normals(seed, patients, stream, lineage):
    """Return one standard normal per patient, from the first draws of its stream (see `uniforms`)."""
    out = np.empty(patients.size)
    rng = np.empty(2, dtype=np.uint64)
    for i in range(patients.size):
        open_stream(rng, stream_key(seed, patients[i], stream, lineage, 0))
        out[i] = normal(rng)
    return out
