"""Survival curves by group, with how many are still at risk."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from paget.analysis import survival
from paget.analysis.durations import MONTH_DAY, DayCounts
from paget.analysis.found import UNKNOWN
from paget.errors import SettingError, nearest
from paget.model.calendar import YEAR_DAY
from paget.plots import style
from paget.plots.canvas import in_style, new_figure, plain_axes, spread_out

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

UNITS: Final = {"days": 1.0, "months": MONTH_DAY, "years": YEAR_DAY}
"""Units of time that an axis may have, in days."""

_LEAST_AT_RISK: Final = 0.05
_STEPS: Final = {
    "days": (30, 60, 90, 180, 360, 720),
    "months": (3, 6, 12, 24, 36, 60, 120, 240),
    "years": (1, 2, 5, 10, 20),
}
_MOST_TICKS: Final = 8
_LABEL_SIGNS: Final = 16
_MOST_LINES: Final = 2

SUBTITLE: Final = "Kaplan-Meier estimate; shaded: 95 % interval"
CENSORED: Final = "; small marks: last seen alive"


class _Group(NamedTuple):
    label: str
    colour: str
    day: NDArray[np.float64]
    died: NDArray[np.bool_]
    curve: survival.Curve


@in_style
def kaplan_meier(
    groups: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    unit: str = "months",
    risk: bool = True,
    title: str = "Survival",
    since: str = "diagnosis",
    colours: Mapping[str, str] | None = None,
    until: float | None = None,
) -> Figure:
    """Draw Kaplan-Meier curves with their 95 % intervals, medians, and the numbers at risk.

    Parameters
    ----------
    groups
        For each group the times in days, and whether the event came (1) or the time is censored (0).
    unit
        Unit of the axis: ``days``, ``months`` or ``years``.
    risk
        Whether to list the numbers at risk under the axis.
    title
        What the curves show.
    since
        What time counts from.
    colours
        Colours of the groups; stages, organs and responses have their own.
    until
        Where the axis ends, in `unit`; where 5 % of all patients are left if None.

    Returns
    -------
    Figure
        The curves (Kaplan & Meier 1958); intervals are those of `paget.analysis.survival`.

    Raises
    ------
    SettingError
        If the unit is another, or nobody is in any group.
    """
    if unit not in UNITS:
        raise SettingError("There is no such unit of time.", value=unit, allowed=UNITS, meant=nearest(unit, UNITS))
    rows = _groups(groups, colours)
    scale = UNITS[unit]
    end = until if until is not None else _end_day(np.concatenate([row.day for row in rows])) / scale
    ticks = _ticks(end, unit)
    names = [textwrap.wrap(row.label, _LABEL_SIGNS)[:_MOST_LINES] or ["All"] for row in rows]
    below = 0.1 + 0.24 * len(rows) * (1.5 if max(map(len, names)) > 1 else 1.0)
    subtitle = SUBTITLE + ("" if all(row.died.all() for row in rows) else CENSORED)
    figure = new_figure(title, 3.6 + (below + 0.3 if risk else 0.0), subtitle=subtitle)
    figure.alt = f"{title}. " + "; ".join(f"{row.label}: {_median(row, unit)}" for row in rows)
    axes = figure.subplots(2, 1, sharex=True, height_ratios=[3.2, below]) if risk else np.array([figure.subplots()])
    upper: Axes = axes[0]
    plain_axes(upper, grid="y")
    for row in rows:
        _draw(upper, row, scale, end)
    _label(upper, rows, names, scale, end, unit)
    upper.set(xlim=(0.0, end), ylim=(0.0, 1.02), xticks=ticks, yticks=[0.0, 0.25, 0.5, 0.75, 1.0])
    upper.set_yticklabels(["0 %", "25 %", "50 %", "75 %", "100 %"])
    upper.tick_params(labelbottom=True)
    upper.set_xlabel(f"{style.upper_first(unit)} since {since}")
    if risk:
        _list_at_risk(axes[1], rows, names, ticks, scale)
    return figure


def _groups(groups: Mapping[str, tuple[ArrayLike, ArrayLike]], colours: Mapping[str, str] | None) -> list[_Group]:
    own = style.group_colours([str(name) for name in groups]) | dict(colours or {})
    staged = all(name in style.STAGES for name in groups)
    rows = []
    for name, (time, event) in groups.items():
        day, died = np.asarray(time, dtype=np.float64), np.asarray(event).astype(np.float64) > 0.0
        known = np.isfinite(day)
        day, died = day[known], died[known]
        if day.size:
            deaths, censored = DayCounts(), DayCounts()
            deaths.add(day[died])
            censored.add(day[~died])
            label = f"Stage {name}" if staged and name != UNKNOWN else str(name)
            rows.append(_Group(label, own[str(name)], day, died, survival.kaplan_meier(deaths, censored)))
    if not rows:
        raise SettingError("There is nobody to draw a survival curve of.", key="groups", allowed="one time or more")
    return rows


def _end_day(day: NDArray[np.float64]) -> float:
    """Return the day on which so few are left that the rest of the curve would mislead."""
    ordered = np.sort(day)
    return max(float(ordered[max(int((1.0 - _LEAST_AT_RISK) * ordered.size) - 1, 0)]), 1.0)


def _ticks(end: float, unit: str) -> NDArray[np.float64]:
    step = next((step for step in _STEPS[unit] if end / step < _MOST_TICKS), _STEPS[unit][-1])
    return np.arange(0.0, end + 1e-9, step)


def _draw(axes: Axes, row: _Group, scale: float, end: float) -> None:
    """Draw one curve as steps, its interval, and marks where patients were censored."""
    day = np.concatenate(([0.0], row.curve.day, [max(end * scale, float(row.day.max()))])) / scale
    parts = (row.curve.alive, row.curve.low, row.curve.high)
    alive, low, high = (np.concatenate(([1.0], part, part[-1:] if part.size else [1.0])) for part in parts)
    last = float(row.day.max()) / scale
    shown = day <= max(last, 0.0)
    shown[-1] = True
    day = np.minimum(day, last)
    axes.fill_between(day, low, high, step="post", color=row.colour, alpha=0.15, linewidth=0)
    axes.step(day, alive, where="post", color=row.colour, linewidth=2.2, label=row.label, gid="curve")
    left = np.unique(np.rint(row.day[~row.died]))
    if 0 < left.size <= 400:  # noqa: PLR2004 - more marks than that are a smear
        at = [row.curve.alive_at(time) for time in left]
        axes.plot(left / scale, at, linestyle="", marker="|", markersize=6, color=row.colour)


def _median(row: _Group, unit: str) -> str:
    median = row.curve.median_day()[0]
    short = {"months": "mo", "years": "y", "days": "d"}[unit]
    digits = 0 if unit == "days" else 1
    return "median not reached" if median is None else f"median {median / UNITS[unit]:.{digits}f} {short}"


def _label(axes: Axes, rows: list[_Group], names: list[list[str]], scale: float, end: float, unit: str) -> None:
    """Name each curve where it ends, with its median."""
    lines = ["\n".join([*name, _median(row, unit)]) for name, row in zip(names, rows, strict=True)]
    ends = [row.curve.alive_at(end * scale) for row in rows]
    gap = 0.058 * max(text.count("\n") + 1 for text in lines) + 0.02
    places = spread_out(ends, gap, gap / 2, 1.0 - gap / 2)
    for row, text, place, level in zip(rows, lines, places, ends, strict=True):
        line = {
            "arrowstyle": "-",
            "color": row.colour,
            "linewidth": 0.8,
            "shrinkA": 2,
            "shrinkB": 0,
            "relpos": (0, 0.5),
        }
        axes.annotate(
            text,
            (end, level),
            xytext=(end * 1.045, place),
            color=style.text_colour(row.colour),
            fontsize=style.SMALL_POINT,
            fontweight="bold",
            va="center",
            annotation_clip=False,
            arrowprops=line,
        )


def _list_at_risk(
    axes: Axes, rows: list[_Group], names: list[list[str]], ticks: NDArray[np.float64], scale: float
) -> None:
    """List how many of each group are still followed at each tick."""
    plain_axes(axes, baseline=False)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_title("Number at risk", loc="left", fontsize=style.SMALL_POINT, color=style.MUTED, pad=4)
    axes.set_yticks(range(len(rows)), ["\n".join(name) for name in names])
    for place, (label, row) in enumerate(zip(axes.get_yticklabels(), rows, strict=True)):
        label.set_color(style.text_colour(row.colour))
        label.set_fontweight("bold")
        for tick in ticks:
            text = f"{at_risk(row.day, tick * scale):,}"
            axes.text(tick, place, text, ha="center", va="center", fontsize=style.SMALL_POINT, gid="at-risk")
    axes.tick_params(labelbottom=False)
    axes.tick_params(axis="y", pad=22)


def at_risk(time_day: ArrayLike, day: float) -> int:
    """Return how many are neither dead nor censored just before a day.

    Parameters
    ----------
    time_day
        Times to death or censoring, in days.
    day
        The day.
    """
    return int(np.count_nonzero(np.rint(np.asarray(time_day, dtype=np.float64)) >= np.rint(day)))
