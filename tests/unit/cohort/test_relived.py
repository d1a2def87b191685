from __future__ import annotations

import pytest

import paget
from paget.cohort.cohort import Cohort
from paget.cohort.relived import lives_of
from paget.errors import FolderError, SettingError


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    return paget.simulate("colorectal", n=6, seed=3)


def test_lives_of_a_run_hold_the_rows_of_the_run(cohort: Cohort) -> None:
    """Patients looked at anew have the run's own rows, and end on the run's own day."""
    found = lives_of(cohort, [4, 1])
    assert list(found) == [4, 1]
    for index, life in found.items():
        assert life.tables.lesions.equals(cohort.arrow("lesions", patient=index))
        assert life.trajectory.day[-1] == cohort.patients["last_age_day"][index]


def test_a_second_policy_changes_nothing_before_the_diagnosis(cohort: Cohort) -> None:
    """The same patient under another policy is found on the same day."""
    other = lives_of(cohort, [1], care="none")[1]
    assert other.care == "none"
    assert other.tables.patients["diagnosis_age_day"][0].as_py() == cohort.patients["diagnosis_age_day"][1]
    assert other.tables.treatments.num_rows == 0


@pytest.mark.parametrize("care", [None, "none"])
def test_patients_who_cannot_be_had_again_are_refused(
    cohort: Cohort, care: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the run's numbers give other patients today, an error says so, whichever policy is asked for."""
    monkeypatch.setitem(cohort.provenance, "seed", 4)
    with pytest.raises(FolderError, match="cannot be had again"):
        lives_of(cohort, [1], care=care)


def test_a_patient_whom_the_run_lacks_is_refused(cohort: Cohort) -> None:
    """An index beyond the run is told with what is allowed."""
    with pytest.raises(SettingError, match="no such patient"):
        lives_of(cohort, [1, 6])
