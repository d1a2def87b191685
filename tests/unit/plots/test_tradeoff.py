from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paget import plots
from paget.errors import SettingError

PLAN = pd.DataFrame(
    {
        "policy": ["none", "comfort", "standard_of_care", "intense"],
        "quality_adjusted_years": [0.6, 0.9, 2.7, 2.2],
        "treatment_days": [0.0, 20.0, 420.0, 600.0],
        "on_front": [True, True, True, False],
    }
)
for name, half in (("quality_adjusted_years", 0.1), ("treatment_days", 10.0)):
    PLAN[f"{name}_low"], PLAN[f"{name}_high"] = PLAN[name] - half, PLAN[name] + half


def test_front_joins_the_policies_that_no_other_beats() -> None:
    """The line goes through the policies on the front, in order of their burden, and through no other."""
    axes = plots.trade_off_front(PLAN).axes[0]
    front = next(line for line in axes.lines if line.get_gid() == "front")
    assert list(np.asarray(front.get_xdata())) == [0.0, 20.0, 420.0]
    assert list(np.asarray(front.get_ydata())) == [0.6, 0.9, 2.7]


def test_each_policy_is_named_once_and_the_preferred_one_marked() -> None:
    """Every policy has its name at its point, and the preferred one is said to be so and ringed."""
    axes = plots.trade_off_front(PLAN, preferred="standard_of_care").axes[0]
    assert {text.get_text() for text in axes.texts} == {"No care", "Comfort", "Standard of care (preferred)", "Intense"}
    ring = next(line for line in axes.lines if line.get_gid() == "preferred")
    assert (float(np.asarray(ring.get_xdata())[0]), float(np.asarray(ring.get_ydata())[0])) == (420.0, 2.7)


def test_intervals_are_those_of_the_plan() -> None:
    """The cross of a point spans the interval of both respects."""
    axes = plots.trade_off_front(PLAN).axes[0]
    spans = [np.asarray(bars.get_segments()[0]) for bars in axes.collections]  # type: ignore[attr-defined]
    assert [[410.0, 2.7], [430.0, 2.7]] in [span.round(6).tolist() for span in spans]
    assert [[420.0, 2.6], [420.0, 2.8]] in [span.round(6).tolist() for span in spans]


def test_other_respects_are_refused() -> None:
    """Policies are drawn only by what a plan compares."""
    with pytest.raises(SettingError) as refused:
        plots.trade_off_front(PLAN, x="cost")
    assert "treatment_days" in refused.value.parts()["allowed"]
