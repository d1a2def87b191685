from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget.analysis.adverse import COLUMNS, adverse_frequencies
from paget.analysis.shares import share
from paget.errors import SettingError

TREATMENTS = pd.DataFrame(
    [(patient, "folfox", 1000.0, 1182.625) for patient in range(4)]
    + [(0, "folfox", 2000.0, 2182.625), (0, "cetuximab", 2000.0, 2000.0)],
    columns=["patient", "therapy", "start_age_day", "end_age_day"],
)


def events(*rows: tuple[int, str, str, int]) -> pd.DataFrame:
    """Return unwanted effects: patient, therapy, effect and grade."""
    return pd.DataFrame(list(rows), columns=["patient", "therapy", "event", "grade"])


def test_a_patient_counts_once_by_the_worst_grade() -> None:
    """Three bouts of nausea of one patient are one patient with nausea, and three events by time of treatment."""
    found = adverse_frequencies(
        TREATMENTS,
        events(
            (0, "folfox", "nausea", 1),
            (0, "folfox", "nausea", 3),
            (0, "folfox", "nausea", 2),
            (1, "folfox", "nausea", 2),
        ),
    )
    row = found.iloc[0]
    assert (row["treated"], row["any_grade"], row["severe"]) == (4, 2, 1)
    assert (row["any_share"], row["severe_share"]) == (0.5, 0.25)
    assert (row["severe_low"], row["severe_high"]) == (share(1, 4).low, share(1, 4).high)
    assert row["treated_year"] == pytest.approx(2.5)
    assert row["events_per_year"] == pytest.approx(4 / 2.5)


def test_effects_are_counted_apart_by_therapy_and_sorted_by_severity() -> None:
    """The same effect of two therapies is two rows; what is severe most often comes first."""
    found = adverse_frequencies(
        TREATMENTS,
        events(
            (0, "folfox", "nausea", 2),
            (1, "folfox", "fatigue", 4),
            (2, "folfox", "nausea", 1),
            (0, "cetuximab", "nausea", 1),
        ),
    )
    rows = list(zip(found["therapy"], found["event"], found["severe"], strict=True))
    assert rows == [("cetuximab", "nausea", 0), ("folfox", "fatigue", 1), ("folfox", "nausea", 0)]


def test_without_time_under_treatment_there_is_no_rate() -> None:
    """A course that ended on its first day has shares, but no events by time."""
    found = adverse_frequencies(TREATMENTS, events((0, "cetuximab", "rash", 1)))
    assert found["any_share"].tolist() == [1.0]
    assert found["events_per_year"].isna().tolist() == [True]


def test_without_events_the_table_is_empty() -> None:
    """Nothing came, and nothing is listed."""
    found = adverse_frequencies(TREATMENTS, events())
    assert (tuple(found.columns), len(found)) == (COLUMNS, 0)


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 3), st.just("folfox"), st.sampled_from(["nausea", "fatigue"]), st.integers(1, 5)),
        max_size=20,
    )
)
def test_counts_are_those_of_a_plain_count(rows: list[tuple[int, str, str, int]]) -> None:
    """Counting patients one by one gives the same."""
    found = adverse_frequencies(TREATMENTS, events(*rows)).set_index("event")
    for event in ("nausea", "fatigue"):
        worst = {
            patient: max(r[3] for r in rows if r[0] == patient and r[2] == event)
            for patient, _, name, _ in rows
            if name == event
        }
        if not worst:
            assert event not in found.index
            continue
        assert found.loc[event, "any_grade"] == len(worst)
        assert found.loc[event, "severe"] == sum(grade >= 3 for grade in worst.values())


def test_effects_of_a_therapy_that_was_not_given_are_refused() -> None:
    """Tables of two runs do not fit together, and the error names the patient."""
    with pytest.raises(SettingError) as caught:
        adverse_frequencies(TREATMENTS, events((3, "cetuximab", "rash", 2)))
    assert caught.value.value == "patient 3, cetuximab"


@pytest.mark.parametrize("missing", ["therapy", "grade"])
def test_a_table_without_a_column_is_refused(missing: str) -> None:
    """The error names the table and the column."""
    with pytest.raises(SettingError) as caught:
        adverse_frequencies(TREATMENTS, events((0, "folfox", "nausea", 1)).drop(columns=missing))
    assert (caught.value.key, caught.value.value) == ("adverse_events", missing)
