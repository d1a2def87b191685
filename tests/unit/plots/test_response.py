from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.colors import to_hex

from paget import plots
from paget.errors import SettingError
from paget.plots.response import by_change

CHANGES = {7: -100.0, 1: 12.0, 4: -35.0, 9: 140.0, 2: 0.0}
VISITS = pd.DataFrame(
    {
        "patient": [1, 1, 1, 1, 1, 2, 2, 3, 3],
        "age_day": [100.0, 156.0, 212.0, 268.0, 324.0, 50.0, 106.0, 10.0, 66.0],
        "event": ["diagnosis", "visit", "visit", "progression", "visit", "diagnosis", "visit", "diagnosis", "visit"],
        "line": [1, 1, 1, 2, 2, 1, 1, 0, 0],
        "targets_sum_mm": [np.nan, 40.0, 20.0, 50.0, 30.0, np.nan, 10.0, np.nan, 30.0],
        "response": ["", "SD", "PR", "PD", "SD", "", "SD", "", "SD"],
    }
)


def bars(axes: Axes) -> Collection:
    return next(found for found in axes.collections if found.get_gid() == "bars")


def test_waterfall_is_sorted_and_its_bars_are_the_best_changes() -> None:
    """Bars stand from the worst to the best change, one a patient, and are as long as the change."""
    figure = plots.waterfall(CHANGES)
    drawn = [path.get_extents() for path in bars(figure.axes[0]).get_paths()]
    assert [box.x0 + box.x1 for box in drawn] == pytest.approx([0.0, 2.0, 4.0, 6.0, 8.0])
    assert [box.y0 + box.y1 for box in drawn] == pytest.approx([140.0, 12.0, 0.0, -35.0, -100.0])


def test_waterfall_cuts_the_axis_and_tells_what_is_beyond() -> None:
    """How far growth goes beyond the axis is written beside the bars."""
    axes = plots.waterfall(CHANGES).axes[0]
    assert axes.get_ylim()[1] == pytest.approx(106.0)
    assert "up to +140 %" in [text.get_text() for text in axes.texts]


def test_bars_have_the_colour_of_the_response() -> None:
    """A bar has the colour of the response that was told, which may be another than the change alone would mean."""
    figure = plots.waterfall({1: -40.0, 2: -40.0}, {1: "PD", 2: "PR"})
    colours = [to_hex(colour) for colour in np.atleast_2d(bars(figure.axes[0]).get_facecolor())]
    assert colours == [plots.style.RESPONSES["PD"].lower(), plots.style.RESPONSES["PR"].lower()]


def test_change_alone_means_what_recist_says() -> None:
    """A change of -100, -30 and +20 % or more is complete and partial response and progression."""
    assert [by_change(change) for change in (-100.0, -30.0, -29.9, 19.9, 20.0)] == ["CR", "PR", "SD", "SD", "PD"]


def test_change_counts_from_the_first_assessment_of_the_line() -> None:
    """Without a baseline change counts from the first assessment under the line, and ends with the line."""
    change = plots.tumour_change(VISITS)
    assert change["patient"].tolist() == [1, 1]
    assert change["day"].tolist() == [56.0, 112.0]
    assert change["change_percent"].tolist() == pytest.approx([-50.0, 25.0])
    assert change["response"].tolist() == ["PR", "PD"]


def test_change_counts_from_a_baseline_where_there_is_one() -> None:
    """With a column of baselines change counts from there, and time from the start of the line."""
    change = plots.tumour_change(VISITS.assign(baseline_sum_mm=80.0))
    assert change["patient"].tolist() == [1, 1, 1, 2]
    assert change["day"].tolist() == [56.0, 112.0, 168.0, 56.0]
    assert change["change_percent"].tolist() == pytest.approx([-50.0, -75.0, -37.5, -87.5])


def test_the_baseline_is_the_one_set_when_the_line_began() -> None:
    """A later baseline is of what came later; where the line began without one, the first assessment counts."""
    visits = VISITS.assign(baseline_sum_mm=[80.0, 80.0, 80.0, 50.0, 50.0, np.nan, np.nan, 30.0, 30.0])
    assert plots.tumour_change(visits)["change_percent"].tolist() == pytest.approx([-50.0, -75.0, -37.5])
    assert plots.tumour_change(visits, line=2)["change_percent"].tolist() == pytest.approx([-40.0])
    none = plots.tumour_change(VISITS.assign(baseline_sum_mm=np.nan))
    assert none.equals(plots.tumour_change(VISITS))


def test_later_lines_have_their_own_baseline() -> None:
    """An assessment at which a new line was decided on belongs to the line before."""
    assert plots.tumour_change(VISITS.assign(baseline_sum_mm=50.0), line=2)["change_percent"].tolist() == [-40.0]


def test_spider_has_one_line_a_patient_from_nothing() -> None:
    """Each patient has one line that begins at no change and goes through each assessment."""
    figure = plots.spider(plots.tumour_change(VISITS.assign(baseline_sum_mm=80.0)))
    lines = {
        line.get_gid(): list(np.asarray(line.get_ydata()))
        for line in figure.axes[0].lines
        if "line-" in str(line.get_gid())
    }
    assert lines == {"line-1": pytest.approx([0.0, -50.0, -75.0, -37.5]), "line-2": pytest.approx([0.0, -87.5])}


def test_nothing_measured_is_refused() -> None:
    """Figures of responses need somebody who was measured."""
    with pytest.raises(SettingError):
        plots.waterfall({1: np.nan})
    with pytest.raises(SettingError):
        plots.spider(plots.tumour_change(VISITS.iloc[:1]))
