from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from paget import plots
from paget.errors import SettingError
from paget.model.calendar import YEAR_DAY

DAY = np.array([20000.0, 20500.0, 21000.0, 21500.0])
CELLS = {
    "liver": [0.0, 5e2, 2e6, 3e9],
    "primary": [1e4, 1e9, 1e10, 0.0],
    "skin": [0.0, 0.0, 0.0, 10.0],
}
TREATMENTS = pd.DataFrame(
    {
        "therapy": ["folfox", "surgery_primary", "folfox", "analgesia"],
        "start_age_day": [21100.0, 21000.0, 21300.0, 21400.0],
        "end_age_day": [21200.0, 21007.0, 21350.0, 21500.0],
    }
)


def test_lines_are_the_cells_from_a_thousand_on() -> None:
    """Each organ that ever held a thousand cells has a line of its cells, with a gap where there were fewer."""
    figure = plots.burden_over_time(DAY, CELLS)
    lines = {
        line.get_label(): np.asarray(line.get_ydata()) for line in figure.axes[0].lines if line.get_gid() == "burden"
    }
    assert list(lines) == ["primary", "liver"]
    np.testing.assert_array_equal(lines["liver"], [np.nan, np.nan, 2e6, 3e9])
    np.testing.assert_array_equal(lines["primary"], [1e4, 1e9, 1e10, np.nan])


def test_lanes_are_the_courses_of_each_therapy() -> None:
    """A therapy has one lane with a bar for each course, in order of the first start; comfort has none."""
    axes = plots.burden_over_time(DAY, CELLS, TREATMENTS).axes[1]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Resection of the primary", "FOLFOX"]
    lane = next(bars for bars in axes.collections if bars.get_gid() == "lane-folfox")
    starts = [path.get_extents().x0 * YEAR_DAY for path in lane.get_paths()]
    assert starts == pytest.approx([21100.0, 21300.0])
    assert lane.get_paths()[0].get_extents().width * YEAR_DAY == pytest.approx(100.0)


def test_lanes_may_be_chosen() -> None:
    """Lanes that are asked for are drawn even where they only comfort."""
    axes = plots.burden_over_time(DAY, CELLS, TREATMENTS, lanes=["analgesia"]).axes[1]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Relief of pain"]


def test_marks_stand_at_their_age() -> None:
    """A marked moment is a line at that age in every part of the figure."""
    figure = plots.burden_over_time(DAY, CELLS, TREATMENTS, marks={"diagnosis": 21000.0})
    for axes in figure.axes:
        assert [21000.0 / YEAR_DAY] * 2 in [list(np.asarray(line.get_xdata())) for line in axes.lines]


def test_days_and_cells_have_to_fit() -> None:
    """Another number of cells than of days is refused."""
    with pytest.raises(SettingError) as refused:
        plots.burden_over_time(DAY, {"liver": [1e5, 1e6]})
    assert refused.value.key == "liver"


def test_boxes_are_quartiles_of_the_metastases() -> None:
    """An organ with five metastases or more has a box from the first to the third quartile of their diameters."""
    lesions = pd.DataFrame(
        {
            "organ": ["liver"] * 5 + ["lung"] * 4 + ["liver"],
            "route": ["blood"] * 9 + ["primary"],
            "diameter_mm": [1.0, 2.0, 3.0, 4.0, 5.0, 9.0, 9.0, 9.0, 9.0, 80.0],
        }
    )
    axes = plots.sizes(lesions).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Liver (5)"]
    box = axes.patches[0]
    assert isinstance(box, Rectangle)
    assert (box.get_x(), box.get_x() + box.get_width()) == pytest.approx((2.0, 4.0))


def test_no_metastases_are_refused() -> None:
    """Sizes of fewer than five metastases are refused."""
    with pytest.raises(SettingError):
        plots.sizes(pd.DataFrame({"organ": ["liver"], "route": ["blood"], "diameter_mm": [3.0]}))
