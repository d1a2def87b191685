"""One lane a patient: from diagnosis to the end, with what was given and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from paget.analysis.durations import MONTH_DAY
from paget.errors import SettingError
from paget.plots import style
from paget.plots.burden import SUPPORTIVE
from paget.plots.canvas import boxes, in_style, new_figure, plain_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KINDS: Final = {
    "Surgery, radiation": "#3D3D3D",
    "Adjuvant": "#5AA9E6",
    "Line 1": "#0B5FA5",
    "Line 2": "#B04E9F",
    "Line 3 or later": "#E07B00",
}
"""What treatment is told apart in a lane, with its colour."""
_GROUND: Final = "#E3E7EA"
_MOST: Final = 30
_LANE: Final = 0.74
_LATE: Final = 3
_MARKS: Final[dict[str, dict[str, Any]]] = {
    "Response": {"marker": "o", "color": "#FFFFFF", "markeredgecolor": style.RESPONSES["CR"], "markeredgewidth": 2.0},
    "Progression": {"marker": "D", "color": style.RESPONSES["PD"], "markeredgecolor": "#FFFFFF"},
    "Death": {"marker": "x", "color": style.INK, "markeredgewidth": 2.0},
    "Alive": {"marker": ">", "color": style.INK},
}


@in_style
def swimmer(
    treatments: pd.DataFrame,
    visits: pd.DataFrame,
    patients: pd.DataFrame,
    *,
    most: int = _MOST,
    title: str = "Every patient's course",
    since: str = "diagnosis",
) -> Figure:
    """Draw one lane a patient, the longest first.

    Parameters
    ----------
    treatments, visits
        Tables of those names; rows of other patients are left out.
    patients
        Table `patients`: those to draw. Of more than `most`, every so many-th by length is drawn.
    most
        How many lanes there may be.
    title
        What the figure shows.
    since
        What time counts from: ``diagnosis``, or ``first_line`` for those who had one.

    Returns
    -------
    Figure
        Lanes in months, with responses, progressions, deaths, and arrows on those who live.

    Raises
    ------
    SettingError
        If nobody's cancer was found.
    """
    rows = lanes(patients, most=most, since=since)
    if rows.empty:
        raise SettingError("There is nobody whose cancer was found.", key="patients", allowed="one patient or more")
    some = len(rows) < int(patients[f"{since}_age_day"].notna().sum())
    subtitle = f"Stage at diagnosis at the left{'; patients spread evenly over all lengths' if some else ''}"
    figure = new_figure(title, 1.25 + 0.23 * len(rows), subtitle=subtitle)
    axes = plain_axes(figure.subplots(), grid="x")
    places = range(len(rows))
    axes.barh(places, rows["months"], _LANE, color=_GROUND, gid="lanes")
    place = dict(zip(rows["patient"], places, strict=True))
    start = dict(zip(rows["patient"], rows["start_day"], strict=True))
    _draw_treatments(axes, treatments, place, start, 0.004 * float(rows["months"].max()))
    _draw_events(axes, visits, rows, place, start)
    axes.set_yticks(places, rows["stage"].tolist())
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0.0, float(rows["months"].max()) * 1.02)
    axes.set_xlabel(f"Months since {'diagnosis' if since == 'diagnosis' else 'the first line began'}")
    _key(axes)
    return figure


def lanes(patients: pd.DataFrame, *, most: int = _MOST, since: str = "diagnosis") -> pd.DataFrame:
    """Return one row a lane, the longest first.

    Parameters
    ----------
    patients, most, since
        As for `swimmer`.

    Returns
    -------
    DataFrame
        Columns ``patient``, ``start_day``, ``months``, ``stage``, ``died``.
    """
    found = patients[patients[f"{since}_age_day"].notna()]
    end = found["death_age_day"].fillna(found["last_age_day"])
    table = found.assign(
        start_day=found[f"{since}_age_day"],
        months=(end - found[f"{since}_age_day"]) / MONTH_DAY,
        died=found["death_age_day"].notna(),
        stage=found["stage"].astype(str).replace("unknown", "?") if "stage" in found else "",
    )[["patient", "start_day", "months", "stage", "died"]]
    table = table.sort_values(["months", "patient"], ascending=[False, True]).reset_index(drop=True)
    if len(table) > most:
        table = table.iloc[np.linspace(0, len(table) - 1, most).round().astype(int)].reset_index(drop=True)
    return table


def _draw_treatments(
    axes: Axes, treatments: pd.DataFrame, place: dict[int, int], start: dict[int, float], least: float
) -> None:
    """Draw what acts on the cancer; palliative radiation is local treatment, whatever its line."""
    rows = treatments[treatments["patient"].isin(place) & ~treatments["therapy"].astype(str).isin(SUPPORTIVE)]
    rows = rows.sort_values("start_age_day")
    phases, lines = rows["phase"].astype(str), rows["line"].to_numpy()
    corners, sizes, colours = [], [], []
    columns = zip(rows["patient"], rows["start_age_day"], rows["end_age_day"], phases, lines, strict=True)
    for patient, on, off, phase, line in columns:
        begin = (on - start[patient]) / MONTH_DAY
        if begin >= 0.0:
            corners.append((begin, place[patient] - _LANE / 2.0))
            sizes.append((max((off - on) / MONTH_DAY, least), _LANE))
            colours.append(KINDS[kind_of(phase, int(line))])
    boxes(axes, corners, sizes, colours, gid="given")


def kind_of(phase: str, line: int) -> str:
    """Return which of `KINDS` a treatment is, by the phase of care and the line it belongs to."""
    if phase in {"adjuvant", "neoadjuvant"}:
        return "Adjuvant"
    if line == 0 or phase in {"local", "supportive"}:
        return "Surgery, radiation"
    return f"Line {line}" if line < _LATE else "Line 3 or later"


def _draw_events(
    axes: Axes, visits: pd.DataFrame, rows: pd.DataFrame, place: dict[int, int], start: dict[int, float]
) -> None:
    seen = visits[visits["patient"].isin(place)].sort_values(["patient", "age_day"])
    word = seen["response"].astype(str)
    better = word.isin(("CR", "PR"))
    # A response is marked when it begins, not at every visit that still sees it.
    first = better & ~better.groupby(seen["patient"]).shift(fill_value=False)
    for name, mask in (("Response", first), ("Progression", word == "PD")):
        chosen = seen[mask]
        months = (chosen["age_day"] - chosen["patient"].map(start)) / MONTH_DAY
        inside = months >= 0.0
        if inside.any():
            axes.plot(months[inside], chosen["patient"].map(place)[inside], linestyle="", **_mark(name))
    for name, mask in (("Death", rows["died"]), ("Alive", ~rows["died"])):
        if mask.any():
            axes.plot(rows["months"][mask], np.flatnonzero(mask), linestyle="", clip_on=False, **_mark(name))


def _mark(name: str) -> dict[str, Any]:
    return {
        "markersize": 5.0 if name == "Progression" else 6.0,
        "zorder": 3,
        "label": name,
        "gid": name,
        **_MARKS[name],
    }


def _key(axes: Axes) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    patches: list[Any] = [Patch(color=colour, label=name) for name, colour in KINDS.items()]
    marks = [Line2D([], [], linestyle="", **_mark(name)) for name in _MARKS]
    # A legend is filled column by column: treatments make the first row, events the second.
    pairs = [handle for pair in zip(patches, [*marks, None], strict=True) for handle in pair if handle is not None]
    axes.legend(
        handles=pairs,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=5,
        frameon=False,
        fontsize=style.SMALL_POINT,
        handlelength=0.9,
        handleheight=0.9,
        columnspacing=1.0,
        handletextpad=0.5,
        borderaxespad=0.1,
    )
