"""Small numbers: the linear birth-death process, drawn exactly over any step.

For birth rate b and death rate d per cell and day, r = b - d and E = exp(r t): a line is extinct by t with
probability d (E - 1) / (b E - d), and its size, if alive, is geometric with eta = b (E - 1) / (b E - d)
(Kendall 1948, doi:10.1214/aoms/1177730285). n founders give a binomial number of living lines whose sizes
add to a negative binomial. It stops being true where cells crowd or help each other, which is why the
deterministic law takes over at a thousand cells.
"""

from __future__ import annotations

import math

from paget.engine import rng as draws
from paget.engine.kernel import kernel, leaf

CRITICAL = 1e-9
"""Net rates nearer to zero than this (per day) use the limit r -> 0."""


@leaf
def alive_share(b, r, s):
    """Return the probability that a line founded `s` days ago has a living cell."""
    return alive_share_of(b, r, math.exp(-r * s), s)


@leaf
def alive_share_of(b, r, fade, s):
    """Return `alive_share` where exp(-r s) is known already, as `fade`."""
    if abs(r) < CRITICAL:
        return 1.0 / (1.0 + b * s)
    return r / (b - (b - r) * fade)


@kernel
def alive_integral(b, r, h):
    """Return the integral of `alive_share` over ages 0 to `h`, in days."""
    if abs(r) < CRITICAL:
        return math.log1p(b * h) / b
    return math.log1p(b * math.expm1(r * h) / r) / b


@kernel
def age_of_survivor(u, b, r, h):
    """Return the age of a line drawn uniformly among those alive at the end of `h` days."""
    grown = math.expm1(u * b * alive_integral(b, r, h))
    if abs(r) < CRITICAL:
        return grown / b
    return math.log1p(r * grown / b) / r


@kernel
def geometric_parameter(b, r, s):
    """Return eta, the parameter of the geometric size of a living line of age `s`."""
    if abs(r) < CRITICAL:
        return b * s / (1.0 + b * s)
    # Written with exp(-r s) for growing lines, so that it cannot overflow.
    if r > 0.0:
        fade = math.exp(-r * s)
        return b * (1.0 - fade) / (b - (b - r) * fade)
    grown = math.exp(r * s)
    return b * (grown - 1.0) / (b * grown - (b - r))


@kernel
def survivor_size(rng, b, r, s):
    """Return the size of a line of age `s` given that it lives."""
    return draws.geometric(rng, geometric_parameter(b, r, s))


@kernel
def step(rng, n, b, r, h):
    """Return the number of cells after `h` days from `n` cells.

    Parameters
    ----------
    rng : ndarray of uint64, shape (2,)
        The stream.
    n : float
        Cells at the start, a whole number.
    b, r : float
        Birth rate and net rate per cell and day; the death rate is b - r >= 0.
    h : float
        Days.
    """
    lines = draws.binomial(rng, n, alive_share(b, r, h))
    if lines <= 0.0:
        return 0.0
    eta = geometric_parameter(b, r, h)
    if lines <= 8.0:
        return draws.geometric_sum(rng, eta, lines)
    # A sum of geometrics less one each is a gamma-mixed Poisson.
    return lines + draws.poisson(rng, draws.gamma(rng, lines) * eta / (1.0 - eta))
