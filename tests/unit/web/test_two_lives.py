from __future__ import annotations

from typing import Any

import pytest

from paget.model.calendar import YEAR_DAY
from paget.web.two_lives import side_by_side

CARE = ("standard of care", "no treatment")
ROW: dict[str, Any] = {
    "diagnosis_age_day": 60.0 * YEAR_DAY,
    "last_age_day": 63.0 * YEAR_DAY,
    "cause": "liver",
    "lines": 2,
    "best_response": "PR",
    "worst_grade": 3,
    "quality_adjusted_day": 2.5 * YEAR_DAY,
    "home_day": None,
    "treatment_day": None,
    "metastases": 4,
    "burden_cells": 1.5e11,
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"last_age_day": 61.0 * YEAR_DAY}, "would have died at 61.0 of failure of the liver, 2.0 years earlier."),
        ({"last_age_day": 64.0 * YEAR_DAY, "cause": "alive"}, "would have been alive at 64.0, 12.0 months later."),
        ({"last_age_day": 63.0 * YEAR_DAY + 0.5}, "would have lived just as long."),
    ],
)
def test_what_the_second_policy_changes_is_a_sentence(change: dict[str, Any], words: str) -> None:
    """Where the second life ends, of what, and how much later or earlier, is told in words."""
    assert words in side_by_side([ROW, {**ROW, **change}], CARE)


def test_a_cancer_that_was_never_found_has_one_life() -> None:
    """No policy reaches a patient who was never diagnosed."""
    row = {**ROW, "diagnosis_age_day": None}
    assert "both lives are the same" in side_by_side([row, row], CARE)


def test_what_neither_life_has_is_left_out() -> None:
    """A line of the table stands where one of the lives has something to tell."""
    told = side_by_side([ROW, {**ROW, "worst_grade": 0, "best_response": ""}], CARE)
    assert "Worst unwanted effect" in told
    assert "Time at home" not in told
    assert "partial response" in told
