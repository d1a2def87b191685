from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import paget
from paget.cli.compare_text import print_comparison
from paget.cohort import provenance
from paget.cohort.cohort import Cohort
from paget.cohort.compared import Comparison, care_name, compare
from paget.errors import FolderError, SettingError

N, SEED = 80, 4


@pytest.fixture(scope="module")
def standard() -> Cohort:
    return paget.simulate("colorectal", N, seed=SEED, workers=1)


@pytest.fixture(scope="module")
def comfort() -> Cohort:
    return paget.simulate("colorectal", N, seed=SEED, care="best_supportive_care", workers=1)


@pytest.fixture(scope="module")
def found(standard: Cohort, comfort: Cohort) -> Comparison:
    return compare(comfort, standard)


def test_the_mean_gain_is_that_of_each_patient_alone(found: Comparison, standard: Cohort, comfort: Cohort) -> None:
    """Lives are compared patient by patient, of those who were found."""
    gain = standard.patients["death_age_day"] - comfort.patients["death_age_day"]
    diagnosed = comfort.patients["diagnosis_age_day"].notna()
    assert found.gain["mean_year"] == pytest.approx(gain[diagnosed].mean() / 365.25)
    assert found.gain["low"] < found.gain["mean_year"] < found.gain["high"]
    assert found.gain["gaining"]["count"] == int((gain[diagnosed] > 30.0).sum())
    assert found.diagnosed == int(diagnosed.sum())
    assert found.gain["lived_year"][1] - found.gain["lived_year"][0] == pytest.approx(found.gain["mean_year"])


def test_stages_together_are_all_patients(found: Comparison) -> None:
    """Diagnosis comes before care, so the stage is the same in both runs."""
    assert sum(told["patients"] for told in found.stages.values()) == found.diagnosed
    whole = sum(told["patients"] * told["gain"]["mean_year"] for told in found.stages.values()) / found.diagnosed
    assert whole == pytest.approx(found.gain["mean_year"])


def test_worth_is_read_from_each_run(found: Comparison, standard: Cohort, comfort: Cohort) -> None:
    """Treatment gives quality-adjusted years and takes days, at seed 4."""
    told = found.worth["quality_adjusted_year"]
    assert told is not None
    means = [run.patients["quality_adjusted_day"].mean() / 365.25 for run in (comfort, standard)]
    assert told["mean"] == pytest.approx(means)
    assert told["difference"]["value"] == pytest.approx(means[1] - means[0])
    assert found.worth["treatment_day"] is not None
    assert found.worth["treatment_day"]["difference"]["low"] > 0.0


def test_causes_of_death_are_shares(found: Comparison) -> None:
    """Every diagnosed patient has one cause."""
    assert [sum(causes.values()) for causes in found.causes] == pytest.approx([1.0, 1.0])


def test_a_run_compared_with_itself_gains_nothing(standard: Cohort) -> None:
    """Everybody is unchanged."""
    same = compare(standard, standard)
    assert (same.gain["mean_year"], same.gain["unchanged"]["share"]) == (0.0, 1.0)


def test_the_bootstrap_is_seeded(standard: Cohort, comfort: Cohort, found: Comparison) -> None:
    """The same seed gives the same interval, and another one another."""
    assert compare(comfort, standard).as_dict() == found.as_dict()
    assert compare(comfort, standard, seed=1).gain["low"] != found.gain["low"]


def test_the_patients_that_both_have_are_compared(standard: Cohort) -> None:
    """A shorter run holds the first patients of a longer one."""
    few = paget.simulate("colorectal", 30, seed=SEED, care="best_supportive_care", workers=1)
    assert compare(few, standard).patients == 30


def test_without_care_the_worth_of_days_is_not_known(standard: Cohort) -> None:
    """Survival is compared all the same."""
    plain = paget.simulate("colorectal", N, seed=SEED, care="none", workers=1)
    found = compare(plain, standard)
    assert set(found.worth.values()) == {None}
    assert found.gain["mean_year"] > 0.0


def test_a_horizon_cuts_both_runs(standard: Cohort) -> None:
    """Nobody gains more than he was followed for, and runs of two horizons are not compared."""
    cares = ("none", "standard_of_care")
    runs = [paget.simulate("colorectal", N, seed=SEED, years=12.0, care=care, workers=1) for care in cares]
    found = compare(*runs)
    longest = (runs[0].patients["last_age_day"] - runs[0].patients["diagnosis_age_day"]).max()
    assert 0.0 < found.gain["mean_year"] * 365.25 <= longest
    with pytest.raises(SettingError) as caught:
        compare(standard, runs[1])
    assert caught.value.key == "years"


@pytest.mark.parametrize(("key", "value"), [("seed", 5), ("cancer", "pancreas"), ("catalogue_digest", "x")])
def test_runs_of_other_patients_are_refused(standard: Cohort, tmp_path: Path, key: str, value: object) -> None:
    """The message names what differs."""
    other = paget.simulate("colorectal", 5, seed=SEED, out=tmp_path / "run", workers=1)
    provenance.write(other.path, {**other.provenance, key: value})
    with pytest.raises(SettingError, match="same patients") as caught:
        compare(standard, other.path)
    assert caught.value.key == key


def test_a_folder_without_a_run_is_refused(standard: Cohort, tmp_path: Path) -> None:
    """As everywhere."""
    with pytest.raises(FolderError):
        compare(standard, tmp_path / "nothing")


@pytest.mark.parametrize(
    ("made", "name"),
    [
        ({"care": "standard_of_care"}, "standard_of_care"),
        ({"care": "mine@0123"}, "mine"),
        ({"care": "module.Mine@0123"}, "Mine"),
        ({"care": "a>b@1", "branch": {"after": "b", "at": "progression"}}, "b from progression"),
        ({"care": "a>b@1", "branch": {"after": "b@12", "at": "180"}}, "b from day 180"),
    ],
)
def test_care_has_a_short_name(made: dict[str, object], name: str) -> None:
    """Digests are for machines."""
    assert care_name(made) == name


def test_the_text_fits_a_terminal_and_json_has_no_gaps(found: Comparison, capsys: pytest.CaptureFixture[str]) -> None:
    """Eighty columns, every table, and plain values."""
    print_comparison(found)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert {"from", "cause", "stage"} <= {line.split()[0] for line in lines if line.strip()}
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False))["diagnosed"] == found.diagnosed
    assert np.isfinite(found.gain["mean_year"])
