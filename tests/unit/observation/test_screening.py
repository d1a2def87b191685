from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from paget.model.calendar import YEAR_DAY
from paget.model.layout import SEXES, code
from paget.model.screening import Programme
from paget.observation.screening import Paired, measures, screen_days, takes_part

MALE, FEMALE = (code(SEXES, name) for name in ("male", "female"))
SEED = 3
PEOPLE = 20_000
NEVER = np.nan


def _number(value: float, unit: str = "1") -> dict[str, Any]:
    return {"value": value, "unit": unit, "source": "paget", "grade": "assumed", "rationale": "Shows the form."}


def _programme(*, uptake: float = 1.0, attendance: float = 1.0, **more: Any) -> Programme:
    years = {"first_age": _number(50.0, "year"), "last_age": _number(60.0, "year"), "interval": _number(2.0, "year")}
    entry = {"id": "screen_made_up", "name": "Made up", "summary": "Shows the form.", "modality": "camera"}
    shares = {"uptake": _number(uptake), "attendance": _number(attendance)}
    return Programme.model_validate({**entry, "sexes": ["female"], **years, **shares, **more})


def _women(people: int = PEOPLE) -> tuple[Any, Any]:
    return np.arange(people), np.full(people, FEMALE)


def test_rounds_follow_each_other_at_the_interval_between_the_ages() -> None:
    """Whoever comes to every round is screened every two years from 50 to 60, five times, and no man is."""
    patient, sex = _women(500)
    days = screen_days(SEED, patient, sex, _programme())
    age = days / YEAR_DAY
    assert days.shape == (500, 6)
    assert np.nanmin(age) >= 50.0
    assert np.nanmax(age) <= 60.0
    assert (np.isnan(days).sum(axis=1) == 1).all()
    assert np.diff(age[:, :5], axis=1) == pytest.approx(2.0)
    assert np.isnan(screen_days(SEED, patient, np.full(500, MALE), _programme())).all()


def test_first_rounds_spread_over_the_first_interval() -> None:
    """Half of the women come for the first time within a year of their fiftieth birthday (5 sigma)."""
    patient, sex = _women()
    first = screen_days(SEED, patient, sex, _programme())[:, 0] / YEAR_DAY
    assert np.mean(first < 51.0) == pytest.approx(0.5, abs=5.0 * np.sqrt(0.25 / PEOPLE))
    assert first.max() < 52.0


def test_uptake_and_eligibility_are_a_persons_own() -> None:
    """Six of ten take part and half of those are eligible, the same people in every programme year (5 sigma)."""
    patient, sex = _women()
    partly = _programme(uptake=0.6, eligible_share=_number(0.5))
    comes = takes_part(SEED, patient, sex, partly)
    assert comes.mean() == pytest.approx(0.3, abs=5.0 * np.sqrt(0.21 / PEOPLE))
    assert (~np.isnan(screen_days(SEED, patient, sex, partly)[:, 0])).tolist() == comes.tolist()
    assert takes_part(SEED, patient[:100], sex[:100], partly).tolist() == comes[:100].tolist()


def test_who_takes_part_comes_first_for_sure_and_then_by_chance() -> None:
    """Everyone comes to her first round of the window; to each later one half come (5 sigma)."""
    patient, sex = _women()
    days = screen_days(SEED, patient, sex, _programme(attendance=0.5), from_day=54.0 * YEAR_DAY)
    rounds = (~np.isnan(days)).sum(axis=1)
    assert rounds.min() == 1
    assert np.nanmin(days) >= 54.0 * YEAR_DAY
    assert rounds.mean() == pytest.approx(2.0, abs=5.0 * np.sqrt(0.5 / PEOPLE))


def test_horizon_ends_screening_patient_by_patient() -> None:
    """Nobody is screened after her own last day, and an earlier end changes no earlier round."""
    patient, sex = _women(1_000)
    until = np.linspace(49.0, 61.0, 1_000) * YEAR_DAY
    whole = screen_days(SEED, patient, sex, _programme())
    ended = screen_days(SEED, patient, sex, _programme(), until_day=until)
    expected = np.where(whole <= until[:, None], whole, np.nan)
    assert np.array_equal(ended, expected, equal_nan=True)


def test_programme_that_ends_before_it_begins_is_refused() -> None:
    """Ages in the wrong order are an error of the entry."""
    with pytest.raises(ValidationError):
        _programme(last_age=_number(40.0, "year"))


def test_measures_of_a_worked_example() -> None:
    """Six patients counted by hand: three screen-detected, one interval cancer, one overdiagnosed.

    0 screen-detected 300 days early, stage 1 for 3; 1 screen-detected 100 days early, 2 for 4; 2 screen-detected and
    never found otherwise; 3 an interval cancer 200 days after a screening; 4 found 900 days after her last screening;
    5 never found.
    """
    paired = Paired(
        screened_day=np.array([1000.0, 2000.0, 3000.0, 4000.0, 5000.0, NEVER]),
        unscreened_day=np.array([1300.0, 2100.0, NEVER, 4000.0, 5000.0, NEVER]),
        by_screen=np.array([True, True, True, False, False, False]),
        screened_stage=np.array([1, 2, 1, 3, 4, 0]),
        unscreened_stage=np.array([3, 4, 0, 3, 4, 0]),
        last_screen_day=np.array([NEVER, 1270.0, NEVER, 3800.0, 4100.0, 3000.0]),
    )
    result = measures(paired, interval_day=730.5)
    assert (result.screen_detected, result.interval_cancers, result.overdiagnosed) == (3, 1, 1)
    assert result.interval_share == pytest.approx(1.0 / 4.0)
    assert result.overdiagnosis_share == pytest.approx(1.0 / 3.0)
    assert (result.mean_lead_time_day, result.median_lead_time_day) == (200.0, 200.0)
    assert result.screened_stage_share == pytest.approx((0.4, 0.2, 0.2, 0.2))
    assert result.unscreened_stage_share == pytest.approx((0.0, 0.0, 0.5, 0.5))
    assert result.stage_shift == pytest.approx(1.0 - 0.4)
    assert result.late_reduction == pytest.approx(0.5)


def test_screening_that_finds_nothing_has_no_lead_time_and_shifts_no_stage() -> None:
    """Two arms that are the same give no screen-detected cancer, no shift, and nothing to divide by."""
    day, stage = np.array([1000.0, 2000.0]), np.array([3, 1])
    same = Paired(day, day, np.zeros(2, np.bool_), stage, stage, np.full(2, NEVER))
    result = measures(same, interval_day=365.0)
    assert (result.screen_detected, result.interval_cancers, result.overdiagnosed) == (0, 0, 0)
    assert (result.interval_share, result.overdiagnosis_share, result.mean_lead_time_day) == (None, None, None)
    assert (result.stage_shift, result.late_reduction) == (0.0, 0.0)
    nobody = measures(same.where(np.zeros(2, np.bool_)), interval_day=365.0)
    assert (nobody.stage_shift, nobody.late_reduction, nobody.screened_stage_share) == (None, None, None)
