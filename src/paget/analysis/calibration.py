"""How good probabilities are: whether what is said to be 70 % happens in 70 of 100, and how much is known at all.

A forecast gives each case a probability for each of several outcomes. Cases may carry weights, so that simulated
groups of equal size can stand for a population in which they are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BINS: Final = 10
"""Bins of equal width over probabilities from 0 to 1."""


@dataclass(frozen=True)
class Curve:
    """A calibration curve over `BINS` bins of probability; NaN where a bin is empty.

    Parameters
    ----------
    said : ndarray, shape (BINS,)
        Mean probability of the cases in a bin.
    came : ndarray, shape (BINS,)
        Share of them in which it came true.
    weight : ndarray, shape (BINS,)
        Share of all cases.
    """

    said: Floats
    came: Floats
    weight: Floats

    @property
    def error(self) -> float:
        """Expected calibration error: mean distance of the curve from the diagonal, over cases."""
        return float(np.nansum(self.weight * np.abs(self.said - self.came)))


@dataclass(frozen=True)
class Scores:
    """How good the forecasts of a set of cases are.

    Parameters
    ----------
    accuracy
        Share of cases whose likeliest outcome is the true one.
    log_score
        Mean of -ln of the probability of the truth; 0 is perfect.
    curve
        Calibration of the probability of the likeliest outcome.
    """

    accuracy: float
    log_score: float
    curve: Curve


@dataclass(frozen=True)
class OutcomeScores:
    """How good forecasts are for one outcome.

    Parameters
    ----------
    found
        Share of its cases in which it was the likeliest.
    right
        Share of cases in which it was the likeliest that it came true.
    curve
        Calibration of its probability, over all cases.
    """

    found: float
    right: float
    curve: Curve


def scores(probability: Floats, truth: Integers, weight: Floats | None = None) -> Scores:
    """Return how good forecasts are.

    Parameters
    ----------
    probability : ndarray, shape (P, O)
        Probabilities; rows sum to 1.
    truth : ndarray of int64, shape (P,)
        What came.
    weight : ndarray, shape (P,), optional
        Weights of the cases; equal if None.
    """
    share = _shares(truth, weight)
    right = probability.argmax(axis=1) == truth
    given = probability[np.arange(truth.size), truth]
    return Scores(
        accuracy=float(share @ right),
        log_score=float(-(share @ np.log(given))),
        curve=curve(probability.max(axis=1), right, share),
    )


def outcome_scores(probability: Floats, truth: Integers, outcome: int, weight: Floats | None = None) -> OutcomeScores:
    """Return how good forecasts are for one outcome, by its position; see `scores`."""
    share = _shares(truth, weight)
    likeliest, came = probability.argmax(axis=1) == outcome, truth == outcome
    both = float(share @ (likeliest & came))
    return OutcomeScores(
        found=both / float(share @ came),
        right=both / max(float(share @ likeliest), np.finfo(float).tiny),
        curve=curve(probability[:, outcome], came, share),
    )


def curve(said: Floats, came: NDArray[np.bool_], weight: Floats) -> Curve:
    """Return a calibration curve.

    Parameters
    ----------
    said : ndarray, shape (P,)
        Probabilities.
    came : ndarray of bool, shape (P,)
        Whether it came true.
    weight : ndarray, shape (P,)
        Weights, which sum to 1.
    """
    which = np.minimum((said * BINS).astype(np.int64), BINS - 1)
    total = np.bincount(which, weight, BINS).astype(np.float64)
    empty = total == 0.0
    safe = np.where(empty, 1.0, total)
    means = (np.bincount(which, weight * values, BINS) / safe for values in (said, came))
    said_mean, came_mean = (np.where(empty, np.nan, mean) for mean in means)
    return Curve(said_mean, came_mean, total)


def _shares(truth: Integers, weight: Floats | None) -> Floats:
    whole = np.ones(truth.size) if weight is None else weight
    return np.asarray(whole / whole.sum())
