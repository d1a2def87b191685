"""Targets as a fit sees them: on which scale, how sure, and how much each counts.

A share is compared as a share, so that one near 0 is not fitted to its third digit, and a time or size by its
logarithm. A model is never right: 3 points and 15 % are allowed for that beside what the publication allows.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from paget.inference.quantities import quantity
from paget.inference.scoring import LEAST_SHARE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from paget.inference.targets import Target

    Floats = NDArray[np.float64]

POINTS_OFF: Final = 0.03
"""What a share of a model that is as good as it can be may be off (standard deviation); stated, not measured."""

LOG_OFF: Final = 0.15
"""The same of a time or size, as a logarithm."""

FIGURES_EACH: Final = 4.0
"""As how many figures all those of one quantity count at most: fifteen of survival must not drown the stages."""

_Z_95: Final = 1.959964
_SURE_LOG: Final = 0.1
"""Error taken for the logarithm of a simulated time whose error too few patients tell."""


Figure = tuple[float, float | None]
"""A simulated figure and its Monte Carlo error; not a number where it cannot be computed."""


@dataclass(frozen=True)
class Aim:
    """A target of a fit.

    Parameters
    ----------
    name
        Its full name.
    value
        The published figure: a share, or the logarithm of a time or size.
    variance
        Variance of the published figure and of what a model may be off.
    weight
        As what share of one figure it counts.
    is_share
        Whether it is a share.
    """

    name: str
    value: float
    variance: float
    weight: float
    is_share: bool

    def emulated(self, value: float, se: float | None) -> tuple[float, float]:
        """Return a simulated figure and its variance on the scale that is emulated: a logit, or a logarithm.

        Parameters
        ----------
        value
            The figure.
        se
            Its Monte Carlo error.
        """
        if self.is_share:
            share = min(max(value, LEAST_SHARE), 1.0 - LEAST_SHARE)
            slope = 1.0 / (share * (1.0 - share))
            return math.log(share / (1.0 - share)), (slope * (0.05 if se is None else se)) ** 2
        if not value > 0.0:
            return math.nan, math.nan
        return math.log(value), max(_SURE_LOG if se is None else se / value, 1e-3) ** 2

    def compared(self, emulated: Floats) -> Floats:
        """Return emulated values on the scale on which they are compared: a share, or a logarithm."""
        return 1.0 / (1.0 + np.exp(-emulated)) if self.is_share else emulated

    def slope(self) -> float:
        """Return how far the compared value moves with the emulated one, near the published figure."""
        if not self.is_share:
            return 1.0
        share = min(max(self.value, POINTS_OFF), 1.0 - POINTS_OFF)
        return share * (1.0 - share)


def aims_of(targets: Sequence[Target]) -> tuple[Aim, ...]:
    """Return targets as a fit sees them.

    Parameters
    ----------
    targets
        Targets of quantities that can be computed.
    """
    counts = Counter((target.cancer, target.quantity) for target in targets)
    return tuple(_aim(target, min(1.0, FIGURES_EACH / counts[target.cancer, target.quantity])) for target in targets)


def _aim(target: Target, weight: float) -> Aim:
    is_share = quantity(target.quantity).scale == "share"
    off = POINTS_OFF if is_share else LOG_OFF
    value = target.value if is_share else math.log(target.value)
    return Aim(target.name, value, _published(target, is_share=is_share) + off**2, weight, is_share)


def _published(target: Target, *, is_share: bool) -> float:
    """Return the variance of a published figure by its interval, or by the patients that it rests on."""
    low, high = target.low, target.high
    if low is not None and high is not None:
        ends = (low, high) if is_share else (math.log(max(low, 1e-9)), math.log(max(high, 1e-9)))
        return float(((ends[1] - ends[0]) / (2.0 * _Z_95)) ** 2)
    if is_share and target.n:
        return target.value * (1.0 - target.value) / target.n
    return 0.0
