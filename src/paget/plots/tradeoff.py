"""Policies for one patient: what each brings in quality-adjusted life, at what burden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from paget.errors import SettingError
from paget.plots import style
from paget.plots.canvas import in_style, new_figure, plain_axes, spread_out

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RESPECTS: Final = {
    "years": "Years lived",
    "quality_adjusted_years": "Quality-adjusted years",
    "treatment_days": "Days under treatment",
    "home_days": "Days at home",
}
"""What policies may be compared in, as a column of a plan and in words."""
_OFF: Final = "#98A3AB"
_LABEL_GAP: Final = 0.065


@in_style
def trade_off_front(
    plan: Any,  # noqa: ANN401 - a plan, or its table
    *,
    x: str = "treatment_days",
    y: str = "quality_adjusted_years",
    preferred: str | None = None,
    title: str = "What each policy brings, and what it costs the patient",
) -> Figure:
    """Draw policies by two respects, with those that no other policy beats joined by a line.

    Parameters
    ----------
    plan
        What `paget.plan` returns, or its ``frame()``: ``policy``, the two respects, each with ``_low`` and ``_high``,
        and ``on_front``.
    x, y
        The respects: ``treatment_days``, ``quality_adjusted_years``, ``years`` or ``home_days``.
    preferred
        The policy to mark; the plan's own if None.
    title
        What the figure shows.

    Returns
    -------
    Figure
        A point a policy with 95 % intervals.

    Raises
    ------
    SettingError
        If there is no policy or no such respect.
    """
    table: pd.DataFrame = plan.frame() if hasattr(plan, "frame") else plan
    for name in (x, y):
        if name not in RESPECTS or name not in table:
            raise SettingError("Policies are not compared in this respect.", value=name, allowed=RESPECTS)
    chosen = preferred if preferred is not None else getattr(plan, "preferred", None)
    subtitle = "Mean of patients like this one; lines: 95 % interval of the mean; dark: beaten by no other policy"
    figure = new_figure(title, 4.2, subtitle=subtitle)
    axes = plain_axes(figure.subplots(), grid="both")
    front = table[table["on_front"].astype(bool)].sort_values(x)
    axes.plot(front[x], front[y], color=style.ACCENT, linewidth=1.4, linestyle=(0, (4, 2)), gid="front")
    for row in table.to_dict("records"):
        colour = style.ACCENT if row["on_front"] else _OFF
        spread = [[[row[at] - row[f"{at}_low"]], [row[f"{at}_high"] - row[at]]] for at in (x, y)]
        axes.errorbar(
            row[x], row[y], xerr=spread[0], yerr=spread[1], color=colour, linewidth=1.6, marker="o", markersize=8
        )
        if row["policy"] == chosen:
            ring: dict[str, Any] = {"markerfacecolor": "none", "markeredgecolor": style.INK, "markeredgewidth": 1.8}
            axes.plot(row[x], row[y], marker="o", markersize=15, linestyle="", gid="preferred", **ring)
    axes.margins(x=0.12, y=0.12)
    axes.set_ylim(0.0, None)
    _name(axes, table, x, y, chosen)
    axes.set(xlabel=RESPECTS[x], ylabel=RESPECTS[y])
    return figure


def _name(axes: Axes, table: pd.DataFrame, x: str, y: str, chosen: str | None) -> None:
    """Name each policy beside its point, on the side where there is room, without covering another name."""
    left, right = axes.get_xlim()
    low, high = axes.get_ylim()
    at_left = table[x].to_numpy(dtype=np.float64) > (left + right) / 2.0
    for side in (False, True):
        rows = table[at_left == side].to_dict("records")
        gap = _LABEL_GAP * (high - low)
        places = spread_out([row[y] + gap for row in rows], gap, low + gap, high - gap / 2)
        for row, place in zip(rows, places, strict=True):
            colour = style.ACCENT if row["on_front"] else _OFF
            shift = 0.035 * (right - left) * (-1.0 if side else 1.0)
            ground = {"facecolor": style.PAPER, "edgecolor": "none", "alpha": 0.8, "pad": 0.6}
            line = {"arrowstyle": "-", "color": colour, "linewidth": 0.7, "shrinkA": 1, "shrinkB": 5}
            axes.annotate(
                _words(str(row["policy"])) + (" (preferred)" if row["policy"] == chosen else ""),
                (row[x], row[y]),
                xytext=(row[x] + shift, place),
                ha="right" if side else "left",
                va="center",
                fontsize=style.SMALL_POINT,
                fontweight="bold" if row["on_front"] else "normal",
                color=style.text_colour(style.ACCENT) if row["on_front"] else style.MUTED,
                arrowprops=line | {"relpos": (1.0 if side else 0.0, 0.5)},
                bbox=ground,
            )


def _words(policy: str) -> str:
    return "No care" if policy == "none" else style.upper_first(style.words(policy))
