"""Stage at diagnosis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from paget.analysis.found import UNKNOWN, group_of
from paget.analysis.shares import share
from paget.errors import SettingError
from paget.plots import style
from paget.plots.canvas import in_style, named_patches, new_figure, plain_axes
from paget.plots.names import cancer_name

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

ORDER: Final = ("0", "I", "II", "III", "IV", UNKNOWN)
_LEAST_LABELLED: Final = 0.06


@in_style
def stage_bars(
    patients: pd.DataFrame, *, by: str = "cancer", column: str = "stage", title: str = "Stage at diagnosis"
) -> Figure:
    """Draw the shares of the stages at diagnosis.

    Parameters
    ----------
    patients
        Table `patients`, or rows with ``diagnosis_age_day``, the stage, and the group.
    by
        Column of the groups that get a bar each; with one group, each stage gets a bar with its 95 % interval.
    column
        Column of the stage: ``stage``, or ``clinical_stage`` for what was known before surgery.
    title
        What the bars show.

    Returns
    -------
    Figure
        Bars of those whose cancer was found; substages count with their stage.

    Raises
    ------
    SettingError
        If nobody's cancer was found.
    """
    counts = stage_counts(patients, by=by, column=column)
    if counts.empty:
        raise SettingError("Nobody's cancer was found, so there is no stage to draw.", key="patients")
    if len(counts) == 1:
        return _one(counts, title)
    return _several(counts, title)


def stage_counts(patients: pd.DataFrame, *, by: str = "cancer", column: str = "stage") -> pd.DataFrame:
    """Return how many of each group were found at each stage.

    Parameters
    ----------
    patients
        Table `patients`.
    by, column
        Columns of the group and of the stage.

    Returns
    -------
    DataFrame
        One row a group, one column a stage that occurs, in order.
    """
    import pandas as pd

    found = patients[patients["diagnosis_age_day"].notna()]
    groups = found[by].astype(str) if by in found else pd.Series("all", index=found.index)
    table = pd.crosstab(groups, found[column].astype(str).map(group_of))
    return table[[name for name in ORDER if name in table]]


def _one(counts: pd.DataFrame, title: str) -> Figure:
    row = counts.iloc[0]
    total = int(row.sum())
    subtitle = f"Of {total:,} patients whose cancer was found; lines: 95 % interval"
    figure = new_figure(title, 0.65 + 0.5 * len(row), subtitle=subtitle)
    axes = plain_axes(figure.subplots(), grid="x")
    for place, (name, count) in enumerate(row.items()):
        known = share(int(count), total)
        value, low, high = (100.0 * (part or 0.0) for part in (known.share, known.low, known.high))
        axes.barh(place, value, 0.72, color=style.STAGES[str(name)], gid=f"stage-{name}")
        for colour, width in ((style.PAPER, 4.0), (style.INK, 1.6)):
            axes.plot([low, high], [place, place], color=colour, linewidth=width)
        text = f"{value:.0f} %" if value >= 1.0 or count == 0 else f"{value:.1f} %"
        axes.text(high + 0.8, place, text, va="center", fontsize=style.TEXT_POINT, fontweight="bold")
    axes.set_yticks(range(len(row)), [_stage_words(str(name)) for name in row.index], fontsize=style.TEXT_POINT)
    axes.invert_yaxis()
    axes.set_xlim(0.0, None)
    axes.set_xlabel("Share of patients found (%)")
    return figure


def _several(counts: pd.DataFrame, title: str) -> Figure:
    shares = 100.0 * counts.div(counts.sum(axis=1), axis=0)
    shares = shares.sort_values(str(shares.columns[-1] if "IV" not in shares else "IV"), ascending=False)
    subtitle = "Of patients whose cancer was found (their number in brackets)"
    figure = new_figure(title, 0.95 + 0.42 * len(shares), subtitle=subtitle)
    axes = plain_axes(figure.subplots(), baseline=False)
    left = shares.iloc[:, 0] * 0.0
    for name in shares:
        colour = style.STAGES[str(name)]
        axes.barh(
            range(len(shares)),
            shares[name],
            0.76,
            left=left,
            color=colour,
            edgecolor=style.PAPER,
            linewidth=1.0,
            gid=f"stage-{name}",
        )
        for place, (start, width) in enumerate(zip(left, shares[name], strict=True)):
            if width >= 100.0 * _LEAST_LABELLED:
                axes.text(
                    start + width / 2,
                    place,
                    f"{width:.0f}",
                    ha="center",
                    va="center",
                    fontsize=style.SMALL_POINT,
                    color=style.text_on(colour),
                )
        left = left + shares[name]
    labels = [f"{cancer_name(str(group))} ({counts.loc[group].sum():,})" for group in shares.index]
    axes.set_yticks(range(len(shares)), labels, fontsize=style.SMALL_POINT)
    axes.invert_yaxis()
    axes.set(xlim=(0.0, 100.0), xlabel="Share of patients found (%)")
    named_patches(axes, {_stage_words(str(name)): style.STAGES[str(name)] for name in shares})
    return figure


def _stage_words(name: str) -> str:
    return "Unknown" if name == UNKNOWN else f"Stage {name}"
