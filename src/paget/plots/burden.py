"""How much cancer there is: living cells by organ over a life, and the sizes of metastases by organ."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from paget.errors import SettingError
from paget.model.calendar import YEAR_DAY
from paget.plots import style
from paget.plots.canvas import count_words, in_style, new_figure, plain_axes, spread_out
from paget.plots.names import therapy_name

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

LEAST_CELLS: Final = 1e3
"""Where the axis of cells begins: lesions are followed from a thousand cells on."""
SUPPORTIVE: Final = ("antiemetics", "analgesia", "palliative_care", "steroids_brain")
"""Therapies that get no lane unless they are asked for: they do not act on the cancer."""
_MOST_LANES: Final = 8
_MOST_ORGANS: Final = 7
_MOST_BOXES: Final = 12
_LEAST_SIZES: Final = 5
_TICKS_MM: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0)
_CLOSE: Final = 0.15
_EARLY: Final = 0.68
"""Lines that end before this share of the axis are named where they end, others at the right edge."""


@in_style
def burden_over_time(
    day: ArrayLike,
    cells: Mapping[str, ArrayLike],
    treatments: pd.DataFrame | None = None,
    *,
    marks: Mapping[str, float] | None = None,
    lanes: Sequence[str] | None = None,
    title: str = "Living cancer cells over a life",
) -> Figure:
    """Draw one patient's cancer by organ over time, with what was given against it.

    Parameters
    ----------
    day : array_like, shape (T,)
        Patient age in days.
    cells : mapping of name to array_like, shape (T,)
        Living cells by organ; ``primary`` is the primary by itself.
    treatments
        The patient's rows of table `treatments`; without, no lanes are drawn.
    marks
        Moments to mark: what to write, and age in days, such as ``{"diagnosis": 21470.0}``.
    lanes
        Which therapies get a lane; at most eight in order of their start, and none that only comforts, if None.
    title
        What the figure shows.

    Returns
    -------
    Figure
        Cells on a logarithmic axis from a thousand on, and a lane for each therapy below.

    Raises
    ------
    SettingError
        If there is no day, or the numbers of days and cells differ.
    """
    age, lines = _lines(day, cells)
    given = _lanes(treatments, lanes)
    subtitle = "By organ, on a logarithmic axis" + ("; bars: when each treatment was given" if given else "")
    figure = new_figure(title, 3.5 + (0.45 + 0.3 * len(given) if given else 0.0), subtitle=subtitle)
    ratios = [3.0, 0.3 * len(given) + 0.1]
    axes = figure.subplots(2, 1, sharex=True, height_ratios=ratios) if given else np.array([figure.subplots()])
    upper: Axes = plain_axes(axes[0], grid="y")
    for name, values in lines.items():
        shown = np.where(values >= LEAST_CELLS, values, np.nan)
        width = 3.0 if name == "primary" else 2.0
        upper.plot(age, shown, color=_colour(name), linewidth=width, label=name, gid="burden", solid_capstyle="round")
        # A dot at the end shows an organ that was reached on the last day only.
        end = np.flatnonzero(values >= LEAST_CELLS)[-1:]
        upper.plot(age[end], values[end], "o", color=_colour(name), markersize=width + 1.5, gid="end")
    upper.set_yscale("log")
    top = max(float(np.max(values)) for values in lines.values())
    upper.set_ylim(LEAST_CELLS, max(top * 5.0, 1e7))
    upper.minorticks_off()
    ticks = [10.0**power for power in range(3, 14, 3) if 10.0**power <= max(top * 5.0, 1e7)]
    upper.set_yticks(ticks, [count_words(tick) for tick in ticks])
    upper.set_xlim(float(age[0]), float(age[-1]))
    _name_lines(upper, age, lines)
    _mark(axes, {text: when / YEAR_DAY for text, when in (marks or {}).items()})
    if given:
        _draw_lanes(axes[1], given)
    axes[-1].set_xlabel("Age (years)")
    upper.set_ylabel("Living cells")
    return figure


def _lines(
    day: ArrayLike, cells: Mapping[str, ArrayLike]
) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    """Return ages in years, and the organs that ever hold enough cells, the fullest last first."""
    age = np.asarray(day, dtype=np.float64) / YEAR_DAY
    lines = {str(name): np.asarray(values, dtype=np.float64) for name, values in cells.items()}
    wrong = [name for name, values in lines.items() if values.shape != age.shape]
    if wrong or age.size == 0:
        raise SettingError(
            "There is not one number of cells for each day.",
            key=wrong[0] if wrong else "day",
            allowed=f"{age.size} numbers for {age.size} days, at least one",
        )
    kept = {name: values for name, values in lines.items() if float(np.max(values)) >= LEAST_CELLS} or lines
    order = sorted(kept, key=lambda name: (name != "primary", -float(np.max(kept[name]))))
    return age, {name: kept[name] for name in order[: _MOST_ORGANS + 1]}


def _colour(name: str) -> str:
    return style.PRIMARY if name == "primary" else style.ORGANS.get(name, style.MUTED)


def _name_lines(axes: Axes, age: NDArray[np.float64], lines: Mapping[str, NDArray[np.float64]]) -> None:
    """Name each line at the right, at the height where it ends; one that ends early, where it ends."""
    low, high = (math.log10(end) for end in axes.get_ylim())
    gap = 0.075 * (high - low)
    span = float(age[-1] - age[0])
    ends = {}
    for name, values in lines.items():
        last = int(np.flatnonzero(values >= LEAST_CELLS)[-1]) if (values >= LEAST_CELLS).any() else age.size - 1
        ends[name] = (float(age[last]), math.log10(max(float(values[last]), LEAST_CELLS)))
    late = {name: end for name, end in ends.items() if end[0] - age[0] > _EARLY * span}
    places = spread_out([end[1] for end in late.values()], gap, low + gap / 2, high - gap / 2)
    stands = dict(zip(late, places, strict=True))
    for name, (when, value) in ends.items():
        line = {"arrowstyle": "-", "color": _colour(name), "linewidth": 0.8, "shrinkA": 2, "shrinkB": 0}
        axes.annotate(
            style.upper_first(style.words(name)),
            (when, 10.0**value),
            xytext=(age[-1] + 0.03 * span, 10.0 ** stands[name])
            if name in stands
            else (when + 0.01 * span, 10.0**value),
            va="center",
            fontsize=style.SMALL_POINT,
            fontweight="bold",
            color=style.text_colour(_colour(name)),
            annotation_clip=False,
            arrowprops=line | {"relpos": (0, 0.5)} if name in stands else None,
            gid="name",
        )


def _mark(axes: NDArray[np.object_], marks: Mapping[str, float]) -> None:
    """Draw thin lines through all axes where something happened, and name them above, close ones in two rows."""
    left, right = axes[0].get_xlim()
    before, row = left - right, 0
    for text, age in sorted(marks.items(), key=lambda mark: mark[1]):
        row = 1 - row if age - before < _CLOSE * (right - left) else 0
        before = age
        for each in axes:
            each.axvline(age, color=style.MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=0.5)
        axes[0].annotate(
            text,
            (age, 1.0),
            xycoords=axes[0].get_xaxis_transform(),
            xytext=(0, 2 + 14 * row),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=style.SMALL_POINT,
            color=style.MUTED,
        )


def _lanes(treatments: pd.DataFrame | None, lanes: Sequence[str] | None) -> dict[str, list[tuple[float, float]]]:
    """Return for each therapy when it was given, as start and length in years, in order of the first start."""
    if treatments is None or treatments.empty:
        return {}
    rows = treatments.assign(therapy=treatments["therapy"].astype(str)).sort_values("start_age_day", kind="stable")
    wanted = rows["therapy"].isin(lanes) if lanes is not None else ~rows["therapy"].isin(SUPPORTIVE)
    given: dict[str, list[tuple[float, float]]] = {}
    columns = ("therapy", "start_age_day", "end_age_day")
    for therapy, start, end in rows.loc[wanted, list(columns)].itertuples(index=False):
        given.setdefault(therapy, []).append((start / YEAR_DAY, (end - start) / YEAR_DAY))
    return dict(list(given.items())[: None if lanes is not None else _MOST_LANES])


def _draw_lanes(axes: Axes, given: Mapping[str, Sequence[tuple[float, float]]]) -> None:
    plain_axes(axes)
    left, right = axes.get_xlim()
    for place, (therapy, spans) in enumerate(given.items()):
        # What lasts a day is drawn as wide as can be seen.
        wide = [(start, max(length, 0.006 * (right - left))) for start, length in spans]
        axes.broken_barh(wide, (place - 0.36, 0.72), facecolors=style.ACCENT, gid=f"lane-{therapy}")
    axes.set_yticks(range(len(given)), [therapy_name(therapy) for therapy in given])
    axes.set_ylim(len(given) - 0.5, -0.5)


@in_style
def sizes(
    lesions: pd.DataFrame,
    *,
    column: str = "diameter_mm",
    title: str = "Size of metastases",
    subtitle: str = "Box: middle half; line in it: median; whiskers: 5 to 95 %; in brackets: number of metastases",
) -> Figure:
    """Draw how large metastases are in each organ.

    Parameters
    ----------
    lesions
        Table `lesions`, or rows with ``organ``, ``route`` and the size; rows of the primary are left out.
    column
        Which size: ``diameter_mm`` on the last day, or ``peak_diameter_mm``.
    title, subtitle
        What the figure shows.

    Returns
    -------
    Figure
        A box an organ with five metastases or more, the largest median first, on a logarithmic axis.

    Raises
    ------
    SettingError
        If no organ holds five metastases.
    """
    held = lesions[(lesions["route"].astype(str) != "primary") & (lesions[column] > 0.0)]
    groups = {str(name): rows.to_numpy() for name, rows in held.groupby(held["organ"].astype(str))[column]}
    groups = {name: values for name, values in groups.items() if values.size >= _LEAST_SIZES}
    if not groups:
        raise SettingError("No organ holds enough metastases to draw their sizes.", key="lesions", allowed="5 or more")
    order = sorted(groups, key=lambda name: -float(np.median(groups[name])))[:_MOST_BOXES]
    figure = new_figure(title, 0.75 + 0.42 * len(order), subtitle=subtitle)
    axes = plain_axes(figure.subplots(), grid="x")
    for place, name in enumerate(order):
        colour = style.ORGANS.get(name, style.MUTED)
        low, first, middle, third, high = np.quantile(groups[name], (0.05, 0.25, 0.5, 0.75, 0.95))
        axes.plot([low, high], [place, place], color=style.MUTED, linewidth=1.4, zorder=1)
        axes.barh(place, third - first, 0.62, left=first, color=colour, zorder=2, gid=f"box-{name}")
        ends = [place - 0.31, place + 0.31]
        axes.plot([middle, middle], ends, color=style.text_on(colour), linewidth=2.4, zorder=3, solid_capstyle="butt")
    labels = [f"{style.upper_first(style.words(name))} ({groups[name].size:,})" for name in order]
    axes.set_yticks(range(len(order)), labels)
    axes.set_xscale("log")
    axes.minorticks_off()
    low, high = axes.get_xlim()
    ticks = [tick for tick in _TICKS_MM if low <= tick <= high]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.invert_yaxis()
    axes.set_xlabel("Diameter (mm, logarithmic scale)")
    return figure
