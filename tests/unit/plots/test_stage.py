from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from paget import plots
from paget.errors import SettingError
from paget.plots.stage import stage_counts


def bars(axes: Axes) -> list[Rectangle]:
    return [patch for patch in axes.patches if isinstance(patch, Rectangle)]


def table(stages: list[str], cancers: list[str] | None = None) -> pd.DataFrame:
    days = [100.0 if stage else np.nan for stage in stages]
    names = cancers or ["colorectal"] * len(stages)
    return pd.DataFrame({"diagnosis_age_day": days, "stage": [s or "unknown" for s in stages], "cancer": names})


def test_bars_are_the_shares_of_those_found() -> None:
    """Substages count with their stage, and who was not found counts nowhere."""
    figure = plots.stage_bars(table(["I", "IIA", "IIB", "IIIC", "IV", "IV", "IV", "IV", "", ""]))
    widths = {patch.get_gid(): patch.get_width() for patch in bars(figure.axes[0])}
    assert widths == pytest.approx({"stage-I": 12.5, "stage-II": 25.0, "stage-III": 12.5, "stage-IV": 50.0})


def test_interval_of_a_stage_is_wilsons() -> None:
    """The line on a bar is Wilson's 95 % interval: 21.5 to 78.5 % for 4 of 8."""
    figure = plots.stage_bars(table(["I"] * 4 + ["IV"] * 4))
    ends = figure.axes[0].lines[-1].get_xdata()
    assert np.asarray(ends) == pytest.approx([21.52, 78.48], abs=0.01)


def test_bars_of_several_cancers_each_sum_to_all() -> None:
    """With several cancers each has a bar that sums to 100 %, the one with most of stage IV first."""
    figure = plots.stage_bars(table(["I", "IV", "IV", "II", "II", "IV", ""], ["prostate"] * 3 + ["breast"] * 4))
    axes = figure.axes[0]
    sums = pd.Series([p.get_width() for p in bars(axes)]).groupby([round(p.get_y(), 2) for p in bars(axes)]).sum()
    assert sums.tolist() == pytest.approx([100.0, 100.0])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Prostate cancer (3)", "Breast cancer (3)"]


def test_counts_keep_the_order_of_stages() -> None:
    """Columns stand in order of stage, unknown last."""
    assert list(stage_counts(table(["IV", "unknown", "I", "IIIA"]))) == ["I", "III", "IV", "unknown"]


def test_nobody_found_is_refused() -> None:
    """Without a diagnosis there is no stage to draw."""
    with pytest.raises(SettingError):
        plots.stage_bars(table(["", ""]))
