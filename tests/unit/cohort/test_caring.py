"""What is true of everybody who is cared for."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import pandas as pd
import pytest

from paget.cohort.recipe import make_recipe
from paget.cohort.store import TABLES

SEED: Final = 71
INDICES: Final = np.arange(150)


@cache
def run(cancer: str, care: str = "standard_of_care") -> dict[str, pd.DataFrame]:
    tables = make_recipe(cancer, seed=SEED, care=care).patients(INDICES)
    return {name: getattr(tables, name).to_pandas() for name in TABLES}


def with_patients(tables: dict[str, pd.DataFrame], name: str) -> pd.DataFrame:
    columns = ["patient", "diagnosis_age_day", "last_age_day", "stage", "m"]
    return tables[name].merge(tables["patients"][columns], on="patient")


@pytest.mark.parametrize("cancer", ["colorectal", "prostate"])
def test_care_lies_between_diagnosis_and_the_end(cancer: str) -> None:
    """No therapy, visit or unwanted effect comes before the diagnosis or after the end, and doses are at most full."""
    treatments, visits = (with_patients(run(cancer), name) for name in ("treatments", "visits"))
    adverse = with_patients(run(cancer), "adverse_events")
    assert (treatments["start_age_day"] >= treatments["diagnosis_age_day"]).all()
    assert (treatments["end_age_day"] >= treatments["start_age_day"]).all()
    assert (treatments["end_age_day"] <= treatments["last_age_day"] + 1e-6).all()
    assert treatments["dose"].between(0.0, 1.0).all()
    assert visits["age_day"].between(visits["diagnosis_age_day"], visits["last_age_day"]).all()
    assert adverse["onset_age_day"].between(adverse["diagnosis_age_day"], adverse["last_age_day"]).all()
    assert set(adverse["grade"]) <= {1, 2, 3, 4}


def test_everybody_who_is_found_has_one_decision_at_diagnosis() -> None:
    """The first visit is on the day of the diagnosis, and the only one with that event."""
    tables = run("colorectal")
    first = tables["visits"].groupby("patient").first()
    found = tables["patients"].set_index("patient")["diagnosis_age_day"].dropna()
    assert (first["event"].astype(str) == "diagnosis").all()
    pd.testing.assert_series_equal(first["age_day"], found, check_names=False)
    assert (tables["visits"]["event"].astype(str) == "diagnosis").sum() == len(found)


def test_sums_of_targets_are_measured_against_a_baseline_that_a_visit_set() -> None:
    """Whoever has a sum has a baseline that a visit before it had; it changes where the line or the phase does."""
    visits = run("colorectal")["visits"]
    before = visits.groupby("patient")["baseline_sum_mm"].shift()
    measured = visits["targets_sum_mm"].notna() & (visits["event"].astype(str) == "visit")
    assert measured.sum() > 50
    assert before[measured].notna().all()
    changed = visits["baseline_sum_mm"].ne(before) & before.notna() & visits["baseline_sum_mm"].notna()
    steps = visits.groupby("patient")[["line", "phase"]].shift()
    same = visits["line"].eq(steps["line"]) & visits["phase"].astype(str).eq(steps["phase"].astype(str))
    assert visits.loc[changed & same, "event"].isin(["progression", "treated", "intolerance"]).all()


def test_lines_rise_by_one_and_fit_the_table_of_patients() -> None:
    """A line never falls, never jumps, and the last is the number of lines."""
    tables = run("colorectal")
    steps = tables["visits"].groupby("patient")["line"].diff().dropna()
    assert set(steps) <= {0, 1}
    last = tables["visits"].groupby("patient")["line"].last()
    told = tables["patients"].set_index("patient")["lines"].loc[last.index]
    assert (last == told).all()


def test_quality_takes_from_length_and_days_at_home_are_no_more_than_were_lived() -> None:
    """Nobody's quality-adjusted days exceed the days lived since diagnosis, nor do days at home or under treatment."""
    patients = run("colorectal")["patients"].dropna(subset="diagnosis_age_day")
    lived = patients["last_age_day"] - patients["diagnosis_age_day"]
    for column in ("quality_adjusted_day", "home_day", "treatment_day"):
        assert patients[column].between(0.0, lived + 1e-6).all()
    assert patients["quality_adjusted_day"].sum() < 0.95 * lived.sum()


def test_a_prostate_that_was_removed_leaves_no_antigen_where_nothing_has_spread() -> None:
    """PSA falls below a tenth of a nanogram in most, as its background goes with the organ."""
    tables = run("prostate")
    removed = tables["treatments"][tables["treatments"]["therapy"].astype(str) == "surgery_primary"]
    visits = tables["visits"].merge(removed[["patient", "start_age_day"]], on="patient")
    visits = visits[visits["marker"].astype(str) == "psa"]
    days = visits["age_day"] - visits["start_age_day"]
    before, after = (visits[mask]["marker_value"] for mask in (days <= 0.0, days.between(60.0, 400.0)))
    assert before.median() > 4.0
    assert after.median() < 0.1


def test_who_is_cared_for_lives_longer_than_who_is_not() -> None:
    """The same patients live longer under the standard of care, and are found on the same day."""
    cared, left = run("colorectal")["patients"], run("colorectal", "none")["patients"]
    pd.testing.assert_series_equal(cared["diagnosis_age_day"], left["diagnosis_age_day"])
    gained = cared["last_age_day"] - left["last_age_day"]
    assert gained.mean() > 365.0
    assert (gained[cared["diagnosis_age_day"].isna()] == 0.0).all()


def test_best_supportive_care_gives_nothing_that_acts_on_the_tumour_but_palliative_radiation() -> None:
    """No drug against the cancer and no operation is given for comfort."""
    given = set(run("colorectal", "best_supportive_care")["treatments"]["therapy"].astype(str))
    palliative = {"radiotherapy_bone", "radiotherapy_palliative", "whole_brain_radiotherapy"}
    supportive = {"palliative_care", "analgesia", "steroids_brain", "antiemetics", "psychological_support"}
    assert given <= palliative | supportive
    assert "palliative_care" in given
