"""What a summary tells of care."""

from __future__ import annotations

import pyarrow as pa
import pytest

from paget.analysis.cared import Cared

PATIENTS = pa.table(
    {
        "diagnosis_age_day": [1000.0, 1000.0, 1000.0, None],
        "last_age_day": [1000.0 + 3652.5, 1365.25, 1730.5, 500.0],
        "cause": ["other", "liver", "effect", "other"],
        "stage": ["IIA", "IV", "IIIB", "unknown"],
        "goal": ["cure", "comfort", "control", ""],
        "lines": [0, 2, 1, 0],
        "best_response": ["", "PR", "PD", ""],
        "first_line_age_day": [None, 1030.0, 1100.0, None],
        "progression_age_day": [None, 1213.625, None, None],
        "relapse_age_day": [None, None, 1090.0, None],
        "worst_grade": [0, 3, 2, 0],
        "quality_adjusted_day": [2922.0, 182.625, 365.25, None],
        "home_day": [3652.5, 300.0, 700.0, None],
        "treatment_day": [0.0, 150.0, 200.0, None],
    }
)
TREATMENTS = pa.table({"patient": [1, 1, 1, 2], "therapy": ["folfox", "folfox", "folfiri", "folfox"]})


@pytest.fixture(scope="module")
def told() -> dict[str, object]:
    cared = Cared()
    cared.add(PATIENTS, TREATMENTS)
    return cared.as_dict()


def test_shares_are_of_those_whom_they_are_about(told: dict[str, dict[str, float]]) -> None:
    """Care is of all, relapse of stages I to III, response of those with a line, toxicity of those cared for."""
    assert told["cared_for"]["share"] == 0.75
    assert told["relapsed"]["share"] == 0.5
    assert told["responded"]["share"] == 0.5
    assert told["severe_toxicity"]["share"] == pytest.approx(1 / 3)
    assert told["treatment_deaths"]["share"] == 0.25


def test_a_therapy_counts_once_a_patient(told: dict[str, dict[str, dict[str, float]]]) -> None:
    """Two courses of one drug in one patient are one patient."""
    assert told["therapies"]["folfox"]["count"] == 2
    assert told["therapies"]["folfiri"]["count"] == 1


def test_means_are_of_those_cared_for_from_diagnosis_on(told: dict[str, dict[str, float]]) -> None:
    """Ten, one and two years lived, of which eight, half of one and one in full health."""
    assert told["mean_year"]["lived"] == pytest.approx(13 / 3)
    assert told["mean_year"]["quality_adjusted"] == pytest.approx(9.5 / 3)


def test_the_first_line_holds_until_progression_or_death(told: dict[str, float]) -> None:
    """One patient progresses after half a year, the other dies after 630.5 days: the median is the sooner."""
    assert told["progression_free_month"] == pytest.approx(183 / 30.4375, abs=0.05)


def test_survival_is_of_the_cancer_alone(told: dict[str, dict[str, float]]) -> None:
    """Who dies of another cause counts as not dead of the cancer; who dies of treatment does not."""
    assert told["cancer_survival_at_5_year"] == {"I": None, "II": 1.0, "III": 0.0, "IV": 0.0}
