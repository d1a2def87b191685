from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from paget import plots
from paget.errors import SettingError
from paget.plots.cascade import chance, per_patient

TABLE = pd.DataFrame(
    {
        "patient": [0, 0, 1, 1],
        "organ": ["liver", "lung", "liver", "lung"],
        "shed_count": [0.0, 4e6, 0.0, 8e6],
        "arrested_count": [1e6, 1e6, 2e6, 2e6],
        "detectable_count": [2.0, 0.0, 1.0, 0.0],
    }
)


def bars(axes: Axes) -> list[Rectangle]:
    return [patch for patch in axes.patches if isinstance(patch, Rectangle)]


def test_counts_are_means_of_patients_over_all_organs() -> None:
    """Counts are summed over organs and divided by patients."""
    assert per_patient(TABLE) == {"shed": 6e6, "arrested": 3e6, "detectable": 1.5}


def test_summary_and_table_give_the_same_bars() -> None:
    """A run's summary, its part on the funnel and the table itself are drawn alike."""
    counts = per_patient(TABLE)
    whole = plots.svg(plots.funnel(TABLE), alt="a")
    assert plots.svg(plots.funnel({"funnel": {"count_per_patient": counts}}), alt="a") == whole
    assert plots.svg(plots.funnel(counts), alt="a") == whole


def test_bars_end_at_the_counts() -> None:
    """Each bar ends at the cells a patient."""
    axes = plots.funnel(TABLE).axes[0]
    ends = {patch.get_gid(): patch.get_x() + patch.get_width() for patch in bars(axes)}
    assert ends == pytest.approx({"step-shed": 6e6, "step-arrested": 3e6, "step-detectable": 1.5})


def test_what_passes_a_step_is_told_of_the_step_before() -> None:
    """Beside each bar stands what part of the step before came so far."""
    told = [text.get_text() for text in plots.funnel(TABLE).axes[0].texts]
    assert "50 %" in told
    assert "1 in 2 million" in told


def test_chances_are_told_so_that_they_can_be_grasped() -> None:
    """Large shares are told in per cent, small ones as one in so many."""
    assert chance(0.84) == "84 %"
    assert chance(1 / 3.6e6) == "1 in 3.6 million"


def test_no_steps_are_refused() -> None:
    """A funnel without a step is refused."""
    with pytest.raises(SettingError):
        plots.funnel({"nothing": 1.0})
