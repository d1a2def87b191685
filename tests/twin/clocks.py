"""Clocks of mean 1 that run down by a hazard known at the three nodes of a segment."""

from __future__ import annotations

import math

from tests.twin.laws import NODES

Hazard = tuple[float, float, float]
"""A hazard times the days of a segment, at its three nodes."""


def spent(hazard: Hazard, fraction: float) -> float:
    """Return the integral over [0, fraction] of the parabola through the nodes (Simpson's rule is exact)."""
    start, middle, end = (_parabola(hazard, s) for s in (0.0, 0.5 * fraction, fraction))
    return max(0.0, fraction * (start + 4.0 * middle + end) / 6.0)


def _parabola(hazard: Hazard, s: float) -> float:
    """Return the parabola through the nodes at a fraction, in Lagrange's form."""
    total = 0.0
    for k, value in enumerate(hazard):
        others = [node for j, node in enumerate(NODES) if j != k]
        total += value * math.prod((s - node) / (NODES[k] - node) for node in others)
    return total


def runs_out(hazard: Hazard, clock: float) -> float | None:
    """Return the fraction at which a clock has run down, if it does, by bisection."""
    if spent(hazard, 1.0) <= clock:
        return None
    low, high = 0.0, 1.0
    for _ in range(48):
        middle = 0.5 * (low + high)
        if spent(hazard, middle) > clock:
            high = middle
        else:
            low = middle
    return high
