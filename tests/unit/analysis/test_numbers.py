from __future__ import annotations

import numpy as np
import pytest

from paget.analysis.durations import DayCounts
from paget.analysis.shares import share
from paget.analysis.survival import kaplan_meier


def counted(*days: float) -> DayCounts:
    found = DayCounts()
    found.add(np.array(days, dtype=np.float64))
    return found


def test_a_share_has_its_binomial_error_and_wilsons_interval() -> None:
    # 81 of 263, a worked example of Newcombe 1998, Statistics in Medicine 17:857-872.
    found = share(81, 263)
    assert found.standard_error == pytest.approx(np.sqrt(81 / 263 * 182 / 263 / 263))
    assert found.low == pytest.approx(0.2553, abs=5e-5)
    assert found.high == pytest.approx(0.3662, abs=5e-5)


def test_a_share_of_nobody_in_many_has_a_rising_upper_end_only() -> None:
    found = share(0, 20)
    assert (found.share, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(0.1611, abs=5e-5)


def test_a_share_of_nothing_is_unknown() -> None:
    assert share(0, 0).share is None


def test_quantiles_are_those_of_the_sorted_days() -> None:
    days = np.random.default_rng(2).integers(0, 4_000, size=501).astype(float)
    assert counted(*days).quantile(0.5) == np.median(days)


def test_days_that_never_came_are_left_out() -> None:
    found = counted(10.0, np.nan, 30.0, np.nan, 50.0)
    assert found.total == 3
    assert found.quartiles(10.0) == {"count": 3, "q1": 1.0, "median": 3.0, "q3": 5.0}
    assert counted().quantile(0.5) is None


def test_kaplan_meier_gives_the_published_curve_of_the_6_mp_patients() -> None:
    # Freireich et al. 1963, remission in weeks, as in Kaplan-Meier textbooks: S(6)=0.857, S(23)=0.448.
    deaths = counted(6, 6, 6, 7, 10, 13, 16, 22, 23)
    censored = counted(6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
    curve = kaplan_meier(deaths, censored)
    assert curve.day.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert np.round(curve.alive, 3).tolist() == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert curve.median_day()[0] == 23.0
    assert curve.alive_at(5.0) == 1.0
    assert curve.alive_at(12.0) == pytest.approx(0.753, abs=5e-4)


def test_without_censoring_survival_is_the_share_still_alive() -> None:
    days = np.random.default_rng(3).integers(1, 500, size=300).astype(float)
    curve = kaplan_meier(counted(*days), counted())
    alive = np.array([np.mean(days > day) for day in curve.day])
    assert curve.alive == pytest.approx(alive)
    low, high = curve.median_day()[1:]
    assert low is not None
    assert high is not None
    assert low <= np.median(days) <= high


def test_the_interval_of_the_median_covers_the_truth_as_often_as_it_says() -> None:
    # 400 cohorts of 200 with exponential survival: coverage of 95 % has a standard error of 1.1 %, seed 4.
    rng = np.random.default_rng(4)
    covered = 0
    for _ in range(400):
        life, stop = rng.exponential(1000.0, 200), rng.uniform(0.0, 4000.0, 200)
        seen = life <= stop
        _, low, high = kaplan_meier(counted(*life[seen]), counted(*stop[~seen])).median_day()
        covered += (low or 0.0) <= 1000.0 * np.log(2.0) <= (high or np.inf)
    assert 0.915 < covered / 400 < 0.985


def test_a_median_that_is_not_reached_is_unknown() -> None:
    assert kaplan_meier(counted(5), counted(9, 9, 9)).median_day()[0] is None
    assert kaplan_meier(counted(), counted()).median_day()[0] is None
