"""Targets as a fit sees them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from paget.inference.aims import aims_of
from paget.inference.targets import Target


def _stages(count: int) -> list[Target]:
    return [Target("colorectal", "stage_share", f"stage=IV;age={age}-", 0.2) for age in range(40, 40 + count)]


def test_many_figures_of_one_quantity_count_as_four() -> None:
    """Sixteen stage shares count as four figures, a quarter each, and a single size as one."""
    size = Target("colorectal", "primary_diameter_median", "at=diagnosis", 45.0)
    weights = [aim.weight for aim in aims_of([*_stages(16), size])]
    assert weights == pytest.approx([0.25] * 16 + [1.0])


def test_a_share_may_be_off_by_three_points_and_by_what_its_source_allows() -> None:
    """A share of 20 % of 400 patients has the variance of its sampling, and 3 points of the model."""
    aim = aims_of([Target("colorectal", "stage_share", "stage=IV", 0.2, n=400)])[0]
    assert aim.variance == pytest.approx(0.02**2 + 0.03**2)
    assert aim.compared(np.array([0.0])) == pytest.approx([0.5])


def test_a_time_is_compared_by_its_logarithm() -> None:
    """A median of 10 months (5 to 20) has the variance of its interval's logarithm, and 15 % of the model."""
    aim = aims_of([Target("colorectal", "untreated_survival_median", "stage=IV", 10.0, 5.0, 20.0)])[0]
    assert aim.value == pytest.approx(math.log(10.0))
    assert aim.variance == pytest.approx((math.log(4.0) / 3.92) ** 2 + 0.15**2, rel=1e-4)
    value, variance = aim.emulated(20.0, 2.0)
    assert (value, variance) == pytest.approx((math.log(20.0), 0.01))


def test_a_share_is_emulated_as_a_logit_with_the_error_of_one() -> None:
    """An error of 2 points at a half is one of 0.08 in the logit, and a share of 0 has a logit all the same."""
    aim = aims_of([Target("colorectal", "stage_share", "stage=IV", 0.2)])[0]
    assert aim.emulated(0.5, 0.02) == pytest.approx((0.0, 0.0064))
    assert math.isfinite(aim.emulated(0.0, 0.001)[0])


def test_a_survival_of_no_time_is_not_emulated() -> None:
    """A median of zero has no logarithm and is left out."""
    aim = aims_of([Target("colorectal", "untreated_survival_median", "stage=IV", 10.0)])[0]
    assert math.isnan(aim.emulated(0.0, None)[0])
