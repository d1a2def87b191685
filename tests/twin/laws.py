"""The laws in closed form: birth-death lines (Kendall 1948), Gomp-ex growth, and functions along a path."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tests.twin.streams import Stream

LOG_SMALL = math.log(1000.0)
LOG_SHRUNK = math.log(200.0)
NODES = (0.1127016653792583, 0.5, 0.8872983346207417)
"""Gauss-Legendre nodes on [0, 1]."""
WEIGHTS = (5.0 / 18.0, 8.0 / 18.0, 5.0 / 18.0)
STATIONS = (0.0, *NODES, 1.0)
NEARLY_CRITICAL = 1e-9
MOST_OF_BIRTH = 0.999
"""A net rate is at most this share of the birth rate, so that some cells always die."""


def exp(x: float) -> float:
    """Return e**x, infinite where a double overflows."""
    return math.exp(x) if x < 709.0 else math.inf


def living_share(birth: float, net: float, age: float) -> float:
    """Return the chance that a line of an age has a living cell."""
    if abs(net) < NEARLY_CRITICAL:
        return 1.0 / (1.0 + birth * age)
    death = birth - net
    return net / (birth - death * exp(-net * age))


def living_days(birth: float, net: float, h: float) -> float:
    """Return the integral of `living_share` over ages 0 to h."""
    span = h if abs(net) < NEARLY_CRITICAL else math.expm1(net * h) / net
    return math.log1p(birth * span) / birth


def age_of_living_line(u: float, birth: float, net: float, h: float) -> float:
    """Return the age that a share u of the lines have not passed that began within h and live at its end."""
    span = math.expm1(u * birth * living_days(birth, net, h)) / birth
    if abs(net) < NEARLY_CRITICAL:
        return span
    return math.log1p(net * span) / net


def size_parameter(birth: float, net: float, age: float) -> float:
    """Return the parameter of the geometric law of a living line's size."""
    if abs(net) < NEARLY_CRITICAL:
        return birth * age / (1.0 + birth * age)
    death = birth - net
    if net < 0.0:
        grown = math.exp(net * age)
        return birth * (grown - 1.0) / (birth * grown - death)
    fade = math.exp(-net * age)
    return birth * (1.0 - fade) / (birth - death * fade)


def size_of_living_line(stream: Stream, birth: float, net: float, age: float) -> int:
    """Return the size of a line that lives at an age."""
    return stream.geometric(size_parameter(birth, net, age))


def after(stream: Stream, cells: int, birth: float, net: float, h: float) -> int:
    """Return the cells that a number of cells has become after h days."""
    lines = stream.binomial(cells, living_share(birth, net, h))
    if lines == 0:
        return 0
    eta = size_parameter(birth, net, h)
    if lines <= 8:
        return sum(stream.geometric(eta) for _ in range(lines))
    return lines + stream.poisson(stream.gamma(float(lines)) * eta / (1.0 - eta))


def drift(x: float, h: float, slope: float, decay: float) -> float:
    """Return x after h of dx/dt = slope - decay * x."""
    if abs(decay * h) < 1e-12:
        return x + slope * h
    rest = slope / decay
    return rest + (x - rest) * math.exp(-decay * h)


def wait(x: float, target: float, slope: float, decay: float) -> float:
    """Return how long dx/dt = slope - decay * x takes from x to a target that it reaches."""
    if abs(decay) < 1e-14:
        return (target - x) / slope
    rest = slope / decay
    return math.log((x - rest) / (target - rest)) / decay


def grow(x: float, h: float, growth: float, crowding: float, immune: float, log_immune: float) -> float:
    """Return ln cells after h days.

    The rate is growth - crowding * v - immune * f, where v is ln cells beyond ln 1000 (0 below) and f falls
    from 1 at 1000 cells to 0 at the immune size. It is linear in each of three ranges.
    """
    fading = log_immune - LOG_SMALL
    v = x - LOG_SMALL
    for _ in range(8):
        if h <= 0.0:
            break
        at = growth - max(v, 0.0) * crowding - immune * (min(max(1.0 - v / fading, 0.0), 1.0) if immune > 0.0 else 0.0)
        low, high, slope, decay = _range_of(v, growth, crowding, immune, fading, falling=at < 0.0)
        end = drift(v, h, slope, decay)
        if low <= end <= high:
            v = end
            break
        border = high if end > high else low
        h -= wait(v, border, slope, decay)
        v = border
    return LOG_SMALL + v


def _range_of(
    v: float, growth: float, crowding: float, immune: float, fading: float, *, falling: bool
) -> tuple[float, float, float, float]:
    """Return (low, high, slope, decay) of the range that holds v: at a border, of the lower if v falls."""
    if v < 0.0 or (v <= 0.0 and falling):
        return -math.inf, 0.0, growth - immune, 0.0
    if immune > 0.0 and (v < fading or (v <= fading and falling)):
        return 0.0, fading, growth - immune, crowding - immune / fading
    return (fading if immune > 0.0 else 0.0), math.inf, growth, crowding


def along(values: Sequence[float], fraction: float) -> float:
    """Return the value at a fraction of a segment, on straight lines between the five stations."""
    k = next((k for k in range(3) if fraction <= STATIONS[k + 1]), 3)
    share = (fraction - STATIONS[k]) / (STATIONS[k + 1] - STATIONS[k])
    return values[k] + (values[k + 1] - values[k]) * share


def first_reach(values: Sequence[float], level: float) -> float | None:
    """Return the fraction at which a rising path passes a level, if it does."""
    for k in range(4):
        low, high = values[k], values[k + 1]
        if low < level <= high:
            return STATIONS[k] + (STATIONS[k + 1] - STATIONS[k]) * (level - low) / (high - low)
    return None
