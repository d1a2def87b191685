"""Estimates with their intervals one below the other: hazard ratios, differences, or simulated beside published."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from paget.errors import SettingError
from paget.plots import style
from paget.plots.canvas import in_style, new_figure, plain_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PUBLISHED: Final = "#D55E00"
_RATIO_TICKS: Final = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0)
_LEAST_RATIO: Final = 0.02
_LONGEST_RATIO: Final = 50.0
_MOST_TICKS: Final = 6
_FAVOUR_SIGNS: Final = 18


class _Row(NamedTuple):
    label: str
    group: str
    own: tuple[float | None, float | None, float | None]
    published: tuple[float | None, float | None, float | None]


@in_style
def forest(
    rows: Iterable[Mapping[str, Any]],
    *,
    ratio: bool = True,
    title: str = "Effect by group",
    measure: str = "Hazard ratio",
    favours: Sequence[str] = (),
    digits: int = 2,
) -> Figure:
    """Draw estimates with their 95 % intervals, and published ones beside them where there are any.

    Parameters
    ----------
    rows
        Each with ``label``; ``estimate``, ``low``, ``high``; where known ``published``, ``published_low``,
        ``published_high``; and ``group``, whose name stands above its first row. None where a number is not known.
    ratio
        Whether they are ratios: a logarithmic axis, and a line at 1; else the line is at 0.
    title, measure
        What the figure shows, and what is measured.
    favours
        What lies on the left and on the right of the line, such as ``("Favours A", "Favours B")``.
    digits
        Decimal places of the numbers at the right.

    Returns
    -------
    Figure
        One row an estimate, its numbers at the right.

    Raises
    ------
    SettingError
        If there is no row with an estimate, or a ratio is not positive.
    """
    table = _rows(rows, ratio=ratio)
    both = any(row.published[0] is not None for row in table)
    lines = _with_groups(table)
    subtitle = "Square: estimate; line: 95 % interval" + ("; orange circle: as published" if both else "")
    height = 0.95 + (0.5 if both else 0.36) * len(lines) + (0.4 if favours else 0.0)
    figure = new_figure(title, height, subtitle=subtitle)
    axes = plain_axes(figure.subplots(), grid="x")
    axes.axvline(1.0 if ratio else 0.0, color=style.MUTED, linewidth=1.2)
    if ratio:
        axes.set_xscale("log")
    labels = []
    for place, line in enumerate(lines):
        if isinstance(line, str):
            labels.append(line)
            continue
        labels.append(f"  {line.label}" if line.group else line.label)
        shift = 0.17 if line.published[0] is not None else 0.0
        _draw(axes, place - shift, line.own, style.ACCENT, "s")
        _draw(axes, place + shift, line.published, PUBLISHED, "o")
        _tell(axes, place - shift, line.own, style.INK, digits)
        _tell(axes, place + shift, line.published, style.text_colour(PUBLISHED), digits)
    axes.set_yticks(range(len(lines)), labels)
    for text, line in zip(axes.get_yticklabels(), lines, strict=True):
        text.set_fontweight("bold" if isinstance(line, str) else "normal")
    axes.set_ylim(len(lines) - 0.4, -0.6)
    _scale(axes, table, ratio=ratio)
    axes.set_xlabel(f"{measure}{' (logarithmic scale)' if ratio else ''}")
    for words, end in zip(favours, ("left", "right"), strict=False):
        arrow = "\N{LEFTWARDS ARROW}" if end == "left" else "\N{RIGHTWARDS ARROW}"
        told = textwrap.fill(f"{arrow} {words}" if end == "left" else f"{words} {arrow}", _FAVOUR_SIGNS)
        at = 0.0 if end == "left" else 1.0
        axes.text(at, 1.0, told, transform=axes.transAxes, ha=end, va="bottom", fontsize=style.SMALL_POINT)
    return figure


def _rows(rows: Iterable[Mapping[str, Any]], *, ratio: bool) -> list[_Row]:
    table = []
    for row in rows:
        own, published = (
            (_number(row.get(name)), _number(row.get(low)), _number(row.get(high)))
            for name, low, high in (
                ("estimate", "low", "high"),
                ("published", "published_low", "published_high"),
            )
        )
        table.append(_Row(str(row["label"]), str(row.get("group") or ""), own, published))
        wrong = [value for value in (own[0], published[0]) if ratio and value is not None and value <= 0.0]
        if wrong:
            raise SettingError("A ratio has to be positive.", key=str(row["label"]), value=wrong[0], allowed="above 0")
    if not any(row.own[0] is not None or row.published[0] is not None for row in table):
        raise SettingError("There is no estimate to draw.", key="rows", allowed="one row with an estimate or more")
    return table


def _number(value: Any) -> float | None:  # noqa: ANN401 - a number, None or NaN
    return None if value is None or not math.isfinite(float(value)) else float(value)


def _with_groups(table: list[_Row]) -> list[_Row | str]:
    """Return the rows with the name of each group before its first one."""
    lines: list[_Row | str] = []
    group = ""
    for row in table:
        if row.group and row.group != group:
            lines.append(row.group)
        group = row.group
        lines.append(row)
    return lines


def _draw(
    axes: Axes, place: float, numbers: tuple[float | None, float | None, float | None], colour: str, marker: str
) -> None:
    value, low, high = numbers
    if value is None:
        return
    ends = [value if low is None else low, value if high is None else high]
    axes.plot(ends, [place, place], color=colour, linewidth=2.0, solid_capstyle="round", gid="interval")
    axes.plot(value, place, marker=marker, color=colour, markersize=7.5, linestyle="", gid="estimate")


def _tell(
    axes: Axes, place: float, numbers: tuple[float | None, float | None, float | None], colour: str, digits: int
) -> None:
    """Write the numbers at the right."""
    value, low, high = numbers
    if value is None:
        return
    ends = ["" if end is None else f"{end:.{digits}f}" for end in (low, high)]
    text = f"{value:.{digits}f}" + (f" ({ends[0] or '?'} to {ends[1] or '?'})" if any(ends) else "")
    text = text.replace("-", "\N{MINUS SIGN}")
    axes.text(
        1.02, place, text, transform=axes.get_yaxis_transform(), va="center", fontsize=style.SMALL_POINT, color=colour
    )


def _scale(axes: Axes, table: list[_Row], *, ratio: bool) -> None:
    """Set the axis so that the line of no effect is on it, and endless intervals do not stretch it."""
    numbers = [number for row in table for number in (*row.own, *row.published) if number is not None]
    if not ratio:
        axes.margins(x=0.08)
        return
    low = max(min(*numbers, 0.8), _LEAST_RATIO) / 1.15
    high = min(max(*numbers, 1.25), _LONGEST_RATIO) * 1.15
    axes.set_xlim(low, high)
    ticks = [tick for tick in _RATIO_TICKS if low <= tick <= high]
    if len(ticks) > _MOST_TICKS:
        ticks = [tick for tick in ticks if tick in {0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0}]
    axes.minorticks_off()
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
