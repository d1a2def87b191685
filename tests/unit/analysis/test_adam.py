from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pyarrow import parquet

from paget.analysis import adam
from paget.analysis.adam_files import write_adam
from paget.errors import FolderError, SettingError

START = 20_000.5
NEVER = float("nan")


def _patients(**columns: Any) -> pd.DataFrame:
    """Make a trial of five: 0 and 1 in arm A, 2 and 3 in arm B, and 4 who was never randomised."""
    table = {
        "patient": [0, 1, 2, 3, 4],
        "sex": ["female", "male", "male", "female", "male"],
        "cause": ["liver", "alive", "other", "liver", "other"],
        "diagnosis_age_day": [START - 30.0] * 4 + [NEVER],
        "death_age_day": [START + 300.0, NEVER, START + 50.2, START + 900.0, START + 10.0],
        "last_age_day": [START + 300.0, START + 1000.0, START + 50.2, START + 900.0, START + 10.0],
        "arm": ["A", "A", "B", "B", ""],
        "randomised_age_day": [START] * 4 + [NEVER],
        "censored_age_day": [START + 600.0] * 5,
    }
    return pd.DataFrame(table | columns)


def _visits() -> pd.DataFrame:
    """Patient 0 responds for a time; 1 stays stable; 2 is never assessed; 3 progresses at once."""
    rows = [
        (0, -5.0, "none", 100.0),
        (0, 56.0, "PR", 60.0),
        (0, 112.0, "PR", 50.0),
        (0, 168.0, "PD", 70.0),
        (0, 224.0, "SD", 70.0),
        (1, 56.0, "SD", 30.0),
        (1, 112.0, "NE", NEVER),
        (1, 700.0, "PD", 90.0),
        (3, 40.0, "PD", 80.0),
        (4, 5.0, "PD", 80.0),
    ]
    patient, day, response, total = zip(*rows, strict=True)
    age = [START + passed for passed in day]
    return pd.DataFrame({"patient": patient, "age_day": age, "response": response, "sum_mm": total})


def _times(code: str) -> dict[str, tuple[float, int, str]]:
    table = adam.adtte(_patients(), _visits())
    rows = table[table["PARAMCD"] == code]
    return {
        subject[-1]: (aval, cnsr, why)
        for subject, aval, cnsr, why in zip(rows["USUBJID"], rows["AVAL"], rows["CNSR"], rows["EVNTDESC"], strict=True)
    }


def test_survival_counts_the_first_day_and_deaths_after_the_cutoff_are_not_seen() -> None:
    """Death 300 days on is day 301 and no censoring; a death on day 901 is censored at the cut-off on day 601."""
    expected = {
        "0": (301.0, 0, "Death"),
        "1": (601.0, 1, "Alive at data cut-off"),
        "2": (51.0, 0, "Death"),
        "3": (601.0, 1, "Alive at data cut-off"),
    }
    assert expected == _times("OS")


def test_progression_free_survival_ends_with_progression_or_death_or_is_censored_where_last_assessed() -> None:
    """Progression comes before death; who is stable is censored at the last assessment that could be evaluated."""
    expected = {
        "0": (169.0, 0, "Progressive disease"),
        "1": (57.0, 1, "Last adequate assessment"),
        "2": (51.0, 0, "Death"),
        "3": (41.0, 0, "Progressive disease"),
    }
    assert expected == _times("PFS")


def test_response_lasts_from_the_first_response_that_was_confirmed() -> None:
    """A response of day 57 that ends on day 169 lasted 113 days, and those without one have no row."""
    assert _times("DOR") == {"0": (113.0, 0, "Progressive disease")}


def test_responses_are_told_one_by_one_and_at_their_best() -> None:
    """The response is confirmed, the one after progression is not counted, and nobody assessed is missing."""
    table = adam.adrs(_patients(), _visits())
    best = {code: table[table["PARAMCD"] == code]["AVALC"].tolist() for code in ("BOR", "CBOR")}
    assert best == {"BOR": ["PR", "SD", "MISSING", "PD"], "CBOR": ["PR", "SD", "MISSING", "PD"]}
    each = table[(table["PARAMCD"] == "OVR") & table["USUBJID"].str.endswith("0")]
    assert each["AVALC"].tolist() == ["PR", "PR", "PD", "SD"]
    assert each["AVAL"].tolist() == [2.0, 2.0, 5.0, 3.0]
    assert each["ANL01FL"].tolist() == ["Y", "Y", "Y", ""]
    assert table[table["PARAMCD"] == "CBOR"]["ADY"].fillna(0.0).tolist() == [57.0, 0.0, 0.0, 0.0]


def test_sums_change_from_the_last_before_the_start() -> None:
    """The sum of 100 mm five days before the start is the baseline, and half of it a change by -50 %."""
    table = adam.adtr(_patients(), _visits())
    first = table[table["USUBJID"].str.endswith("0")]
    assert first["ADY"].tolist() == [-5.0, 57.0, 113.0, 169.0, 225.0]
    assert first["ABLFL"].tolist() == ["Y", "", "", "", ""]
    assert first["PCHG"].fillna(1.0).tolist() == [1.0, -40.0, -50.0, -30.0, -30.0]
    assert table[table["USUBJID"].str.endswith("1")]["CHG"].isna().all()


def test_targets_chosen_on_the_first_study_day_are_the_baseline() -> None:
    """A visit that measured nothing but chose what is followed has its sum as the baseline, and change goes by it."""
    visits = pd.DataFrame(
        {
            "patient": 0,
            "age_day": [START - 60.0, START, START + 56.0, START + 112.0],
            "response": ["SD", "", "PR", "PD"],
            "sum_mm": [90.0, None, 40.0, 120.0],
            "baseline_sum_mm": [100.0, 80.0, 80.0, 50.0],
        }
    )
    table = adam.adtr(_patients(), visits)
    assert table["AVAL"].tolist() == [90.0, 80.0, 40.0, 120.0]
    assert table["ABLFL"].tolist() == ["", "Y", "", ""]
    assert table["BASE"].tolist() == [80.0] * 4
    assert table["PCHG"].fillna(0.0).tolist() == [0.0, 0.0, -50.0, 50.0]


def test_diameters_are_numbered_within_a_subject() -> None:
    """Two targets of one patient are LDIAM1 and LDIAM2, each with its own baseline."""
    targets = pd.DataFrame(
        {
            "patient": [0, 0, 0, 0],
            "age_day": [START, START, START + 56.0, START + 56.0],
            "lesion": [77, 5, 5, 77],
            "organ": ["liver", "lung", "lung", "liver"],
            "diameter_mm": [40.0, 20.0, 10.0, 36.0],
        }
    )
    table = adam.adtr(_patients(), _visits(), targets)
    later = table[table["PARAMCD"].str.startswith("LDIAM") & (table["ABLFL"] == "")]
    assert dict(zip(later["PARAMCD"], later["PCHG"], strict=True)) == pytest.approx({"LDIAM1": -10.0, "LDIAM2": -50.0})
    assert dict(zip(later["PARAMCD"], later["TULOC"], strict=True)) == {"LDIAM1": "liver", "LDIAM2": "lung"}


def test_subjects_are_those_who_were_randomised() -> None:
    """Age counts at the start, treatment from the first day on, and the cause of a death not seen is not told."""
    treatments = pd.DataFrame(
        {
            "patient": [0, 0, 1],
            "start_age_day": [START - 10.0, START + 2.0, START + 1.0],
            "end_age_day": [START - 5.0, START + 90.0, START + 800.0],
        }
    )
    table = adam.adsl(_patients(), treatments)
    assert table["AGE"].tolist() == [54.0] * 4
    assert table["SEX"].tolist() == ["F", "M", "M", "F"]
    assert table["DTHFL"].tolist() == ["Y", "", "Y", ""]
    assert table["DTHCAUS"].tolist() == ["liver", "", "other", ""]
    assert table["SAFFL"].tolist() == ["Y", "Y", "N", "N"]
    assert table["TRTSDY"].iloc[:2].tolist() == [3.0, 2.0]
    assert table["TRTEDY"].iloc[:2].tolist() == [91.0, 601.0]


def test_without_arms_the_study_begins_at_diagnosis() -> None:
    """In a run without arms everybody who was diagnosed is followed from then on to the end of the run."""
    patients = _patients().drop(columns=["arm", "randomised_age_day", "censored_age_day"])
    table = adam.adsl(patients)
    assert table["DTHDY"].fillna(0.0).tolist() == [331.0, 0.0, 81.0, 931.0]
    assert set(table["TRT01P"]) == {adam.NO_ARM}


def test_adverse_events_begin_before_the_cutoff() -> None:
    """An event before the start is told but not as treatment-emergent, one after the cut-off is not told."""
    events = pd.DataFrame(
        {
            "patient": [0, 0, 2, 3],
            "therapy": ["folfox"] * 4,
            "event": ["nausea", "neuropathy", "sepsis", "nausea"],
            "grade": [2, 3, 5, 1],
            "onset_age_day": [START - 1.0, START + 10.0, START + 50.0, START + 601.0],
            "end_age_day": [START + 3.0, START + 700.0, START + 50.2, START + 610.0],
        }
    )
    table = adam.adae(_patients(), events)
    assert table["AESTDY"].tolist() == [-1.0, 11.0, 51.0]
    assert table["AEOUT"].tolist() == ["RECOVERED/RESOLVED", "NOT RECOVERED/NOT RESOLVED", "FATAL"]
    assert table["TRTEMFL"].tolist() == ["", "Y", "Y"]
    assert table["AETOXGR"].tolist() == ["2", "3", "5"]
    assert table["AESEQ"].tolist() == [1, 2, 1]


def _all() -> dict[str, pd.DataFrame]:
    patients, visits = _patients(), _visits()
    return {"adsl": adam.adsl(patients), "adtte": adam.adtte(patients, visits), "adrs": adam.adrs(patients, visits)}


def test_names_and_labels_fit_a_transport_file() -> None:
    """Names have at most 8 characters and labels 40, and every variable has one."""
    for frame in _all().values():
        labels = frame.attrs["labels"]
        assert list(frame.columns) == list(labels)
        assert all(len(name) <= 8 and name == name.upper() for name in labels)
        assert all(0 < len(label) <= 40 for label in labels.values())


def test_files_hold_what_the_frames_hold(tmp_path: Path) -> None:
    """Both formats can be read back, labels travel with Parquet, and define.csv says what each variable is."""
    frames = _all()
    paths = write_adam(tmp_path / "adam", frames)
    assert len(paths) == 7
    for name, frame in frames.items():
        back = parquet.read_table(tmp_path / "adam" / f"{name}.parquet")
        pd.testing.assert_frame_equal(frame, back.to_pandas(), check_dtype=False)
        assert pd.read_csv(tmp_path / "adam" / f"{name}.csv", keep_default_na=False).shape == frame.shape
    assert back.schema.field("PARAMCD").metadata == {b"label": b"Parameter Code"}
    definitions = pd.read_csv(tmp_path / "adam" / "define.csv")
    assert definitions["label"].notna().all()
    assert set(definitions[definitions["variable"] == "AVAL"]["type"]) == {"Num"}


def test_what_cannot_be_used_is_told(tmp_path: Path) -> None:
    """A missing column, a patient in two rows, an unknown format and a folder that is a file are errors of the user."""
    with pytest.raises(SettingError, match="lacks columns"):
        adam.adtte(_patients(), _visits().drop(columns="response"))
    with pytest.raises(SettingError, match="two rows"):
        adam.adsl(_patients(patient=[0, 1, 2, 3, 3]))
    with pytest.raises(SettingError, match="format"):
        write_adam(tmp_path, {}, formats=("xpt",))
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderError, match="written"):
        write_adam(tmp_path / "file", {})
