from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import paget
from paget.cohort.trajectory import Life, one_life
from paget.errors import SettingError
from paget.plots.patient_data import IDENT, patient_data

SEED = 3


def treated(cancer: str) -> int:
    """Return a patient of the run who has metastases and is treated for them."""
    patients = paget.simulate(cancer, n=60, seed=SEED).patients
    fit = (patients["lines"] > 0) & (patients["metastases"] > 2) & (patients["sites_found"] > 0)
    return int(patients["patient"][fit].iloc[0])


@pytest.fixture(scope="module")
def index() -> int:
    return treated("colorectal")


@pytest.fixture(scope="module")
def life(index: int) -> Life:
    return one_life("colorectal", index, seed=SEED, points=40)


@pytest.fixture(scope="module")
def untreated(index: int) -> Life:
    return one_life("colorectal", index, seed=SEED, care="none", points=40)


@pytest.fixture(scope="module")
def shown(life: Life, untreated: Life) -> dict[str, Any]:
    return patient_data(life, untreated)


def test_the_data_is_plain_json(shown: dict[str, Any]) -> None:
    """What the view is given survives being written and read, without a number that JSON does not know."""
    assert json.loads(json.dumps(shown, allow_nan=False)) == shown


def test_every_series_has_a_value_a_day(shown: dict[str, Any]) -> None:
    """Lesions, sums, sleepers and counts have one value for each day."""
    for arm in shown["arms"]:
        lengths = {len(each["log"]) for each in [*arm["lesions"], *arm["organs"]]}
        lengths |= {len(arm["asleep"]), len(arm["others"]), *(len(cells) for _, cells in arm["asleepIn"])}
        assert lengths == {len(arm["days"])}


def test_the_same_lesion_is_drawn_in_the_same_place_in_both_lives(shown: dict[str, Any]) -> None:
    """A lesion that both lives share does not move between their maps."""
    first, second = ({each["id"]: (each["x"], each["y"]) for each in arm["lesions"]} for arm in shown["arms"])
    shared = first.keys() & second.keys()
    assert shared
    assert all(first[key] == second[key] for key in shared)


def test_the_two_lives_are_the_same_until_treatment(shown: dict[str, Any]) -> None:
    """Symptom and diagnosis come on the same day in both, and the untreated life has no treatments."""
    first, second = shown["arms"]
    assert (first["symptom"], first["diagnosis"]) == (second["symptom"], second["diagnosis"])
    assert first["bands"]
    assert second["bands"] == []


def test_an_organ_holds_what_its_lesions_hold(life: Life) -> None:
    """The sum of an organ on the last day is that of its lesions."""
    arm = patient_data(life)["arms"][0]
    table = life.tables.lesions.to_pandas()
    table["group"] = np.where(table["route"] == "primary", "primary", table["organ"].astype(str))
    # Founders of the last cell of the mesh stand in the table as they were founded.
    seen = dict(zip(life.trajectory.key.tolist(), life.trajectory.cells[-1].tolist(), strict=True))
    table["now"] = [seen.get(int(key), cells) for key, cells in zip(table["lesion"], table["cells"], strict=True)]
    for organ, cells in table.groupby("group")["now"].sum().items():
        told = next(each["log"][-1] for each in arm["organs"] if each["organ"] == organ)
        if cells > 1e5:
            assert told == pytest.approx(100.0 * np.log10(cells), abs=1.0)


def test_a_line_begins_with_one_cell_on_the_day_of_the_founding(life: Life) -> None:
    """Before its founding a lesion has no size, and on the next day looked at less than when it is followed."""
    arm = patient_data(life)["arms"][0]
    for lesion in arm["lesions"]:
        before = [log for day, log in zip(arm["days"], lesion["log"], strict=True) if day < lesion["founded"]]
        assert set(before) <= {-1}
    primary = next(lesion for lesion in arm["lesions"] if lesion["primary"])
    assert 0 <= primary["log"][0] < 300


def test_the_story_has_both_lanes_in_order(shown: dict[str, Any]) -> None:
    """It is told in the order of time, what was hidden beside what was known, and ends with the end."""
    story = shown["arms"][0]["story"]
    assert [each["day"] for each in story] == sorted(each["day"] for each in story)
    assert {each["known"] for each in story} == {True, False}
    assert story[0]["text"] == "The first malignant cell arises (bowel)."
    assert story[-1]["day"] == shown["arms"][0]["end"]


def test_what_is_known_was_there(shown: dict[str, Any]) -> None:
    """A lesion is seen only after it was founded, and never before the diagnosis."""
    arm = shown["arms"][0]
    seen = [lesion for lesion in arm["lesions"] if lesion["seen"] is not None]
    assert seen
    assert all(lesion["seen"] >= max(lesion["founded"], arm["diagnosis"]) for lesion in seen)


def test_the_goals_of_care_follow_one_another(shown: dict[str, Any]) -> None:
    """Each goal holds until the next, the last one until the end."""
    goals = shown["arms"][0]["goals"]
    assert [each["end"] for each in goals] == [*(each["start"] for each in goals[1:]), shown["arms"][0]["end"]]


def test_the_body_waits_for_its_own_ids(shown: dict[str, Any]) -> None:
    """Ids in the drawing are one word that a page puts its own in place of."""
    assert f'id="{IDENT}-shade"' in shown["body"]


def test_two_patients_are_not_one(life: Life, index: int) -> None:
    """Lives of different patients cannot be laid beside each other."""
    other = one_life("colorectal", index + 1, seed=SEED, points=5)
    with pytest.raises(SettingError, match="not of one patient"):
        patient_data(life, other)
