"""How measured tumours respond: best change of each patient, and change over time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from paget.analysis.durations import MONTH_DAY
from paget.errors import SettingError
from paget.plots import style
from paget.plots.canvas import boxes, in_style, named_patches, new_figure, plain_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GROWTH_PERCENT: Final = 20.0
SHRINKAGE_PERCENT: Final = -30.0
"""Bounds of progression and of partial response by RECIST 1.1 (Eisenhauer et al. 2009, doi:10.1016/j.ejca.2008.10.026).

Progression counts from the smallest sum and by new lesions too, so that a bar below the bound may still be one.
"""
HIGHEST_PERCENT: Final = 100.0
"""What grew more is drawn up to here, with a note how far it goes."""
BASELINE: Final = "baseline_sum_mm"
_PERCENT: Final = 100.0


def tumour_change(visits: pd.DataFrame, *, line: int = 1) -> pd.DataFrame:
    """Return how the measured disease changed during a line of therapy.

    Parameters
    ----------
    visits
        Table `visits`. If it has a column ``baseline_sum_mm``, the sum of the targets that were chosen at a visit or
        before, change is told from its value at the visit at which the line began; if not, or where it is missing, from
        the first assessment under treatment, since nothing measured earlier is in the table.
    line
        Which line of therapy.

    Returns
    -------
    DataFrame
        One row an assessment after the baseline: ``patient``; ``day`` since the baseline; ``change_percent`` of the
        sum of diameters; ``response``. Who was not measured after the baseline is left out.
    """
    ordered = visits.sort_values(["patient", "age_day"], kind="stable")
    # A visit carries the line decided on at it; what it measured tells of the line that was given until then.
    before = ordered.groupby("patient")["line"].shift(fill_value=0)
    first = ordered[(ordered["line"] == line) & (before < line)].drop_duplicates("patient").set_index("patient")
    rows = ordered[(before == line) & ordered["targets_sum_mm"].notna()]
    by = rows.groupby("patient")
    base_mm, base_day = by["targets_sum_mm"].transform("first"), by["age_day"].transform("first")
    if BASELINE in rows:
        known = rows["patient"].map(first[BASELINE])
        base_mm = known.fillna(base_mm)
        base_day = base_day.where(known.isna(), rows["patient"].map(first["age_day"]))
    measured = (base_mm > 0.0) & (rows["age_day"] > base_day)
    table = rows.assign(
        day=rows["age_day"] - base_day,
        change_percent=_PERCENT * (rows["targets_sum_mm"] / base_mm.where(measured) - 1.0),
        response=rows["response"].astype(str),
    )
    return table.loc[measured, ["patient", "day", "change_percent", "response"]].reset_index(drop=True)


@in_style
def waterfall(
    best_change: pd.Series | Mapping[int, float],
    response: pd.Series | Mapping[int, str] | None = None,
    *,
    title: str = "Best change of the tumours",
    subtitle: str = "One bar a patient; change in the sum of diameters",
) -> Figure:
    """Draw each patient's best change of the measured disease, the worst first.

    Parameters
    ----------
    best_change
        Best change by patient, in per cent.
    response
        Best response by patient (``CR``, ``PR``, ``SD``, ``PD``, ``NE``), which colours the bars; by the change alone
        if None.
    title, subtitle
        What the figure shows.

    Returns
    -------
    Figure
        Sorted bars with the bounds of RECIST.

    Raises
    ------
    SettingError
        If there is no patient.
    """
    changes = {patient: float(change) for patient, change in dict(best_change).items() if np.isfinite(change)}
    if not changes:
        raise SettingError("There is no change to draw.", key="best_change", allowed="one patient or more")
    order = sorted(changes, key=lambda patient: -changes[patient])
    values = np.array([changes[patient] for patient in order])
    known = {} if response is None else {patient: str(word) for patient, word in dict(response).items()}
    kinds = [known.get(patient) or by_change(changes[patient]) for patient in order]
    shrunk = int(np.count_nonzero(values <= SHRINKAGE_PERCENT))
    told = f"{shrunk} of {values.size} ({_PERCENT * shrunk / values.size:.0f} %) shrank by 30 % or more"
    figure = new_figure(title, 3.6, subtitle=f"{subtitle}; {told}")
    axes = plain_axes(figure.subplots(), baseline=False)
    colours = [style.RESPONSES.get(kind, style.RESPONSES["NE"]) for kind in kinds]
    wide = 0.86 if values.size < 80 else 1.0  # noqa: PLR2004
    corners = [(place - wide / 2.0, 0.0) for place in range(values.size)]
    boxes(axes, corners, [(wide, value) for value in values.tolist()], colours, gid="bars")
    beyond = int(np.count_nonzero(values > HIGHEST_PERCENT))
    if beyond:
        text = f"up to +{values[0]:.0f} %"
        axes.text(beyond + 0.2, HIGHEST_PERCENT, text, va="top", fontsize=style.SMALL_POINT, color=style.MUTED)
    _bounds(axes)
    axes.axhline(0.0, color=style.INK, linewidth=0.9)
    axes.set_xlim(-0.8, values.size - 0.2)
    axes.set_ylim(-105.0, min(max(float(values.max()), 30.0), HIGHEST_PERCENT) * 1.06)
    axes.set_xticks([])
    axes.set_xlabel(f"{values.size} patients, worst to best")
    axes.set_ylabel("Best change (%)")
    shown = [kind for kind in style.RESPONSES if kind in kinds]
    named_patches(axes, {style.upper_first(style.words(kind)): style.RESPONSES[kind] for kind in shown})
    return figure


def by_change(change_percent: float) -> str:
    """Return the response that a change alone would mean by RECIST."""
    if change_percent <= -_PERCENT:
        return "CR"
    if change_percent <= SHRINKAGE_PERCENT:
        return "PR"
    return "PD" if change_percent >= GROWTH_PERCENT else "SD"


@in_style
def spider(
    changes: pd.DataFrame,
    *,
    title: str = "Change of the tumours over time",
    subtitle: str = "One line a patient; triangle: progression; colour: best response",
    most: int = 40,
) -> Figure:
    """Draw how each patient's measured disease changed over time.

    Parameters
    ----------
    changes
        One row an assessment: ``patient``, ``day``, ``change_percent``, ``response``, as of `tumour_change`.
    title, subtitle
        What the figure shows.
    most
        How many patients are drawn, the first of the table.

    Returns
    -------
    Figure
        A line a patient from 0 on; growth beyond 100 % is cut off.

    Raises
    ------
    SettingError
        If there is no assessment.
    """
    if changes.empty:
        raise SettingError("There is no assessment to draw.", key="changes", allowed="one row or more")
    patients = list(dict.fromkeys(changes["patient"]))
    note = f"; the first {most} of {len(patients)}" if len(patients) > most else ""
    figure = new_figure(title, 3.9, subtitle=subtitle + note)
    axes = plain_axes(figure.subplots(), grid="y")
    top, kinds = 30.0, set()
    for patient, rows in changes[changes["patient"].isin(patients[:most])].groupby("patient", sort=False):
        day = np.concatenate(([0.0], rows["day"].to_numpy(dtype=np.float64))) / MONTH_DAY
        change = np.concatenate(([0.0], rows["change_percent"].to_numpy(dtype=np.float64)))
        kind = best_word(rows["response"].tolist())
        kinds.add(kind)
        colour = style.RESPONSES[kind]
        top = max(top, float(change.max()))
        axes.plot(day, change, color=colour, linewidth=1.5, alpha=0.9, gid=f"line-{patient}")
        if rows["response"].iloc[-1] == "PD":
            axes.plot(day[-1:], np.minimum(change[-1:], HIGHEST_PERCENT), "^", color=colour, markersize=6)
    _bounds(axes)
    axes.axhline(0.0, color=style.INK, linewidth=0.9)
    axes.set_ylim(-105.0, min(top, HIGHEST_PERCENT) * 1.06)
    axes.set_xlim(0.0, None)
    axes.set(xlabel="Months since the baseline", ylabel="Change (%)")
    shown = [kind for kind in style.RESPONSES if kind in kinds]
    named_patches(axes, {style.upper_first(style.words(kind)): style.RESPONSES[kind] for kind in shown})
    return figure


def best_word(responses: list[str]) -> str:
    """Return the best of some responses; ``NE`` if none is one."""
    return next((word for word in style.RESPONSES if word in responses), "NE")


def _bounds(axes: Axes) -> None:
    """Mark the bounds of progression and of partial response."""
    for level, text in ((GROWTH_PERCENT, "+20 %"), (SHRINKAGE_PERCENT, "-30 %".replace("-", "\N{MINUS SIGN}"))):
        axes.axhline(level, color=style.MUTED, linewidth=1.0, linestyle=(0, (4, 3)), gid="bound")
        axes.annotate(
            text,
            (1.0, level),
            xycoords=axes.get_yaxis_transform(),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=style.SMALL_POINT,
            color=style.MUTED,
        )
