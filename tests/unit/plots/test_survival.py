from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from paget import plots
from paget.analysis.durations import MONTH_DAY
from paget.errors import SettingError
from paget.plots import survival

DAYS = {"A": np.array([30.0, 60.0, 90.0, 400.0, 800.0, 900.0]), "B": np.array([100.0, 200.0, 300.0, 1000.0])}
EVENTS = {"A": np.array([1, 1, 0, 1, 1, 1]), "B": np.array([1, 1, 1, 0])}
GROUPS = {name: (DAYS[name], EVENTS[name]) for name in DAYS}


def texts(figure: Figure, gid: str) -> list[str]:
    return [found.get_text() for found in figure.findobj(lambda artist: artist.get_gid() == gid)]  # type: ignore[attr-defined]


def test_numbers_at_risk_are_the_counts_in_the_table() -> None:
    """Under each tick stands how many of each group were still followed on that day."""
    figure = plots.kaplan_meier(GROUPS, unit="months", until=30.0)
    ticks = figure.axes[0].get_xticks()
    told = texts(figure, "at-risk")
    expected = [f"{np.count_nonzero(DAYS[name] >= tick * MONTH_DAY)}" for name in GROUPS for tick in ticks]
    assert told == expected
    assert told[: len(ticks)] == ["6", "3", "3", "2", "2", "0"]


def test_at_risk_counts_those_who_leave_on_the_day() -> None:
    """Whoever dies or is censored on a day is still at risk on it."""
    assert [survival.at_risk([10.0, 20.0, 20.0, 30.0], day) for day in (0.0, 10.0, 20.0, 21.0, 31.0)] == [4, 4, 3, 1, 0]


def test_curve_steps_at_each_death_and_only_there() -> None:
    """The curve is the product-limit estimate worked out by hand: six patients, one censored after two deaths."""
    figure = plots.kaplan_meier({"A": GROUPS["A"]}, unit="days", until=900.0)
    line = next(line for line in figure.axes[0].lines if line.get_gid() == "curve")
    day, alive = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
    assert day[:6] == pytest.approx([0, 30, 60, 400, 800, 900])
    assert alive[:6] == pytest.approx([1, 5 / 6, 4 / 6, 4 / 6 * 2 / 3, 4 / 6 / 3, 0])


def test_medians_are_told_in_the_unit_of_the_axis() -> None:
    """The label of a curve tells its median in the unit asked for, or that it was not reached."""
    figure = plots.kaplan_meier({"A": GROUPS["A"], "long": ([100.0] * 9, [0] * 9)}, unit="months")
    labels = [text.get_text() for text in figure.axes[0].texts]
    assert labels == [f"A\nmedian {400.0 / MONTH_DAY:.1f} mo", "long\nmedian not reached"]


def test_stages_are_named_and_coloured_as_stages() -> None:
    """Groups that are stages are called so and have the stages' colours."""
    figure = plots.kaplan_meier({"I": GROUPS["A"], "IV": GROUPS["B"]})
    lines = {line.get_label(): line.get_color() for line in figure.axes[0].lines if line.get_gid() == "curve"}
    assert lines == {"Stage I": plots.style.STAGES["I"], "Stage IV": plots.style.STAGES["IV"]}


def test_axis_ends_where_five_per_cent_are_left() -> None:
    """One long survivor among a hundred does not stretch the axis."""
    days = np.concatenate((np.arange(1.0, 100.0), [5000.0]))
    figure = plots.kaplan_meier({"": (days, np.ones(100))}, unit="days")
    assert figure.axes[0].get_xlim()[1] == 95.0


def test_times_that_are_not_known_are_left_out() -> None:
    """A patient without a time is in no curve and no number at risk."""
    figure = plots.kaplan_meier({"A": ([10.0, np.nan, 30.0], [1, 1, 1])}, unit="days")
    assert texts(figure, "at-risk")[0] == "2"


def test_other_units_and_empty_groups_are_refused() -> None:
    """A unit that is none is refused with the nearest one, and so is a curve of nobody."""
    with pytest.raises(SettingError) as refused:
        plots.kaplan_meier(GROUPS, unit="month")
    assert refused.value.meant == "months"
    with pytest.raises(SettingError):
        plots.kaplan_meier({"A": ([], [])})
