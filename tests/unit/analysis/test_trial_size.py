from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from paget.analysis.trial_size import number_of_events, power, sample_size_by_simulation
from paget.errors import SettingError

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


@pytest.mark.parametrize(
    ("ratio", "wanted", "share_treated", "expected"),
    [(0.5, 0.8, 0.5, 66), (0.7, 0.9, 0.5, 331), (0.5, 0.8, 2 / 3, 74), (2.0, 0.8, 0.5, 66)],
)
def test_events_needed_are_those_of_the_formula(
    ratio: float, wanted: float, share_treated: float, expected: int
) -> None:
    """Halving a hazard takes 4 x 7.849 / ln(2)^2 = 65.3 events, and more where arms are unequal."""
    assert expected == number_of_events(ratio, wanted_power=wanted, share_treated=share_treated)


def _simulated(patients: int, trials: int) -> Array:
    """Return p-values of trials that measure a mean of 0.5 standard deviations in each patient."""
    z = np.abs(np.random.default_rng(patients).normal(0.5, 1.0, (trials, patients)).mean(axis=1)) * patients**0.5
    return np.array([math.erfc(value / 2.0**0.5) for value in z])


def test_power_is_the_share_of_trials_that_succeed() -> None:
    """A mean of 0.5 in 32 patients is found in 80.7 % of trials (seed 32, alpha 0.001)."""
    expected = NormalDist().cdf(0.5 * 32**0.5 - 1.959964)
    found = power(lambda trials: _simulated(32, trials), 4000)
    assert found.share is not None
    assert abs(found.share - expected) < 3.29 * math.sqrt(expected * (1.0 - expected) / 4000)


def test_the_smallest_number_of_patients_that_is_enough_is_found() -> None:
    """Of 16, 36 and 64 patients, 36 are enough for 80 %; larger trials are not tried."""
    number, tried = sample_size_by_simulation(_simulated, [64, 36, 16], 2000)
    assert number == 36
    assert list(tried) == [16, 36]
    assert sample_size_by_simulation(_simulated, [4, 8], 500)[0] is None


def test_what_is_no_trial_is_told() -> None:
    """A hazard ratio of 1, a chance of 2, and trials without a p-value each are errors of the user."""
    with pytest.raises(SettingError, match="hazards apart"):
        number_of_events(1.0)
    with pytest.raises(SettingError, match="no chance"):
        number_of_events(0.5, wanted_power=2.0)
    with pytest.raises(SettingError, match="p-value each"):
        power(lambda _: [0.5], 2)
    with pytest.raises(SettingError, match="p-value each"):
        power(lambda _: [0.5, float("nan")], 2)
