"""Clocks of mean 1 that run down by an integrated hazard, read at the three nodes of a segment.

Within a segment the hazard is the parabola through its nodes, whose integral over the whole is the
three-point Gauss rule. It stops being true for hazards that turn sharply within one interval.
"""

from __future__ import annotations

from paget.engine.growth import NODES
from paget.engine.kernel import kernel

HALF_WIDTH = NODES[2] - NODES[1]
PRECISE = 1e-12
"""Fraction of a segment to which the end of a clock is found."""


@kernel
def integral_to(f, s):
    """Return the integral over [0, s] of the parabola through the three nodes of `f` (hazard times days)."""
    z, z0 = (s - 0.5) / HALF_WIDTH, -0.5 / HALF_WIDTH
    slope = 0.25 * (f[2] - f[0])
    bend = (f[2] - 2.0 * f[1] + f[0]) / 6.0
    upper = z * (f[1] + z * (slope + z * bend))
    lower = z0 * (f[1] + z0 * (slope + z0 * bend))
    return max(0.0, HALF_WIDTH * (upper - lower))


@kernel
def fraction_at(f, clock):
    """Return the fraction s at which the integral of `f` over [0, s] reaches `clock`, or 2 if it does not."""
    if integral_to(f, 1.0) <= clock:
        return 2.0
    slope, bend = 0.25 * (f[2] - f[0]), (f[2] - 2.0 * f[1] + f[0]) / 6.0
    z0 = -0.5 / HALF_WIDTH
    passed = clock / HALF_WIDTH + z0 * (f[1] + z0 * (slope + z0 * bend))
    low, high, s = 0.0, 1.0, 0.5
    for _ in range(60):
        z = (s - 0.5) / HALF_WIDTH
        over = z * (f[1] + z * (slope + z * bend)) - passed
        if over > 0.0:
            high = s
        else:
            low = s
        # Newton's step, or half of what is left where that leads outside.
        rate = f[1] + z * (2.0 * slope + 3.0 * z * bend)
        step = HALF_WIDTH * over / rate if rate > 0.0 else 2.0
        s -= step
        if not low < s < high:
            s = 0.5 * (low + high)
        elif abs(step) < PRECISE:
            return s
        if high - low < PRECISE:
            return high
    return high
