from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from paget.cohort.api import fill
from paget.cohort.cohort import Cohort
from paget.cohort.recipe import Recipe
from paget.cohort.store import Tables
from paget.errors import FolderError, SettingError

N = 2_500


@pytest.fixture
def cohort(tmp_path: Path, recipe: Recipe, block: Callable[[int, int], Tables]) -> Cohort:
    fill(
        tmp_path / "run",
        recipe,
        N,
        compute=block,
        workers=2,
        scheduler=None,
        heard=lambda _patients: None,
    )
    return Cohort.open(tmp_path / "run")


def test_a_cohort_knows_how_many_patients_it_has_and_what_it_is(cohort: Cohort) -> None:
    assert len(cohort) == N
    assert repr(cohort).startswith("Cohort(colorectal, 2,500 patients, seed 3, ")


def test_tables_are_data_frames_in_the_order_of_the_patients(cohort: Cohort) -> None:
    assert cohort.patients["patient"].tolist() == list(range(N))
    assert cohort.lesions["patient"].is_monotonic_increasing
    assert set(cohort.clones["lesion"]) <= set(cohort.lesions["lesion"])
    assert isinstance(cohort.funnel, pd.DataFrame)


def test_a_table_is_read_when_it_is_first_used_and_then_kept(cohort: Cohort) -> None:
    assert "lesions" not in vars(cohort)
    assert cohort.lesions is cohort.lesions


def test_lesion_numbers_stay_unsigned_64_bit(cohort: Cohort) -> None:
    assert cohort.lesions["lesion"].dtype == "uint64"


def test_chosen_columns_of_one_patient_are_read_without_pandas(cohort: Cohort) -> None:
    table = cohort.arrow("lesions", columns=["patient", "organ"], patient=7)
    assert table.column_names == ["patient", "organ"]
    assert set(table["patient"].to_pylist()) == {7}


def test_a_table_passes_to_other_libraries_by_the_arrow_interface(cohort: Cohort) -> None:
    assert hasattr(cohort.arrow("patients"), "__arrow_c_stream__")
    assert pa.table(cohort.patients).num_rows == N


def test_a_wrong_table_or_patient_is_refused(cohort: Cohort) -> None:
    with pytest.raises(SettingError, match="no such table") as caught:
        cohort.arrow("lesion")
    assert caught.value.meant == "lesions"
    with pytest.raises(SettingError, match="no such patient"):
        cohort.newick(N)


def test_every_lesion_of_a_patient_is_in_its_tree_and_every_metastasis_in_its_migrations(
    cohort: Cohort,
) -> None:
    patient = int(cohort.patients["metastases"].argmax())
    lesions = cohort.lesions[cohort.lesions["patient"] == patient]
    assert cohort.newick(patient).count("kras") == len(lesions) - 1
    seedings = cohort.migrations(patient)
    assert len(seedings) == len(lesions) - 1
    assert set(seedings["from_organ"]) == {"bowel"}


def test_the_kept_summary_is_the_one_that_the_tables_give(cohort: Cohort) -> None:
    kept = cohort.summary()
    (cohort.path / "summary.json").unlink()
    assert cohort.summary() == kept


def test_a_temporary_folder_lives_as_long_as_its_cohort(cohort: Cohort) -> None:
    path = cohort.path
    temporary = Cohort(path, temporary=True)
    assert len(temporary.patients) == N
    del temporary
    gc.collect()
    assert not path.exists()


def test_a_folder_without_a_run_or_of_another_layout_is_refused(cohort: Cohort, tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="no run in this folder"):
        Cohort.open(tmp_path / "nothing")
    path = cohort.path / "provenance.json"
    path.write_text(path.read_text().replace('"layout_version": ', '"layout_version": 90'))
    with pytest.raises(FolderError, match="layout 90"):
        Cohort.open(cohort.path)
