from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import paget
from paget.cohort import provenance
from paget.cohort.branching import _from_day, branch
from paget.cohort.care_plan import STANDARD
from paget.cohort.cohort import Cohort
from paget.cohort.recipe import make_recipe
from paget.errors import FolderError, SettingError
from paget.model.chart import Charts, Orders

N, SEED = 120, 5
LATE_DAY = 50_000.0
MILESTONES = ("vascular", "detectable", "one_cm")
CARE = """
policy = "mine"
name = "Nothing but a look"
summary = "For a test."

[[rules]]
id = "look"
at = ["diagnosis", "visit"]
phase = "watching"
goal = "control"
source = "paget"
grade = "assumed"
rationale = "A test."

[[follow_up]]
phases = ["watching"]
every = { value = 50.0, unit = "day", source = "paget", grade = "assumed", rationale = "A test." }
imaging = ["ct"]
"""


@pytest.fixture(scope="module")
def run() -> Cohort:
    return paget.simulate("colorectal", N, seed=SEED, workers=1)


def before(frame: pd.DataFrame, column: str, day: np.ndarray) -> pd.DataFrame:
    """Return the rows of before each patient's point."""
    early: pd.DataFrame = frame.loc[frame[column].to_numpy() < day[frame["patient"].to_numpy()] - 1e-6]
    return early.reset_index(drop=True)


def past_of_lesions(cohort: Cohort, day: np.ndarray) -> pd.DataFrame:
    """Return which lesions had reached a thousand cells before a day of each patient, and how they came to be."""
    found = before(cohort.lesions, "established_age_day", day).sort_values(["patient", "lesion"], ignore_index=True)
    found["day"] = day[found["patient"].to_numpy()]
    return found


@pytest.mark.parametrize(
    ("at", "care"), [("progression", "best_supportive_care"), (180, "none"), ("age=25000", "watchful_waiting")]
)
def test_everything_before_the_point_is_the_same(run: Cohort, at: str | float, care: str) -> None:
    """What was seen and done is, to the bit, and so are lesions until the engine's interval in which the point lies."""
    other = branch(run, care, at=at, workers=1)
    day = _from_day(run, str(at))
    for table, column in (("visits", "age_day"), ("treatments", "start_age_day"), ("adverse_events", "onset_age_day")):
        held, now = (before(getattr(each, table), column, day).astype(str) for each in (run, other))
        later = {"end_age_day", "dose", "stopped_for", "best_response"}
        same = [str(name) for name in held if name not in later]
        held, now = (each[same].sort_values(same, ignore_index=True) for each in (held, now))
        pd.testing.assert_frame_equal(now, held)
    interval_day = float(make_recipe("colorectal").programs[0].interval_day)
    whole = np.floor(np.where(np.isfinite(day), day, LATE_DAY) / interval_day) * interval_day
    held, now = (past_of_lesions(each, whole) for each in (run, other))
    born = ["patient", "lesion", "parent_lesion", "organ", "route", "founded_age_day", "woken", "established_age_day"]
    pd.testing.assert_frame_equal(now[born].astype(str), held[born].astype(str))
    assert len(held) > 1_000
    for name in MILESTONES:
        # A lesion that has lain still is caught up with when the interval of the point is computed.
        days = [each[f"{name}_age_day"].where(each[f"{name}_age_day"] < each["day"]) for each in (held, now)]
        assert (days[0] != days[1])[days[0].notna() | days[1].notna()].mean() < 0.01
    died = run.patients["death_age_day"].to_numpy()
    spared = died < day
    assert (other.patients["death_age_day"].to_numpy()[spared] == died[spared]).all()
    assert (other.patients["death_age_day"].to_numpy() != died).any()


def test_a_branch_at_diagnosis_is_a_run_under_the_new_policy(run: Cohort) -> None:
    """Nothing was decided before it."""
    other = branch(run, "watchful_waiting", workers=1)
    plain = paget.simulate("colorectal", N, seed=SEED, care="watchful_waiting", workers=1)
    for table in ("patients", "lesions", "visits"):
        pd.testing.assert_frame_equal(getattr(other, table), getattr(plain, table))


def test_a_branch_to_no_care_is_the_natural_history_with_the_worth_of_its_days(run: Cohort) -> None:
    """Visits without treatment change no lesion and no death."""
    other = branch(run, "none", workers=1)
    plain = paget.simulate("colorectal", N, seed=SEED, care="none", workers=1)
    pd.testing.assert_frame_equal(other.lesions, plain.lesions)
    assert other.patients["death_age_day"].tolist() == plain.patients["death_age_day"].tolist()
    assert other.patients["quality_adjusted_day"].notna().sum() == plain.patients["diagnosis_age_day"].notna().sum()


def test_the_same_policy_from_a_day_on_changes_next_to_nothing(run: Cohort) -> None:
    """Only those who were never treated are seen once more."""
    other = branch(run, STANDARD, at=365, workers=1)
    same = other.patients["death_age_day"].to_numpy() == run.patients["death_age_day"].to_numpy()
    assert same.mean() > 0.9


def test_late_treatment_of_the_untreated_helps_less_than_early(run: Cohort) -> None:
    """A branch from the natural history to standard care, at seed 5: the later, the fewer years."""
    plain = paget.simulate("colorectal", N, seed=SEED, care="none", workers=1)
    years = [branch(plain, at=day, workers=1).patients["death_age_day"].mean() for day in (30, 400)]
    assert run.patients["death_age_day"].mean() > years[0] > years[1] > plain.patients["death_age_day"].mean()


def test_provenance_tells_the_run_the_point_and_the_policies(run: Cohort, tmp_path: Path) -> None:
    """Branches of one run at two points are two runs, and the same one goes on in its folder."""
    other = branch(run, "best_supportive_care", at="progression", out=tmp_path / "branch", workers=1)
    told = other.provenance["branch"]
    assert {key: told[key] for key in ("at", "before", "after")} == {
        "at": "progression",
        "before": STANDARD,
        "after": "best_supportive_care",
    }
    assert len(told["run"]) == 16
    again = branch(run, "best_supportive_care", at="progression", out=tmp_path / "branch", workers=1)
    assert again.provenance == other.provenance
    with pytest.raises(FolderError):
        branch(run, "best_supportive_care", at=90, out=tmp_path / "branch", workers=1)


def test_a_run_under_a_file_can_be_branched_without_the_file(tmp_path: Path) -> None:
    """Its provenance holds the protocol."""
    path = tmp_path / "mine.toml"
    path.write_text(CARE)
    mine = paget.simulate("colorectal", 40, seed=SEED, care=str(path), workers=1)
    path.unlink()
    assert mine.provenance["protocol"]["id"] == "mine"
    other = branch(mine, STANDARD, at=200, workers=1)
    day = _from_day(mine, "200")
    assert len(before(mine.visits, "age_day", day)) > 40
    held, now = (before(each.visits, "age_day", day) for each in (mine, other))
    pd.testing.assert_frame_equal(now.astype(str), held.astype(str))
    assert other.patients["lines"].sum() > 0


class Waiting:
    """A class of the user's own that waits."""

    therapies = ()

    def decide(self, charts: Charts) -> Orders:
        """Order nothing."""
        return Orders.none(charts)


def test_a_run_under_a_class_needs_it_again() -> None:
    """The code of a policy is not part of the run, so it is handed over, and has to be the same."""
    mine = paget.simulate("colorectal", 20, seed=SEED, care=Waiting(), workers=1)
    with pytest.raises(SettingError, match="cannot be had"):
        branch(mine, STANDARD, at=10, workers=1)
    other = branch(mine, STANDARD, at=10, before=Waiting(), workers=1)
    assert other.provenance["branch"]["before"] == mine.provenance["care"]


@pytest.mark.parametrize("at", ["prog", "-1", "nan", "age=", "age=-3", ""])
def test_an_impossible_point_is_refused(run: Cohort, at: str) -> None:
    """The message says what points there are."""
    with pytest.raises(SettingError) as caught:
        branch(run, at=at)
    assert caught.value.key == "at"
    assert "progression" in str(caught.value.allowed)


def test_a_point_to_which_nobody_comes_is_refused() -> None:
    """Without visits nobody's progression is seen."""
    plain = paget.simulate("colorectal", 20, seed=SEED, care="none", workers=1)
    with pytest.raises(SettingError, match="Nobody"):
        branch(plain, at="progression")


def test_a_run_of_other_software_is_refused(tmp_path: Path) -> None:
    """Its past could not be had again."""
    mine = paget.simulate("colorectal", 10, seed=SEED, out=tmp_path / "run", workers=1)
    provenance.write(mine.path, {**mine.provenance, "catalogue_digest": "another"})
    with pytest.raises(FolderError) as caught:
        branch(mine.path)
    assert caught.value.key == "catalogue_digest"
