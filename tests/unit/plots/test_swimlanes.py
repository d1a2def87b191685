from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from paget import plots
from paget.analysis.durations import MONTH_DAY
from paget.errors import SettingError
from paget.plots.swimlanes import KINDS, kind_of, lanes

PATIENTS = pd.DataFrame(
    {
        "patient": [3, 5, 8, 9],
        "diagnosis_age_day": [1000.0, 2000.0, 500.0, np.nan],
        "first_line_age_day": [1100.0, np.nan, 600.0, np.nan],
        "death_age_day": [1000.0 + 10 * MONTH_DAY, 2000.0 + 30 * MONTH_DAY, np.nan, 4000.0],
        "last_age_day": [1000.0 + 10 * MONTH_DAY, 2000.0 + 30 * MONTH_DAY, 500.0 + 20 * MONTH_DAY, 4000.0],
        "stage": ["IV", "IIIB", "unknown", "unknown"],
    }
)
TREATMENTS = pd.DataFrame(
    {
        "patient": [3, 3, 5, 9],
        "therapy": ["folfox", "analgesia", "surgery_primary", "folfox"],
        "line": [1, 1, 0, 1],
        "phase": ["systemic", "systemic", "local", "systemic"],
        "start_age_day": [1000.0 + MONTH_DAY, 1000.0, 2000.0 + 2 * MONTH_DAY, 10.0],
        "end_age_day": [1000.0 + 4 * MONTH_DAY, 1300.0, 2000.0 + 3 * MONTH_DAY, 20.0],
    }
)
VISITS = pd.DataFrame(
    {
        "patient": [3, 3, 3, 3],
        "age_day": [1000.0 + month * MONTH_DAY for month in (2, 3, 4, 9)],
        "response": ["PR", "PR", "PD", "CR"],
    }
)


def bars(axes: Axes) -> list[Rectangle]:
    return [patch for patch in axes.patches if isinstance(patch, Rectangle)]


def test_there_is_one_lane_a_patient_as_long_as_was_lived() -> None:
    """Each patient who was found has one lane, the longest first, as long as the months from diagnosis to the end."""
    axes = plots.swimmer(TREATMENTS, VISITS, PATIENTS).axes[0]
    whole = [patch for patch in bars(axes) if patch.get_gid() == "lanes"]
    assert [bar.get_width() for bar in whole] == pytest.approx([30.0, 20.0, 10.0])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["IIIB", "?", "IV"]


def test_treatment_stands_in_its_lane_at_its_time() -> None:
    """A course is drawn in its patient's lane from start to end; what only comforts is not."""
    axes = plots.swimmer(TREATMENTS, VISITS, PATIENTS).axes[0]
    given = next(found for found in axes.collections if found.get_gid() == "given")
    places = [path.get_extents().extents for path in given.get_paths()]
    assert places == [pytest.approx((1.0, 1.63, 4.0, 2.37)), pytest.approx((2.0, -0.37, 3.0, 0.37))]


def test_events_stand_where_they_happened() -> None:
    """A response is marked when it begins, each progression, each death, and who is alive."""
    axes = plots.swimmer(TREATMENTS, VISITS, PATIENTS).axes[0]
    marks = {line.get_gid(): np.asarray(line.get_xydata()) for line in axes.lines}
    assert marks["Response"] == pytest.approx(np.array([[2.0, 2], [9.0, 2]]))
    assert marks["Progression"] == pytest.approx(np.array([[4.0, 2]]))
    assert marks["Death"] == pytest.approx(np.array([[30.0, 0], [10.0, 2]]))
    assert marks["Alive"] == pytest.approx(np.array([[20.0, 1]]))


def test_many_patients_are_drawn_evenly_by_length() -> None:
    """Of more patients than lanes, the longest, the shortest and every so many-th in between are drawn."""
    many = pd.DataFrame(
        {
            "patient": range(101),
            "diagnosis_age_day": 0.0,
            "death_age_day": np.arange(101.0) * MONTH_DAY,
            "last_age_day": 0.0,
        }
    )
    assert lanes(many, most=5)["months"].tolist() == pytest.approx([100.0, 75.0, 50.0, 25.0, 0.0])


def test_time_may_count_from_the_first_line() -> None:
    """Counted from the first line, only those who had one have a lane."""
    assert lanes(PATIENTS, since="first_line")["patient"].tolist() == [8, 3]


@pytest.mark.parametrize(
    ("phase", "line", "kind"),
    [
        ("adjuvant", 0, "Adjuvant"),
        ("local", 2, "Surgery, radiation"),
        ("systemic", 2, "Line 2"),
        ("systemic", 5, "Line 3 or later"),
    ],
)
def test_kinds_of_treatment(phase: str, line: int, kind: str) -> None:
    """Treatment is told apart by phase and line."""
    assert kind_of(phase, line) == kind
    assert kind in KINDS


def test_nobody_found_is_refused() -> None:
    """Without a diagnosis there is no lane."""
    with pytest.raises(SettingError):
        plots.swimmer(TREATMENTS, VISITS, PATIENTS[PATIENTS["patient"] == 9])
