from __future__ import annotations

import math
import sys

import numpy as np
import pytest

from paget.analysis import trial_statistics as statistics
from paget.errors import MissingExtraError, SettingError

# Weeks of remission under 6-mercaptopurine and placebo, plus for censored (Freireich et al. 1963, as in Cox 1972).
TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"
WORDS = TREATED.split() + PLACEBO.split()
TIMES = np.array([float(word.rstrip("+")) for word in WORDS])
EVENT = np.array([not word.endswith("+") for word in WORDS])
ARM = np.repeat(["6-MP", "placebo"], 21)


def test_the_classical_remission_data_give_their_known_medians() -> None:
    """Median remission is 23 weeks under 6-MP and 8 under placebo; that under 6-MP has no known upper bound."""
    arms = statistics.survival_by_arm(TIMES, EVENT, ARM)
    assert {name: arm.median_day.value for name, arm in arms.items()} == {"6-MP": 23.0, "placebo": 8.0}
    assert {name: (arm.patients, arm.events) for name, arm in arms.items()} == {"6-MP": (21, 9), "placebo": (21, 21)}
    assert arms["6-MP"].median_day.high is None


def test_the_classical_remission_data_give_their_known_tests() -> None:
    """The log-rank statistic is 16.79, and placebo's hazard e^1.572 times that of 6-MP (standard error 0.412)."""
    assert statistics.log_rank(TIMES, EVENT, ARM) == pytest.approx(math.erfc(math.sqrt(16.79 / 2.0)), rel=0.01)
    ratio = statistics.hazard_ratio(TIMES, EVENT, ARM, reference="6-MP")["placebo"]
    expected = [math.exp(1.572 + k * 1.96 * 0.412) for k in (0.0, -1.0, 1.0)]
    assert [ratio.value, ratio.low, ratio.high] == pytest.approx(expected, rel=0.005)
    inverse = statistics.hazard_ratio(TIMES, EVENT, ARM, reference="placebo")["6-MP"]
    assert inverse.value == pytest.approx(math.exp(-1.572), rel=0.005)


def test_survival_at_a_day_is_the_product_over_events() -> None:
    """Of 21 three relapse in week 6, of the 17 left one in week 7, of the 15 left one in week 10: 0.7529."""
    first, at_ten, far = statistics.survival_at(TIMES[:21], EVENT[:21], [5.0, 10.0, 40.0])
    expected = (18 / 21) * (16 / 17) * (14 / 15)
    assert at_ten.value == pytest.approx(expected)
    spread = math.sqrt(3 / (21 * 18) + 1 / (17 * 16) + 1 / (15 * 14)) / math.log(expected)
    bounds = sorted(expected ** math.exp(sign * 1.959964 * spread) for sign in (-1.0, 1.0))
    assert [at_ten.low, at_ten.high] == pytest.approx(bounds)
    assert first.value == 1.0
    assert far.value is None
    assert statistics.survival_at(TIMES[21:], EVENT[21:], [40.0])[0].value == 0.0


def test_a_restricted_mean_is_the_area_under_the_curve() -> None:
    """Of events after 1, 2 and 4 days and a horizon of 3 days, the mean is 1 + 2/3 + 1/3 days, by hand."""
    found = statistics.restricted_mean([1.0, 2.0, 4.0], [1, 1, 1], 3.0)
    assert found.value == pytest.approx(2.0)
    variance = 1.0**2 / (3 * 2) + (1 / 3) ** 2 / (2 * 1)
    assert found.high is not None
    assert found.high == pytest.approx(2.0 + 1.959964 * math.sqrt(variance))


def test_a_restricted_mean_without_censoring_is_the_mean_of_times_cut_at_the_horizon() -> None:
    """With everybody followed to the end it is a plain mean, and the difference one of plain means."""
    plain = np.minimum(TIMES[21:], 12.0)
    found = statistics.restricted_mean(TIMES[21:], EVENT[21:], 12.0)
    assert found.value == pytest.approx(plain.mean())
    difference = statistics.difference_in_restricted_means(TIMES, EVENT, ARM, 12.0, reference="placebo")["6-MP"]
    treated = statistics.restricted_mean(TIMES[:21], EVENT[:21], 12.0)
    assert treated.value is not None
    assert difference.value == pytest.approx(treated.value - plain.mean())


def test_a_horizon_beyond_the_follow_up_is_refused() -> None:
    """The mean up to 40 weeks cannot be told where the last patient was followed for 35."""
    with pytest.raises(SettingError, match="beyond the follow-up"):
        statistics.restricted_mean(TIMES[:21], EVENT[:21], 40.0)
    beyond = statistics.restricted_mean(TIMES[21:], EVENT[21:], 40.0)
    assert beyond.value == pytest.approx(TIMES[21:].mean())


def test_more_than_two_arms_are_each_compared_with_the_reference() -> None:
    """Three arms of exponential times at hazards 1, 2 and 0.5 have these ratios within their interval (seed 3)."""
    rng = np.random.default_rng(3)
    arm = np.repeat(["control", "fast", "slow"], 400)
    times = rng.exponential(100.0 / np.repeat([1.0, 2.0, 0.5], 400))
    event, times = times < 150.0, np.minimum(times, 150.0)
    ratios = statistics.hazard_ratio(times, event, arm, reference="control")
    for name, true in (("fast", 2.0), ("slow", 0.5)):
        low, high = ratios[name].low, ratios[name].high
        assert low is not None
        assert high is not None
        assert low < true < high
    assert statistics.log_rank(times, event, arm) < 1e-6


def test_strata_keep_centres_apart() -> None:
    """Arms that differ only because centres do are alike within centres."""
    times = np.concatenate([np.arange(1.0, 41.0), np.arange(1.0, 41.0) * 100.0])
    centre = np.repeat(["north", "south"], 40)
    arm = np.where(np.arange(80) % 4 < np.where(centre == "north", 1, 3), "a", "b")
    event = np.ones(80, np.bool_)
    assert statistics.log_rank(times, event, arm) < 0.05
    assert statistics.log_rank(times, event, arm, strata=centre) > 0.3
    ratio = statistics.hazard_ratio(times, event, arm, reference="b", strata=centre)["a"]
    assert ratio.low is not None
    assert ratio.high is not None
    assert ratio.low < 1.0 < ratio.high


@pytest.mark.parametrize("event", [[0, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 1]])
def test_a_hazard_ratio_without_a_maximum_is_not_told(event: list[int]) -> None:
    """With no event in an arm, or one arm wholly outliving the other, there is no estimate and no warning."""
    ratio = statistics.hazard_ratio([1.0, 2.0, 3.0, 4.0], event, ["a", "a", "b", "b"], reference="a")["b"]
    assert ratio == statistics.Estimate(None, None, None)


def test_without_events_nothing_differs() -> None:
    """Where nobody had the event the p-value is 1 and no median is reached."""
    assert statistics.log_rank([1.0, 2.0], [0, 0], ["a", "b"]) == 1.0
    assert statistics.median([1.0, 2.0], [0, 0]) == statistics.Estimate(None, None, None)


def test_a_difference_of_shares_has_newcombes_interval() -> None:
    """56 of 70 against 48 of 80 differ by 0.20 with the interval 0.0524 to 0.3339 of Newcombe's own example."""
    found = statistics.difference_in_shares(56, 70, 48, 80)
    assert [found.value, found.low, found.high] == pytest.approx([0.20, 0.0524, 0.3339], abs=5e-5)
    assert statistics.difference_in_shares(0, 0, 1, 2).value is None


def test_what_does_not_fit_is_told() -> None:
    """Arrays of different lengths, a missing time, an unknown reference and a single arm are errors of the user."""
    with pytest.raises(SettingError, match="fit together"):
        statistics.log_rank([1.0, 2.0], [1], ["a", "b"])
    with pytest.raises(SettingError, match="missing or negative"):
        statistics.median([1.0, float("nan")], [1, 1])
    with pytest.raises(SettingError, match="no such arm") as caught:
        statistics.hazard_ratio(TIMES, EVENT, ARM, reference="placebos")
    assert caught.value.meant == "placebo"
    with pytest.raises(SettingError, match="no arm to compare"):
        statistics.log_rank([1.0], [1], ["a"])


def test_a_missing_library_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without statsmodels the error says which extra brings it."""
    for name in [name for name in sys.modules if name.startswith("statsmodels")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "statsmodels", None)
    with pytest.raises(MissingExtraError, match="statsmodels") as caught:
        statistics.log_rank(TIMES, EVENT, ARM)
    assert caught.value.fix == "pip install 'paget[trials]'"
