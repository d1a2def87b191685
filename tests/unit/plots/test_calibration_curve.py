from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from paget import plots
from paget.analysis.calibration import curve
from paget.errors import SettingError

SAID = np.array([0.15, 0.15, 0.15, 0.15, 0.85, 0.85])
CAME = np.array([True, False, False, False, True, True])
CURVE = curve(SAID, CAME, np.full(6, 1 / 6))


def bars(axes: Axes) -> list[Rectangle]:
    return [patch for patch in axes.patches if isinstance(patch, Rectangle)]


def test_points_are_what_was_said_and_what_came() -> None:
    """Of four cases told 15 % one came true, of two told 85 % both: points at (15, 25) and (85, 100)."""
    axes = plots.calibration_curve(CURVE).axes[0]
    line = next(line for line in axes.lines if line.get_gid() == "curve")
    assert list(np.asarray(line.get_xdata())) == pytest.approx([15.0, 85.0])
    assert list(np.asarray(line.get_ydata())) == pytest.approx([25.0, 100.0])


def test_bars_below_are_the_shares_of_cases() -> None:
    """The bars below tell how many cases got each probability, and sum to all of them."""
    heights = [bar.get_height() for bar in bars(plots.calibration_curve(CURVE).axes[1])]
    assert heights[1] == pytest.approx(100.0 * 4 / 6)
    assert sum(heights) == pytest.approx(100.0)


def test_subtitle_tells_the_calibration_error() -> None:
    """The expected calibration error, (4 x 0.10 + 2 x 0.15) / 6, stands under the title."""
    figure = plots.calibration_curve(CURVE)
    subtitle = next(text.get_text() for text in figure.texts if text.get_gid() == "subtitle")
    assert subtitle.endswith(f"{(4 * 0.10 + 2 * 0.15) / 6:.3f}")


def test_several_curves_are_named() -> None:
    """Curves drawn together are named above the axes."""
    legend = plots.calibration_curve({"before": CURVE, "after": CURVE}).axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["before", "after"]


def test_no_case_is_refused() -> None:
    """A curve without a case is refused."""
    with pytest.raises(SettingError):
        plots.calibration_curve(curve(np.zeros(0), np.zeros(0, bool), np.zeros(0)))
