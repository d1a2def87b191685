from __future__ import annotations

import numpy as np
import pytest

import paget
from paget.cohort.one import one_patient
from paget.cohort.recipe import make_recipe
from paget.cohort.trajectory import Life, _sloped, lives, one_life
from paget.errors import SettingError

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


def test_the_life_looked_at_is_the_patient_of_the_run(life: Life, index: int) -> None:
    """Stopping a patient to look leaves every row as it is in a run."""
    alone = one_patient("colorectal", index, seed=SEED)
    assert life.tables.patients.equals(alone.patients)
    assert life.tables.lesions.equals(alone.lesions)


def test_on_the_last_day_lesions_hold_what_the_table_says(life: Life) -> None:
    """What is seen at the end is what the table of lesions tells, to the last cell."""
    table = life.tables.lesions.to_pandas()
    grown = table[table["cells"] > 1e5]
    seen = dict(zip(life.trajectory.key.tolist(), life.trajectory.cells[-1].tolist(), strict=True))
    assert len(grown) > 0
    assert [seen[int(key)] for key in grown["lesion"]] == grown["cells"].tolist()


def test_how_often_one_looks_changes_nothing(life: Life, index: int) -> None:
    """A patient looked at on other days ends the same, and was the same on a day that both looked at."""
    other = one_life("colorectal", index, seed=SEED, points=7).trajectory
    days, here, there = np.intersect1d(life.trajectory.day, other.day, return_indices=True)
    keys, own, others = np.intersect1d(life.trajectory.key, other.key, return_indices=True)
    assert days.size > 2
    assert keys.size > 2
    first, second = life.trajectory.cells[np.ix_(here, own)], other.cells[np.ix_(there, others)]
    # Smaller ones may be founders whose growth is told only when their cell of the mesh has ended.
    both = (first > 1e5) & (second > 1e5)
    assert both.any()
    np.testing.assert_allclose(first[both], second[both], rtol=1e-9)


def test_days_rise_from_the_first_cell_to_the_last_day(life: Life) -> None:
    """Days are in order, begin with the first cell and end with the life."""
    row = life.tables.patients.to_pylist()[0]
    days = life.trajectory.day
    assert (np.diff(days) > 0.0).all()
    assert days[0] == pytest.approx(row["onset_age_day"], abs=0.01)
    assert days[-1] == row["last_age_day"]


def test_nothing_is_known_before_the_diagnosis_and_all_findings_are_known_on_it(life: Life) -> None:
    """The lesions known on the day of the diagnosis are those behind the findings."""
    row = life.tables.patients.to_pylist()[0]
    known = dict(zip(life.trajectory.key.tolist(), life.trajectory.known_day.tolist(), strict=True))
    assert np.nanmin(life.trajectory.known_day) == row["diagnosis_age_day"]
    behind = {int(key) for key in life.tables.findings["lesion"].to_pylist()} - {0}
    assert {key for key, day in known.items() if day == row["diagnosis_age_day"]} == behind


def test_a_lesion_is_followed_from_a_thousand_cells_on(life: Life) -> None:
    """Before a lesion holds a thousand cells nothing is told of it."""
    cells = life.trajectory.cells
    first = (cells > 0.0).argmax(axis=0)
    assert cells[first, np.arange(cells.shape[1])].min() >= 999.0


def test_a_patient_that_cannot_be_is_refused() -> None:
    """An index below nothing is told with what is allowed."""
    with pytest.raises(SettingError, match="index is not in its range"):
        one_life("colorectal", -1)


def test_few_cells_that_stand_still_are_laid_straight() -> None:
    """Between two counts of few cells the logarithm is straight; counts, large lesions and gaps stay as they are."""
    cells = np.array([0.0, 5000.0, 100.0, 100.0, 100.0, 800.0, 5000.0, 5000.0, 0.0])
    day = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])
    assert _sloped(day, cells).round(6).tolist() == [0.0, 5000.0, 100.0, 200.0, 400.0, 800.0, 5000.0, 5000.0, 0.0]


def test_patients_looked_at_together_are_seen_as_each_alone() -> None:
    """How many are looked at in one block changes nothing that is seen of any of them."""
    recipe = make_recipe("lung", seed=SEED)
    tables = {index: recipe.patients(np.array([index])) for index in range(5)}
    together = lives(recipe, tables, points=20)
    for index, own in tables.items():
        alone = lives(recipe, {index: own}, points=20)[index]
        assert together[index].cancer.id == alone.cancer.id
        for name, seen in vars(alone.trajectory).items():
            np.testing.assert_array_equal(getattr(together[index].trajectory, name), seen)
