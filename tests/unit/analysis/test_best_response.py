from __future__ import annotations

import pytest

from paget.analysis.best_response import best_response, marker_response


def _both(series: str, days: tuple[float, ...] = ()) -> tuple[str, str]:
    """Return best and confirmed best response of one patient assessed every 56 days unless said otherwise."""
    words = series.split()
    when = days or tuple(56.0 * (number + 1) for number in range(len(words)))
    found = best_response([4] * len(words), when, words).loc[4]
    return str(found["best"]), str(found["confirmed"])


@pytest.mark.parametrize(
    ("series", "best", "confirmed"),
    [
        ("CR CR", "CR", "CR"),
        ("CR PR", "CR", "PR"),
        ("CR SD", "CR", "SD"),
        ("CR PD", "CR", "SD"),
        ("CR NE", "CR", "SD"),
        ("PR CR", "CR", "PR"),
        ("PR PR", "PR", "PR"),
        ("PR SD", "PR", "SD"),
        ("PR PD", "PR", "SD"),
        ("PR NE", "PR", "SD"),
        ("NE NE", "NE", "NE"),
        ("SD PD", "SD", "SD"),
        ("PD PR PR", "PD", "PD"),
        ("SD PR PR PD", "PR", "PR"),
        ("PR NE PR", "PR", "PR"),
        ("PR NE NE PR", "PR", "SD"),
        ("PR SD PR", "PR", "SD"),
        ("none CR CR", "CR", "CR"),
    ],
)
def test_pairs_of_assessments_give_the_response_of_the_criteria(series: str, best: str, confirmed: str) -> None:
    """With assessments late enough for stable disease, pairs give what table 3 of RECIST 1.1 says."""
    assert (best, confirmed) == _both(series)


@pytest.mark.parametrize(
    ("series", "days", "best", "confirmed"),
    [
        ("PR PR", (56.0, 83.0), "PR", "SD"),
        ("PR PR", (56.0, 84.0), "PR", "PR"),
        ("PR PR PR", (56.0, 70.0, 84.0), "PR", "PR"),
        ("SD PD", (41.0, 80.0), "PD", "PD"),
        ("SD PD", (42.0, 80.0), "SD", "SD"),
        ("CR PD", (30.0, 80.0), "CR", "PD"),
        ("PR NE", (30.0, 80.0), "PR", "NE"),
        ("SD", (41.0,), "NE", "NE"),
    ],
)
def test_confirmation_takes_four_weeks_and_stable_disease_six(
    series: str, days: tuple[float, ...], best: str, confirmed: str
) -> None:
    """What comes too soon confirms nothing, and disease that is stable too briefly is not stable disease."""
    assert (best, confirmed) == _both(series, days)


def test_patients_are_told_apart_in_any_order() -> None:
    """A response of one patient does not confirm that of another, and the first days of both kinds are told."""
    found = best_response([2, 1, 2, 1, 1], [112.0, 56.0, 56.0, 168.0, 112.0], ["PD", "SD", "PR", "PR", "PR"])
    assert found["confirmed"].to_dict() == {1: "PR", 2: "SD"}
    assert found["response_day"].to_dict() == {1: 112.0, 2: 56.0}
    assert found.loc[1, "confirmed_day"] == 112.0
    assert found["confirmed_day"].isna().to_dict() == {1: False, 2: True}


def test_nobody_assessed_has_no_best_response() -> None:
    """Without assessments the answer has no rows and the same columns."""
    assert list(best_response([], [], []).columns) == ["best", "confirmed", "response_day", "confirmed_day"]


def test_a_fall_of_psa_by_half_has_to_last_three_weeks() -> None:
    """Patient 1 falls to a half for three weeks, patient 2 rises in between, patient 3 for 20 days only."""
    patient = [1, 1, 2, 2, 2, 3, 3]
    day = [28.0, 49.0, 28.0, 40.0, 60.0, 28.0, 48.0]
    value = [10.0, 4.0, 9.0, 11.0, 9.0, 2.0, 2.0]
    found = marker_response(patient, day, value, [20.0] * 7)
    assert found["responded"].to_dict() == {1: True, 2: True, 3: True}
    assert found["confirmed"].to_dict() == {1: True, 2: False, 3: False}
    assert found["best_change"].to_dict() == pytest.approx({1: -0.8, 2: -0.55, 3: -0.9})
    assert found.loc[1, "confirmed_day"] == 28.0
