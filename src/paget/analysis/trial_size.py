"""How large a trial has to be: by formula, and by simulating trials and counting those that succeed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import ceil, log
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from paget.analysis.shares import Share, share
from paget.errors import SettingError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def number_of_events(
    ratio: float, *, alpha: float = 0.05, wanted_power: float = 0.8, share_treated: float = 0.5
) -> int:
    """Return how many events a log-rank test needs (Schoenfeld 1983, Biometrics 39, 499).

    Parameters
    ----------
    ratio
        Hazard ratio to be found.
    alpha
        Two-sided.
    wanted_power
        Chance of finding it.
    share_treated
        Share of patients in one of the two arms.

    Raises
    ------
    SettingError
        Where the ratio is 1 or not positive, or a chance is not between 0 and 1.
    """
    if ratio <= 0.0 or ratio == 1.0:
        raise SettingError(
            "No number of events tells these hazards apart.", key="ratio", value=ratio, allowed="above 0, and not 1"
        )
    for key, chance in (("alpha", alpha), ("wanted_power", wanted_power), ("share_treated", share_treated)):
        if not 0.0 < chance < 1.0:
            raise SettingError("This is no chance.", key=key, value=chance, allowed="between 0 and 1")
    normal = NormalDist()
    z = normal.inv_cdf(1.0 - alpha / 2.0) + normal.inv_cdf(wanted_power)
    return ceil(z**2 / (share_treated * (1.0 - share_treated) * log(ratio) ** 2))


def power(simulate_p_values: Callable[[int], ArrayLike], trials: int, *, alpha: float = 0.05) -> Share:
    """Return the share of simulated trials whose p-value is at most alpha, with its uncertainty.

    Parameters
    ----------
    simulate_p_values
        Called once with the number of trials, returns as many p-values.
    trials
        How many trials to simulate.
    alpha
        Two-sided where the p-values are.

    Raises
    ------
    SettingError
        Where another number of p-values comes back, or one that is none.
    """
    values = np.asarray(simulate_p_values(trials), float)
    if values.shape != (trials,) or not ((values >= 0.0) & (values <= 1.0)).all():
        raise SettingError(
            "The simulated trials gave no p-value each.",
            key="simulate_p_values",
            value=values.shape,
            allowed=f"{trials} numbers from 0 to 1",
            fix="return one p-value for each trial",
        )
    return share(int((values <= alpha).sum()), trials)


def sample_size_by_simulation(
    simulate_p_values: Callable[[int, int], ArrayLike],
    patients: Sequence[int],
    trials: int,
    *,
    wanted_power: float = 0.8,
    alpha: float = 0.05,
) -> tuple[int | None, dict[int, Share]]:
    """Return the smallest number of patients with which enough simulated trials succeed, and the power of those tried.

    Parameters
    ----------
    simulate_p_values
        Called with a number of patients and of trials, returns as many p-values as trials.
    patients
        Numbers of patients to try; the smallest first, until one is enough.
    trials
        Trials to simulate with each.
    wanted_power
        Chance of success that is enough.
    alpha
        As in `power`.
    """
    tried: dict[int, Share] = {}
    for number in sorted(patients):
        tried[number] = power(partial(simulate_p_values, number), trials, alpha=alpha)
        if (tried[number].share or 0.0) >= wanted_power:
            return number, tried
    return None, tried
