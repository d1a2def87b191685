"""Estimates and their Monte Carlo errors, against numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from paget.analysis.shares import Z_95
from paget.inference.estimates import alive_at, gone_at, mean_of, median_of, median_survival, share_of
from paget.inference.strata import NotComputableError

DAYS = np.array([100.0, 200.0, 300.0, 400.0])
DIED = np.array([True, False, True, False])


def test_a_share_of_two_in_four_has_wilsons_error() -> None:
    """At a half Wilson's half-width over z is 1 / (2 sqrt(n + z^2)): 0.1786 for four patients."""
    found = share_of(np.array([True, True, False, False, True]), np.array([True, True, True, True, False]))
    assert (found.value, found.n) == (0.5, 4)
    assert found.se == pytest.approx(1.0 / (2.0 * math.sqrt(4.0 + Z_95**2)))


def test_a_share_of_nobody_is_no_share() -> None:
    """Without patients there is nothing to tell."""
    with pytest.raises(NotComputableError, match="no simulated patient"):
        share_of(np.zeros(3, bool), np.zeros(3, bool))


def test_survival_counts_those_at_risk() -> None:
    """One of four dies at 100 days and one of two at 300: 3/4 times 1/2 are alive at 350."""
    assert alive_at(DAYS, DIED, 350.0).value == 0.375
    assert alive_at(DAYS, DIED, 99.0).value == 1.0
    assert gone_at(DAYS, DIED, 350.0).value == 0.625


def test_survival_beyond_follow_up_is_not_told() -> None:
    """Nobody was followed for 401 days, and somebody was alive to the end."""
    with pytest.raises(NotComputableError, match="followed for 401 days"):
        alive_at(DAYS, DIED, 401.0)


def test_survival_after_the_last_death_is_nothing() -> None:
    """Where all died, none is alive afterwards, however late it is asked."""
    assert alive_at(DAYS, np.ones(4, bool), 1000.0).value == 0.0


def test_the_error_of_survival_is_greenwoods() -> None:
    """With 40 of 100 dead, nobody lost, the interval's half-width over z is near sqrt(0.6 * 0.4 / 100) = 0.049."""
    days, died = np.arange(100.0) + 1.0, np.arange(100) < 40
    assert alive_at(days, died, 50.0).se == pytest.approx(0.049, abs=0.001)


def test_the_median_of_lives_is_the_day_by_which_half_are_dead() -> None:
    """Of ten, twenty, thirty and forty days the median life is twenty."""
    assert median_survival(np.array([10.0, 20.0, 30.0, 40.0]), np.ones(4, bool)).value == 20.0


def test_a_median_that_is_not_reached_is_not_told() -> None:
    """With three of four alive at the end, half have not died."""
    with pytest.raises(NotComputableError, match="live on"):
        median_survival(DAYS, np.array([True, False, False, False]))


def test_the_error_of_a_median_comes_from_ranks() -> None:
    """Of 0 to 99 the 95 % interval goes by rank 49.5 +- 9.8, from 39 to 60: 21 over 2 z is 5.36."""
    found = median_of(np.arange(100.0)[::-1])
    assert found.value == 49.5
    assert found.se == pytest.approx(21.0 / (2.0 * Z_95))
    assert median_of(np.array([7.0])).se is None


def test_the_error_of_a_mean_is_its_standard_error() -> None:
    """Of 1, 2 and 3 the standard deviation is 1, and the error 1 / sqrt(3)."""
    found = mean_of(np.array([1.0, 2.0, 3.0]))
    assert found.value == 2.0
    assert found.se == pytest.approx(1.0 / math.sqrt(3.0))
