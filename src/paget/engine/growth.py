"""Growth of one lesion: exponential while small, Gompertz above, exactly for any step.

With x = ln N and n_s = 1,000 cells: dx/dt = g - i below ln n_s and, above,
dx/dt = g - beta (x - ln n_s) - i (1 - (x - ln n_s) / (ln n_i - ln n_s)), the last term being zero above n_i
(Gomp-ex: Wheldon 1988, ISBN 0852742916; Gompertz in breast cancer: Norton 1988). g is the net rate of a
small lesion less outside kills, i the immune pressure, n_i the size at which immune pressure has faded.
Each piece is linear in x, hence closed. It stops being true where space, not crowding, limits growth
(crusts, hollow organs) and for lesions that regress and regrow with a changed capacity.
"""

from __future__ import annotations

import math

from paget.engine.kernel import kernel

LOG_SMALL = math.log(1000.0)
"""Above this size a lesion follows the deterministic law; below it is counted cell by cell."""
SMALLEST_LARGE = 200.0
"""Cells below which a shrinking clone is counted cell by cell again (hysteresis)."""

NODES = (0.1127016653792583, 0.5, 0.8872983346207417)
WEIGHTS = (0.2777777777777778, 0.4444444444444444, 0.2777777777777778)
"""Three-point Gauss-Legendre rule on [0, 1]."""


@kernel
def relax(u, slope, decay, h):
    """Return the solution after h of du/dt = slope - decay * u."""
    z = decay * h
    if abs(z) < 1e-12:
        return u + slope * h
    fade = math.exp(-z)
    return u * fade + slope * (1.0 - fade) / decay


@kernel
def time_to_reach(u, target, slope, decay):
    """Return the time at which du/dt = slope - decay * u goes from `u` to `target` (it must get there)."""
    if abs(decay) < 1e-14:
        return (target - u) / slope
    return -math.log((target - slope / decay) / (u - slope / decay)) / decay


@kernel
def march(x, h, g, beta, immune, log_immune):
    """Return ln cells after `h` days of growth of a lesion of one clone.

    Parameters
    ----------
    x : float
        ln cells at the start.
    h : float
        Days.
    g, beta, immune : float
        Net small-size growth, crowding and immune pressure, per day.
    log_immune : float
        ln cells above which immune pressure is zero.
    """
    span = log_immune - LOG_SMALL
    for _ in range(8):
        if h <= 0.0:
            return x
        if x < LOG_SMALL:
            slope = g - immune
            end = x + slope * h
            if end <= LOG_SMALL or slope <= 0.0:
                return end
            h -= (LOG_SMALL - x) / slope
            x = LOG_SMALL
        u = x - LOG_SMALL
        fading = immune > 0.0 and u < span
        slope = g - immune if fading else g
        decay = beta - immune / span if fading else beta
        end = relax(u, slope, decay, h)
        low = 0.0 if fading or immune <= 0.0 else span
        high = span if fading else math.inf
        if u <= low and end < u:
            # On a border and falling: the piece below governs.
            if low == 0.0:
                return x + (g - immune) * h
            fading = True
            slope = g - immune
            decay = beta - immune / span
            end = relax(u, slope, decay, h)
            low = 0.0
            high = span
        if low <= end <= high:
            return LOG_SMALL + end
        target = high if end > high else low
        h -= time_to_reach(u, target, slope, decay)
        x = LOG_SMALL + target
        if target == low and low == 0.0:
            return LOG_SMALL + (g - immune) * h
    return x


@kernel
def interpolate(xs, fraction):
    """Return ln cells at a fraction of a segment whose start, three nodes and end are `xs[0:5]`."""
    if fraction <= NODES[0]:
        return xs[0] + (xs[1] - xs[0]) * fraction / NODES[0]
    if fraction <= NODES[1]:
        return xs[1] + (xs[2] - xs[1]) * (fraction - NODES[0]) / (NODES[1] - NODES[0])
    if fraction <= NODES[2]:
        return xs[2] + (xs[3] - xs[2]) * (fraction - NODES[1]) / (NODES[2] - NODES[1])
    return xs[3] + (xs[4] - xs[3]) * (fraction - NODES[2]) / (1.0 - NODES[2])


@kernel
def crossing(xs, level):
    """Return the fraction of a segment at which ln cells first reaches `level`, or -1 if it does not."""
    at = 0.0
    for k in range(4):
        to = NODES[k] if k < 3 else 1.0
        if xs[k] < level <= xs[k + 1]:
            return at + (to - at) * (level - xs[k]) / (xs[k + 1] - xs[k])
        at = to
    return -1.0
