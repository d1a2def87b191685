"""What a treatment does to the very same patients: simulated twice, alike until it acts.

No trial can see this. The mean gain is what randomised arms estimate; who gains and who is harmed is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from paget.analysis.shares import Share, share
from paget.analysis.trial_statistics import LEVEL, Estimate
from paget.errors import SettingError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

GAIN_DAY: Final = 30.0
HARM_DAY: Final = 1.0
RESAMPLES: Final = 2000


@dataclass(frozen=True)
class PairedBenefit:
    """What a treatment did to the same patients.

    Parameters
    ----------
    pairs
        Number of patients.
    mean_gain_day, median_gain_day
        Days gained; the mean with its bootstrap interval.
    gaining, harmed
        Shares who gain and who lose.
    """

    pairs: int
    mean_gain_day: Estimate
    median_gain_day: float
    gaining: Share
    harmed: Share


def paired_benefit(
    days_a: ArrayLike,
    days_b: ArrayLike,
    *,
    gain_day: float = GAIN_DAY,
    harm_day: float = HARM_DAY,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> PairedBenefit:
    """Return what the same patients gain under treatment B compared with A.

    Parameters
    ----------
    days_a, days_b
        Each patient's time under A and under B, shape (P,), both seen to their end or cut at one horizon.
    gain_day
        A gain counts where it is longer.
    harm_day
        A loss counts as harm where it is longer.
    resamples
        Bootstrap samples of patients for the interval of the mean.
    seed
        Seed of the bootstrap.

    Raises
    ------
    SettingError
        Where the arrays do not fit together, or a time is missing.
    """
    under_a, under_b = np.asarray(days_a, float), np.asarray(days_b, float)
    if under_a.ndim != 1 or under_a.shape != under_b.shape or not under_a.size:
        raise SettingError(
            "The pairs do not fit together.",
            key="days_b",
            value=(under_a.shape, under_b.shape),
            allowed="two times for each of at least one patient",
            fix="hand over the patients of both arms in the same order",
        )
    gain = under_b - under_a
    if not np.isfinite(gain).all():
        raise SettingError(
            "A time is missing.",
            key="days_a, days_b",
            value=int(np.flatnonzero(~np.isfinite(gain))[0]),
            allowed="times that were seen to their end",
            fix="follow patients until death, or cut both times at one horizon",
        )
    generator = np.random.default_rng(seed)
    means = [float(gain[generator.integers(0, gain.size, gain.size)].mean()) for _ in range(resamples)]
    low, high = np.quantile(means, [0.5 - LEVEL / 2.0, 0.5 + LEVEL / 2.0])
    return PairedBenefit(
        pairs=int(gain.size),
        mean_gain_day=Estimate(float(gain.mean()), float(low), float(high)),
        median_gain_day=float(np.median(gain)),
        gaining=share(int((gain > gain_day).sum()), int(gain.size)),
        harmed=share(int((gain < -harm_day).sum()), int(gain.size)),
    )
