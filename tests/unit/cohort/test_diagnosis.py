"""How patients are found, on runs of the engine itself."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from paget.cohort.diagnosis import ROUTES
from paget.cohort.recipe import Recipe, make_recipe
from paget.errors import EntryError, SettingError
from paget.model.stage import STAGES

SEED, N = 11, 250
INDICES = np.arange(N)


@cache
def recipe(cancer: str, screening: str | None = None) -> Recipe:
    return make_recipe(cancer, seed=SEED, screening=screening, care="none")


@cache
def run(cancer: str, screening: str | None = None) -> dict[str, pd.DataFrame]:
    tables = recipe(cancer, screening).patients(INDICES)
    return {name: getattr(tables, name).to_pandas() for name in ("patients", "lesions", "findings", "clones")}


def found(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    patients = tables["patients"]
    return patients[patients["diagnosis_age_day"].notna()]


def test_nobody_is_found_before_the_first_cell_or_after_death() -> None:
    """A diagnosis falls within the course, and a symptom that led to it does not follow it."""
    seen = found(run("colorectal"))
    assert (seen["diagnosis_age_day"] > seen["onset_age_day"]).all()
    assert (seen["diagnosis_age_day"] <= seen["death_age_day"]).all()
    by_symptom = seen[seen["diagnosis_route"].astype(str).str.contains("symptom")]
    assert (by_symptom["symptom_age_day"] <= by_symptom["diagnosis_age_day"]).all()
    assert len(by_symptom) > N / 2


def test_a_diagnosis_rests_on_a_finding_that_shows_a_lesion_of_the_patient() -> None:
    """Everybody who is diagnosed has a true finding of that day, and nobody else has any finding."""
    tables = run("colorectal")
    seen, findings = found(tables), tables["findings"]
    true = findings[findings["lesion"] != 0]
    assert set(true["patient"]) == set(seen["patient"]) == set(findings["patient"])
    own = set(zip(tables["lesions"]["patient"], tables["lesions"]["lesion"], strict=True))
    assert set(zip(true["patient"], true["lesion"], strict=True)) <= own
    day = findings["patient"].map(seen.set_index("patient")["diagnosis_age_day"])
    assert (findings["age_day"] == day).all()


def test_stage_four_is_metastasis_found_and_no_finding_is_no_stage_four() -> None:
    """In kidney cancer M1 makes stage IV; whoever has no finding beyond primary and nodes is M0."""
    tables = run("kidney_clear_cell")
    seen, findings = found(tables), tables["findings"]
    stages = seen["stage"].astype(str)
    assert (stages[seen["m"] == 1] == "IV").all()
    spread = findings[~findings["in_primary_site"] & (findings["organ"].astype(str) != "regional_lymph_node")]
    assert set(seen["patient"][seen["m"] == 1]) == set(spread["patient"])
    assert (seen["m"] == 1).any()


def test_looking_for_patients_changes_no_life() -> None:
    """Lesions, clones and deaths are the same bits with screening and without."""
    plain, screened = run("colorectal"), run("colorectal", "screen_fit")
    pd.testing.assert_frame_equal(plain["lesions"], screened["lesions"])
    pd.testing.assert_frame_equal(plain["clones"], screened["clones"])
    assert (plain["patients"]["death_age_day"] == screened["patients"]["death_age_day"]).all()


def test_screening_finds_some_earlier_and_nobody_later() -> None:
    """With a programme a patient is found on the same day or sooner, and what is found sooner is smaller."""
    plain, screened = run("colorectal")["patients"], run("colorectal", "screen_fit")["patients"]
    by_screen = screened["diagnosis_route"].astype(str) == "screening"
    assert by_screen.sum() > 20
    both = plain["diagnosis_age_day"].notna() & screened["diagnosis_age_day"].notna()
    lead = plain["diagnosis_age_day"][both] - screened["diagnosis_age_day"][both]
    assert (lead >= 0.0).all()
    assert (lead[by_screen[both]] > 0.0).mean() > 0.9
    assert (lead[~by_screen[both]] == 0.0).all()
    assert (screened["screens"] > 0).sum() > by_screen.sum()


def test_a_patient_is_found_alike_alone_and_among_others() -> None:
    """Route, day, stage and findings are a function of the patient, whoever else is in the chunk."""
    tables = run("lung_small_cell")
    alone = recipe("lung_small_cell").patients(np.array([7]))
    row = tables["patients"].iloc[7]
    for column, value in alone.patients.to_pandas().iloc[0].items():
        assert value == row[column] or (pd.isna(value) and pd.isna(row[column]))
    mine = tables["findings"][tables["findings"]["patient"] == 7]
    assert alone.findings.to_pandas()["diameter_mm"].tolist() == mine["diameter_mm"].tolist()


@pytest.mark.parametrize(("cancer", "place"), [("lung_small_cell", "lung"), ("stomach", "peritoneum")])
def test_some_present_with_a_metastasis_before_the_primary(cancer: str, place: str) -> None:
    """A share of patients comes with a symptom away from the primary, in places that the cancer goes to."""
    patients = run(cancer)["patients"]
    by_metastasis = patients["diagnosis_route"].astype(str) == "symptom of a metastasis"
    assert 0.0 < by_metastasis.mean() < 0.85
    places = set(patients["symptom_place"][by_metastasis].astype(str))
    assert len(places) >= 2
    assert "primary" not in places
    assert place not in places or place in patients["symptom_place"].astype(str).tolist()


def test_every_route_and_stage_in_the_tables_is_a_known_name() -> None:
    """Tables speak in the names of the vocabulary."""
    for cancer in ("colorectal", "kidney_clear_cell", "lung_small_cell", "stomach"):
        patients = run(cancer)["patients"]
        assert set(patients["diagnosis_route"].astype(str)) <= set(ROUTES)
        assert set(patients["stage"].astype(str)) <= set(STAGES)


def test_a_programme_that_looks_for_another_cancer_is_refused() -> None:
    """The message names the programmes that would do, and a misspelt one its nearest."""
    with pytest.raises(SettingError) as caught:
        make_recipe("pancreas", screening="screen_fit")
    assert "screen_mced" in str(caught.value.parts()["allowed"])
    with pytest.raises(SettingError) as caught:
        make_recipe("colorectal", screening="screen_fitt")
    assert caught.value.parts()["nearest"] == "screen_fit"


def test_a_cancer_that_nobody_can_present_is_told_what_is_missing() -> None:
    """Without entries of its own and without presents_like there is an error, and with it the other's are used."""
    made: Any = recipe("colorectal")
    own = made.members[0][0].model_copy(update={"id": "my_own"})
    with pytest.raises(EntryError, match="symptomatic"):
        made.watched.eyes(own)
    like = own.model_copy(update={"presents_like": "colorectal"})
    assert made.watched.eyes(like).table.id == "colorectal"
