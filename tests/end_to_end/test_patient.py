"""One patient told from the command line is the patient of the run."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import paget as package
from paget.cohort.cohort import Cohort

Run = Callable[..., subprocess.CompletedProcess[str]]
SEED = 5


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    return package.simulate("colorectal", n=40, seed=SEED)


def test_the_patient_is_the_same_as_in_a_run(paget: Run, cohort: Cohort, tmp_path: Path) -> None:
    index = int(cohort.patients["metastases"].argmax())
    done = paget("patient", "colorectal", "--seed", str(SEED), "--index", str(index), "--json", folder=tmp_path)
    told = json.loads(done.stdout)
    row = json.loads(cohort.patients[cohort.patients["patient"] == index].to_json(orient="records"))[0]
    told_row = json.loads(pd.DataFrame([told["patient"]]).to_json(orient="records"))[0]
    assert told_row == row
    lesions = cohort.lesions[cohort.lesions["patient"] == index]
    assert [lesion["lesion"] for lesion in told["lesions"]] == [f"{lesion:x}" for lesion in lesions["lesion"]]
    assert len(told["clones"]) == (cohort.clones["patient"] == index).sum()


def test_the_story_is_in_order_and_ends_with_the_end(paget: Run, cohort: Cohort, tmp_path: Path) -> None:
    index = int(cohort.patients["metastases"].argmax())
    done = paget("patient", "colorectal", "--seed", str(SEED), "--index", str(index), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"Patient {index}: a ")
    ages = [float(words[0]) for words in map(str.split, lines[2:]) if len(words) > 2 and _is_number(words[:2])]
    assert ages == sorted(ages)
    assert "The first malignant cell arises" in done.stdout
    assert "The patient dies of" in done.stdout
    assert "Lesions (" in done.stdout
    assert max(map(len, lines)) <= 80


def _is_number(words: list[str]) -> bool:
    return all(word.replace(".", "", 1).isdigit() for word in words)


def test_a_patient_of_a_group_is_the_patient_of_its_own_entry() -> None:
    group = package.simulate("lung", n=40, seed=SEED, years=0.5)
    entries = group.patients["cancer"].astype(str)
    assert len(set(entries)) > 1
    for name in entries.unique():
        alone = package.simulate(name, n=40, seed=SEED, years=0.5)
        own = group.patients[entries == name].reset_index(drop=True)
        same = alone.patients[alone.patients["patient"].isin(own["patient"])].reset_index(drop=True)
        pd.testing.assert_frame_equal(own, same, check_categorical=False)


def test_a_patient_is_the_same_in_a_cohort_of_any_size(cohort: Cohort) -> None:
    few = package.simulate("colorectal", n=7, seed=SEED)
    same = cohort.lesions[cohort.lesions["patient"] < 7]
    pd.testing.assert_frame_equal(few.lesions, same, check_dtype=False, check_categorical=False)
