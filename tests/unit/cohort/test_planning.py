from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import paget
from paget.analysis.columns import numbers
from paget.care.preferences import Preference
from paget.cli.plan_text import print_plan
from paget.cohort import planning
from paget.cohort.map_case import read_record, understood
from paget.cohort.map_pool import simulate_pool
from paget.cohort.plan_answer import Plan
from paget.cohort.planning import compared, preference_of
from paget.cohort.recipe import make_recipe
from paget.errors import SettingError

RECORD: dict[str, Any] = {
    "cancer": "colorectal",
    "sex": "male",
    "born": "1961-04-12",
    "findings": [{"date": "2025-03-10", "modality": "colonoscopy", "organ": "bowel", "diameter_mm": 42}],
}
EQUAL = Preference(length=0.5, quality=0.5, burden=0.0)


@pytest.fixture(scope="module")
def found() -> Plan:
    return paget.plan(RECORD, {"quality": 0.7}, policies=("none", "standard_of_care"), patients=250, seed=3, workers=1)


def test_expected_values_are_weighted_means() -> None:
    """A patient of no weight counts for nothing, and one of twice the weight for two."""
    courses = np.zeros((2, 3, 4))
    courses[0, :, 0], courses[1, :, 0] = [1.0, 4.0, 99.0], [3.0, 3.0, 0.0]
    first, second = compared(["a", "b"], courses, np.array([1.0, 2.0, 0.0]), EQUAL, seed=1)
    assert (first.expected["years"].mean, second.expected["years"].mean) == pytest.approx((3.0, 3.0))
    assert first.expected["years"].low < 3.0 < first.expected["years"].high
    assert (second.expected["years"].low, second.expected["years"].high) == pytest.approx((3.0, 3.0))
    assert first.years.median == 4.0


def test_a_policy_that_is_worse_in_everything_is_not_on_the_front() -> None:
    """Days of treatment count against it."""
    courses = np.array([[[2.0, 1.0, 10.0, 0.0]] * 5, [[2.0, 1.0, 20.0, 0.0]] * 5, [[3.0, 1.0, 50.0, 0.0]] * 5])
    options = compared(["a", "b", "c"], courses, np.ones(5), EQUAL, seed=1)
    assert [option.on_front for option in options] == [True, False, True]
    assert [option.chosen_share for option in options] == [0.0, 0.0, 1.0]


def test_policies_that_are_alike_share_the_same_bootstrap() -> None:
    """Patients are drawn for all policies together, so a sure gain is sure however far patients differ."""
    years = np.random.default_rng(1).exponential(5.0, 40)
    courses = np.zeros((2, 40, 4))
    courses[0, :, 0], courses[1, :, 0] = years, years + 0.01
    options = compared(["a", "b"], courses, np.ones(40), EQUAL, seed=1)
    assert options[1].chosen_share == 1.0


@pytest.mark.parametrize(
    ("given", "weights"),
    [
        ({}, (0.0, 1.0, 0.0)),
        ({"quality": 0.7}, (0.15, 0.7, 0.15)),
        ({"length": 0.5, "burden": 0.5}, (0.5, 0.0, 0.5)),
        ({"length": 0.2, "quality": 0.3, "burden": 0.5}, (0.2, 0.3, 0.5)),
    ],
)
def test_weights_that_are_left_out_share_the_rest(given: dict[str, float], weights: tuple[float, ...]) -> None:
    """All sum to 1."""
    told = preference_of(given)
    assert (told.length, told.quality, told.burden) == pytest.approx(weights)


@pytest.mark.parametrize(
    "given",
    [{"qualty": 0.5}, {"quality": -0.1}, {"quality": 1.2}, {"quality": 0.7, "length": 0.7}, {"quality": np.nan}],
)
def test_impossible_weights_are_refused(given: dict[str, float]) -> None:
    """Before anything is simulated."""
    with pytest.raises(SettingError):
        preference_of(given)


@pytest.mark.parametrize("policies", [(), ("none", "none"), ("no_such_policy",)])
def test_impossible_policies_are_refused(policies: tuple[str, ...]) -> None:
    """Before anything is simulated."""
    with pytest.raises(SettingError):
        paget.plan(RECORD, policies=policies, patients=10, workers=1)


def test_the_patients_cared_for_are_those_who_were_weighed() -> None:
    """Each is diagnosed at the age at which the pool left him, to the bit."""
    case = understood(*read_record(RECORD))
    recipe = make_recipe("colorectal", seed=3, care="standard_of_care")
    pool = simulate_pool(recipe, 60, sex="male", age_year=case.record.age_year)
    seen: list[np.ndarray] = []

    def listening(column: Any) -> Any:
        seen.append(numbers(column))
        return seen[-1]

    chosen = np.arange(pool.diagnosed) % 2 == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "numbers", listening)
        planning._courses(pool, case, {"standard_of_care": recipe}, chosen, 1)
    part = pool.parts[0]
    order = np.argsort(part.patient[chosen])
    assert seen[0].tolist() == part.patient[chosen][order].tolist()
    assert (seen[1] / 365.25).tolist() == part.age_year[chosen][order].tolist()


def test_treatment_is_preferred_where_quality_counts(found: Plan) -> None:
    """A tumour of the bowel of 42 mm, at seed 3: standard care adds years, quality and days of treatment."""
    none, standard = found.options
    assert found.preferred == "standard_of_care"
    for name in ("years", "quality_adjusted_years", "treatment_days", "home_days"):
        assert standard.expected[name].mean > none.expected[name].mean
    assert none.expected["treatment_days"].mean == 0.0
    assert none.on_front
    assert standard.on_front
    assert found.preference == pytest.approx({"length": 0.15, "quality": 0.7, "burden": 0.15})


def test_the_answer_is_seeded_and_plain(found: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    """The same seed gives the same answer, as JSON, as a data frame and as text of eighty columns."""
    again = paget.plan(RECORD, {"quality": 0.7}, policies=("none", "standard_of_care"), patients=250, seed=3, workers=2)
    assert again.as_dict() == found.as_dict()
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False))["preferred"] == "standard_of_care"
    assert found.frame()["policy"].tolist() == ["none", "standard_of_care"]
    print_plan(found)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("standard_of_care* <") for line in lines)


def test_a_small_sample_is_told(found: Plan) -> None:
    """Few patients resemble a record, and few of few."""
    few = paget.plan(RECORD, policies=("none",), patients=50, seed=3, workers=1)
    assert 10.0 <= few.effective_sample_size < 100.0 <= found.effective_sample_size
    assert (few.warning is None, found.warning is None) == (False, True)


def test_a_record_like_nobodys_has_no_plan() -> None:
    """No number is given, and the reason is."""
    lesion = {"date": "2025-03-10", "modality": "ct", "organ": "heart", "diameter_mm": 60}
    found = paget.plan({**RECORD, "findings": [lesion]}, patients=60, workers=1)
    assert (found.options, found.preferred) == ((), None)
    assert found.reason is not None
    assert "Nobody fits" in found.reason
