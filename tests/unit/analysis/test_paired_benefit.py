from __future__ import annotations

import math

import numpy as np
import pytest

from paget.analysis.paired_benefit import paired_benefit
from paget.errors import SettingError


def test_gains_and_harms_are_counted_patient_by_patient() -> None:
    """Of four, one gains 100 days, one exactly 30, one is as before, and one loses 10."""
    found = paired_benefit([100.0, 100.0, 100.0, 100.0], [200.0, 130.0, 100.0, 90.0])
    assert (found.pairs, found.mean_gain_day.value, found.median_gain_day) == (4, 30.0, 15.0)
    assert (found.gaining.count, found.harmed.count) == (1, 1)


def test_the_interval_of_the_mean_is_that_of_theory_and_the_same_each_time() -> None:
    """With 400 pairs the bootstrap interval is within 10 % of the normal one (seed 1), and a seed repeats it."""
    gain = np.random.default_rng(1).exponential(50.0, 400)
    found = paired_benefit(np.zeros(400), gain, seed=7).mean_gain_day
    assert found.low is not None
    assert found.high is not None
    half = 1.959964 * gain.std(ddof=1) / math.sqrt(400.0)
    assert (found.high - found.low) / 2.0 == pytest.approx(half, rel=0.1)
    assert found == paired_benefit(np.zeros(400), gain, seed=7).mean_gain_day
    assert found != paired_benefit(np.zeros(400), gain, seed=8).mean_gain_day


def test_pairs_that_are_no_pairs_are_refused() -> None:
    """Arms of different length, and a time not seen to its end, are errors of the user."""
    with pytest.raises(SettingError, match="pairs"):
        paired_benefit([1.0, 2.0], [1.0])
    with pytest.raises(SettingError, match="missing"):
        paired_benefit([1.0, 2.0], [1.0, float("nan")])
