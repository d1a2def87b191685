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
    return age_within(u, b, r, alive_integral(b, r, h))


@leaf
def age_within(u, b, r, area):
    """Return `age_of_survivor` where `alive_integral` of the whole span is known already, as `area`."""
    grown = math.expm1(u * b * area)
    if abs(r) < CRITICAL:
        return grown / b
    return math.log1p(r * grown / b) / r


@leaf
def growing_parameter(b, r, fade):
    """Return `geometric_parameter` for a growing line where exp(-r s) is known already, as `fade`."""
    return b * (1.0 - fade) / (b - (b - r) * fade)


@kernel
def geometric_parameter(b, r, s):
    """Return eta, the parameter of the geometric size of a living line of age `s`."""
    if abs(r) < CRITICAL:
        return b * s / (1.0 + b * s)
    # Written with exp(-r s) for growing lines, so that it cannot overflow.
    if r > 0.0:
        return growing_parameter(b, r, math.exp(-r * s))
    grown = math.exp(r * s)
    return b * (grown - 1.0) / (b * grown - (b - r))


@leaf
def parameter_of(b, r, fade, s):
    """Return `geometric_parameter` where exp(-r s) is known already, as `fade`."""
    return growing_parameter(b, r, fade) if r >= CRITICAL else geometric_parameter(b, r, s)


@kernel
def survivor_size(rng, b, r, s):
    """Return the size of a line of age `s` given that it lives."""
    return draws.geometric(rng, geometric_parameter(b, r, s))


@leaf
def survivor_size_of(rng, b, r, fade, s):
    """Return `survivor_size` where exp(-r s) is known already, as `fade`."""
    return draws.geometric(rng, parameter_of(b, r, fade, s))


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
    fade = math.exp(-r * h)
    lines = draws.binomial(rng, n, alive_share_of(b, r, fade, h))
    if lines <= 0.0:
        return 0.0
    eta = parameter_of(b, r, fade, h)
    if lines <= 8.0:
        return draws.geometric_sum(rng, eta, lines)
    # A sum of geometrics less one each is a gamma-mixed Poisson.
    return lines + draws.poisson(rng, draws.gamma(rng, lines) * eta / (1.0 - eta))
