"""Statistics of arms as a statistician reports them: medians, hazard ratios, differences of shares and means.

Kaplan-Meier curves, the log-rank test, Cox regression and intervals of shares come from statsmodels, which the extra
`trials` brings. Times are days, events are flags (1 seen, 0 censored: the inverse of ADaM's `CNSR`). Intervals hold
95 %. What only a simulation can see, the same patients under both treatments, is in `paired_benefit`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from math import isfinite, log
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from paget.errors import MissingExtraError, SettingError, nearest

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

LEVEL: Final = 0.95
_NO_ESTIMATE: Final = 50.0
"""Standard error of a log hazard ratio above which the likelihood has no maximum: one arm outlives the other wholly."""


@dataclass(frozen=True)
class Estimate:
    """A number with its interval; None where it is not reached or cannot be told.

    Parameters
    ----------
    value
        The estimate.
    low, high
        Its interval.
    """

    value: float | None
    low: float | None
    high: float | None

    def as_dict(self) -> dict[str, float | None]:
        """Return the parts as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class ArmSurvival:
    """How one arm fared.

    Parameters
    ----------
    patients, events
        Counts.
    median_day
        Median time; a bound that is not reached is None.
    surviving
        Shares without the event at the days asked for.
    restricted_mean_day
        Mean time up to the horizon; None where none was asked for.
    """

    patients: int
    events: int
    median_day: Estimate
    surviving: tuple[Estimate, ...]
    restricted_mean_day: Estimate | None


def survival_by_arm(
    days: ArrayLike,
    event: ArrayLike,
    arm: ArrayLike,
    *,
    at_day: Sequence[float] = (),
    horizon_day: float | None = None,
) -> dict[str, ArmSurvival]:
    """Return median, survival at given days and restricted mean of every arm, in order of name.

    Parameters
    ----------
    days, event, arm
        Time, whether it ended with the event, and arm of each patient, shape (P,).
    at_day
        Days at which survival is told.
    horizon_day
        Horizon of the restricted mean.

    Raises
    ------
    SettingError
        Where the arrays do not fit together, or the horizon lies beyond the follow-up of an arm.
    MissingExtraError
        Where statsmodels is not installed.
    """
    times, seen, arms = _checked(days, event, arm)
    told = {}
    for name in np.unique(arms):
        mine = arms == name
        own = times[mine], seen[mine]
        mean = None if horizon_day is None else restricted_mean(*own, horizon_day)
        told[str(name)] = ArmSurvival(int(mine.sum()), int(own[1].sum()), median(*own), survival_at(*own, at_day), mean)
    return told


def median(days: ArrayLike, event: ArrayLike) -> Estimate:
    """Return the median time with its interval (Brookmeyer & Crowley 1982, on the log-log scale).

    Parameters
    ----------
    days, event
        Time, and whether it ended with the event, shape (P,).
    """
    times, seen, _ = _checked(days, event)
    if not seen.any():
        return Estimate(None, None, None)
    curve = _curve(times, seen)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = curve.quantile_ci(0.5, alpha=1.0 - LEVEL, method="cloglog")
    return Estimate(_known(curve.quantile(0.5)), _known(low), _known(high))


def survival_at(days: ArrayLike, event: ArrayLike, at_day: Sequence[float]) -> tuple[Estimate, ...]:
    """Return the shares without the event after given days, with intervals on the log-log scale.

    Parameters
    ----------
    days, event
        Time, and whether it ended with the event, shape (P,).
    at_day
        Days; beyond the longest time nothing can be told, unless nobody is left.
    """
    times, seen, _ = _checked(days, event)
    z = NormalDist().inv_cdf(0.5 + LEVEL / 2.0)
    day, alive, present, died = _steps(times, seen)
    told = []
    for at in at_day:
        passed = int(np.searchsorted(day, at, side="right"))
        share_left = float(alive[passed - 1]) if passed else 1.0
        if at > times.max() and share_left > 0.0:
            told.append(Estimate(None, None, None))
        elif share_left in {0.0, 1.0}:
            told.append(Estimate(share_left, share_left, share_left))
        else:
            gaps = (present - died)[:passed]
            spread = float(np.sqrt((died[:passed] / (present[:passed] * gaps)).sum())) / log(share_left)
            low, high = sorted(share_left ** float(np.exp(sign * z * spread)) for sign in (-1.0, 1.0))
            told.append(Estimate(share_left, low, high))
    return tuple(told)


def restricted_mean(days: ArrayLike, event: ArrayLike, horizon_day: float) -> Estimate:
    """Return the mean time up to a horizon: the area under the Kaplan-Meier curve, with Greenwood's variance.

    Parameters
    ----------
    days, event
        Time, and whether it ended with the event, shape (P,).
    horizon_day
        The horizon; at most the longest time, unless nobody is left then.

    Raises
    ------
    SettingError
        Where the horizon lies beyond the follow-up.
    """
    mean, variance = _restricted_mean(*_checked(days, event)[:2], horizon_day)
    return _around(mean, variance)


def difference_in_restricted_means(
    days: ArrayLike, event: ArrayLike, arm: ArrayLike, horizon_day: float, *, reference: str
) -> dict[str, Estimate]:
    """Return by how many days each arm's restricted mean exceeds the reference's.

    Parameters
    ----------
    days, event, arm
        Time, whether it ended with the event, and arm of each patient, shape (P,).
    horizon_day
        The horizon.
    reference
        The arm to compare with.
    """
    times, seen, arms = _checked(days, event, arm)
    others = _others(arms, reference)
    of = {name: _restricted_mean(times[arms == name], seen[arms == name], horizon_day) for name in (reference, *others)}
    mean, variance = of[reference]
    return {name: _around(of[name][0] - mean, of[name][1] + variance) for name in others}


def log_rank(days: ArrayLike, event: ArrayLike, arm: ArrayLike, *, strata: ArrayLike | None = None) -> float:
    """Return the two-sided p-value of the log-rank test over all arms.

    Parameters
    ----------
    days, event, arm
        Time, whether it ended with the event, and arm of each patient, shape (P,).
    strata
        Stratum of each patient, shape (P,).

    Raises
    ------
    SettingError
        Where there is one arm only, or the arrays do not fit together.
    """
    times, seen, arms = _checked(days, event, arm)
    names, index = np.unique(arms, return_inverse=True)
    _others(arms, str(names[0]))
    if not seen.any():
        return 1.0
    survdiff = _statsmodels("duration.survfunc").survdiff
    return float(survdiff(times, seen.astype(int), index, strata=None if strata is None else np.asarray(strata))[1])


def hazard_ratio(
    days: ArrayLike, event: ArrayLike, arm: ArrayLike, *, reference: str, strata: ArrayLike | None = None
) -> dict[str, Estimate]:
    """Return each arm's hazard as a ratio to the reference's, by Cox regression with Efron's ties.

    Parameters
    ----------
    days, event, arm
        Time, whether it ended with the event, and arm of each patient, shape (P,).
    reference
        The arm to compare with.
    strata
        Stratum of each patient, shape (P,), each with a baseline hazard of its own.

    Returns
    -------
    dict
        By arm; None in all parts where an arm had no event, or one arm's patients all outlived the other's.
    """
    import warnings

    times, seen, arms = _checked(days, event, arm)
    others = _others(arms, reference)
    compared = [name for name in others if seen[arms == name].any()] if seen[arms == reference].any() else []
    ratios = dict.fromkeys(others, Estimate(None, None, None))
    used = np.isin(arms, [reference, *compared])
    if not compared:
        return ratios
    dummies = np.stack([arms[used] == name for name in compared], axis=1).astype(float)
    regression = _statsmodels("duration.hazard_regression").PHReg(
        times[used],
        dummies,
        status=seen[used].astype(int),
        ties="efron",
        strata=None if strata is None else np.asarray(strata)[used],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a likelihood without a maximum shows in its standard error, below
        fitted = regression.fit(disp=0)
    z = NormalDist().inv_cdf(0.5 + LEVEL / 2.0)
    for name, coefficient, error in zip(compared, fitted.params, fitted.bse, strict=True):
        if isfinite(error) and error < _NO_ESTIMATE:
            ratios[name] = Estimate(*(float(np.exp(coefficient + k * z * error)) for k in (0.0, -1.0, 1.0)))
    return ratios


def difference_in_shares(count: int, of: int, reference_count: int, reference_of: int) -> Estimate:
    """Return by how much a share, such as that of responders, exceeds the reference's (Newcombe 1998's interval).

    Parameters
    ----------
    count, of
        How many, out of how many.
    reference_count, reference_of
        The same of the reference.
    """
    if of == 0 or reference_of == 0:
        return Estimate(None, None, None)
    interval = _statsmodels("stats.proportion").confint_proportions_2indep
    low, high = interval(count, of, reference_count, reference_of, method="newcomb", compare="diff", alpha=1.0 - LEVEL)
    return Estimate(count / of - reference_count / reference_of, float(low), float(high))


def _curve(times: Floats, seen: Flags) -> Any:  # noqa: ANN401 - the library has no types
    return _statsmodels("duration.survfunc").SurvfuncRight(times, seen.astype(int))


def _steps(times: Floats, seen: Flags) -> tuple[Floats, Floats, Floats, Floats]:
    """Return days with events, the share left after each, and how many were present and had the event."""
    if not seen.any():
        return np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0)
    curve = _curve(times, seen)
    return curve.surv_times, curve.surv_prob, curve.n_risk, curve.n_events


def _restricted_mean(times: Floats, seen: Flags, horizon_day: float) -> tuple[float, float]:
    """Return the restricted mean and its variance."""
    day, alive, present, died = _steps(times, seen)
    if horizon_day > times.max() and not (alive.size and alive[-1] <= 0.0):
        raise SettingError(
            "The horizon of a restricted mean lies beyond the follow-up.",
            key="horizon_day",
            value=horizon_day,
            allowed=f"at most {float(times.max()):g}, the longest time in the arm",
            fix="name an earlier day, or follow patients for longer",
        )
    within = day < horizon_day
    edges = np.concatenate([[0.0], day[within], [horizon_day]])
    areas = np.diff(edges) * np.concatenate([[1.0], alive[within]])
    after = np.cumsum(areas[:0:-1])[::-1]
    gaps = present[within] - died[within]
    # Where nobody is left the area after is 0, and so is the part of the variance.
    parts = np.where(gaps > 0.0, died[within] / (present[within] * np.maximum(gaps, 1.0)), 0.0)
    return float(areas.sum()), float((after**2 * parts).sum())


def _around(value: float, variance: float) -> Estimate:
    half = NormalDist().inv_cdf(0.5 + LEVEL / 2.0) * variance**0.5
    return Estimate(value, value - half, value + half)


def _known(value: float) -> float | None:
    return float(value) if isfinite(value) else None


def _others(arms: NDArray[np.str_], reference: str) -> list[str]:
    """Return the arms beside the reference."""
    names = [str(name) for name in np.unique(arms)]
    if reference not in names or len(names) == 1:
        raise SettingError(
            "There is no arm to compare." if reference in names else "There is no such arm.",
            key="reference",
            value=reference,
            allowed=names if reference not in names else "two arms or more",
            meant=None if reference in names else nearest(reference, names),
        )
    return [name for name in names if name != reference]


def _checked(days: ArrayLike, event: ArrayLike, arm: ArrayLike = "all") -> tuple[Floats, Flags, NDArray[np.str_]]:
    """Return times, events and names of arms, which have to fit together."""
    times, seen = np.asarray(days, float), np.asarray(event).astype(np.bool_)
    arms = np.asarray(arm).astype(np.str_)
    arms = np.broadcast_to(arms, times.shape) if arms.ndim == 0 else arms
    if times.ndim != 1 or not times.size or seen.shape != times.shape or arms.shape != times.shape:
        raise SettingError(
            "Times, events and arms do not fit together.",
            key="days",
            value=(times.shape, seen.shape, arms.shape),
            allowed="one time, one event and one arm for each of at least one patient",
        )
    if not (times >= 0.0).all():
        raise SettingError(
            "A time is missing or negative.",
            key="days",
            value=float(times[~(times >= 0.0)][0]),
            allowed="0 or more",
            fix="leave out who was not followed",
        )
    return times, seen, arms


def _statsmodels(part: str) -> Any:  # noqa: ANN401 - the library has no types
    try:
        return import_module(f"statsmodels.{part}")
    except ImportError as error:
        raise MissingExtraError("The statistics of trials", "statsmodels", "trials") from error
