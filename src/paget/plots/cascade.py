"""The funnel of metastasis: how many cells pass each step, from shed to detectable."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from paget.errors import SettingError
from paget.model.layout import FUNNEL_STEPS
from paget.plots import style
from paget.plots.canvas import count_words, in_style, new_figure, plain_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN: Final = (
    "shed",
    "arrested",
    "extravasated",
    "survived",
    "founded",
    "established",
    "vascularised",
    "detectable",
)
"""Steps that every founder takes; falling asleep and waking are detours, and survival is counted bed by bed."""

_LIGHT: Final = "#7FB2D9"
_DARK: Final = "#0B3C6F"
_RARE: Final = 10.0
_MOST_DECADES: Final = 12
"""Up to so many there is a tick every thousand, beyond every million."""
_BAR_SHARE: Final = 0.68
"""How much of the axis the longest bar may take, so that its label has room."""


@in_style
def funnel(table: pd.DataFrame | Mapping[str, Any], *, title: str = "From shed cells to metastases") -> Figure:
    """Draw how many cells an average patient's tumours lose at each step of the cascade.

    Parameters
    ----------
    table
        Table `funnel`, a run's summary, its part ``funnel``, or counts a patient by step.
    title
        What the funnel shows.

    Returns
    -------
    Figure
        Bars on a logarithmic axis, with what share of cells takes each step.

    Raises
    ------
    SettingError
        If no step is named.
    """
    counts = per_patient(table)
    steps: list[str] = [step for step in SHOWN if step in counts]
    if not steps:
        raise SettingError("There are no steps of the funnel to draw.", key="table", allowed=FUNNEL_STEPS)
    figure = new_figure(title, 0.9 + 0.46 * len(steps), subtitle="Mean of all patients over their whole lives")
    axes = plain_axes(figure.subplots())
    present = [counts[step] for step in steps if counts[step] > 0.0]
    low = 10.0 ** math.floor(math.log10(min(*present, 1.0))) if present else 0.1
    high = 10.0 ** math.ceil(math.log10(max(*present, 10.0))) if present else 10.0
    for place, step in enumerate(steps):
        _bar(axes, place, step, counts, steps, low)
    axes.set_xscale("log")
    axes.set_xlim(low, low * (high / low) ** (1.0 / _BAR_SHARE))
    decades = int(math.log10(high / low) / _BAR_SHARE)
    ticks = [low * 10.0**power for power in range(0, decades + 1, 3 if decades <= _MOST_DECADES else 6)]
    axes.set_xticks(ticks, [count_words(tick) for tick in ticks])
    axes.minorticks_off()
    axes.set_yticks(range(len(steps)), [style.upper_first(style.words(step)) for step in steps])
    axes.tick_params(axis="y", labelsize=style.TEXT_POINT)
    axes.set_xlabel("Cells per patient (logarithmic scale)")
    _beside(axes, -0.75, "of the step\nbefore")
    axes.invert_yaxis()
    return figure


def _bar(axes: Axes, place: int, step: str, counts: Mapping[str, float], steps: list[str], low: float) -> None:
    value = counts[step]
    share = place / max(len(steps) - 1, 1)
    colour = style.mixed(_DARK, share, _LIGHT)
    axes.barh(place, max(value - low, 0.0), 0.7, left=low, color=colour, gid=f"step-{step}")
    before = counts[steps[place - 1]] if place else 0.0
    axes.annotate(
        count_words(value),
        (max(value, low), place),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=style.TEXT_POINT,
        fontweight="bold",
    )
    if before > 0.0 and value > 0.0:
        _beside(axes, place, chance(value / before))


def _beside(axes: Axes, place: float, text: str) -> None:
    axes.text(
        1.02,
        place,
        text,
        transform=axes.get_yaxis_transform(),
        va="center",
        fontsize=style.SMALL_POINT,
        color=style.MUTED,
    )


def per_patient(table: pd.DataFrame | Mapping[str, Any]) -> dict[str, float]:
    """Return the mean count a patient by step.

    Parameters
    ----------
    table
        What `funnel` takes.

    Returns
    -------
    dict
        Step to count.
    """
    if isinstance(table, Mapping):
        part = table.get("funnel", table)
        counts = part.get("count_per_patient", part)
        return {step: float(counts[step]) for step in FUNNEL_STEPS if step in counts}
    patients = max(int(table["patient"].nunique()), 1)
    return {step: float(table[f"{step}_count"].sum()) / patients for step in FUNNEL_STEPS if f"{step}_count" in table}


def chance(share: float) -> str:
    """Return a share as words: per cent where it is large, one in so many where it is small."""
    if share > 1.0 / _RARE:
        return f"{100.0 * share:.0f} %"
    return f"1 in {count_words(1.0 / share)}"
