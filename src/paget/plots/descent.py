"""The tree of a patient's clones: who descends from whom, when, with which driver, and in which organ."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from paget.errors import SettingError
from paget.model.calendar import YEAR_DAY
from paget.plots import style
from paget.plots.canvas import count_words, in_style, new_figure, plain_axes
from paget.plots.names import driver_name

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST: Final = 24
_ROW_INCH: Final = 0.25


def largest_clones(clones: pd.DataFrame, most: int = _MOST) -> pd.DataFrame:
    """Return the clones with the most cells, with all clones they descend from.

    Parameters
    ----------
    clones
        One patient's rows of table `clones`.
    most
        How many of the largest; ancestors come on top.

    Returns
    -------
    DataFrame
        Their rows, in order of origin.
    """
    parents = dict(zip(clones["clone"], clones["parent_clone"], strict=True))
    kept: set[int] = set()
    for clone in clones.sort_values("cells", ascending=False, kind="stable")["clone"].head(most):
        line = clone
        while line in parents and line not in kept:
            kept.add(line)
            line = parents[line]
    return clones[clones["clone"].isin(kept)].sort_values(["origin_age_day", "clone"], kind="stable")


def tree_rows(clones: pd.DataFrame) -> dict[int, int]:
    """Return in which row each clone of a tree stands: under its parent, before its parent's later children.

    Parameters
    ----------
    clones
        The clones.
    """
    children: dict[int, list[int]] = {}
    known = set(clones["clone"])
    ordered = clones.sort_values(["origin_age_day", "clone"], kind="stable")
    for clone, parent in zip(ordered["clone"], ordered["parent_clone"], strict=True):
        children.setdefault(parent if parent in known else 0, []).append(clone)
    rows: dict[int, int] = {}
    pending = list(reversed(children.get(0, [])))
    while pending:
        clone = pending.pop()
        rows[clone] = len(rows)
        pending.extend(reversed(children.get(clone, [])))
    return rows


@in_style
def clone_tree(
    clones: pd.DataFrame,
    lesions: pd.DataFrame | None = None,
    *,
    most: int = _MOST,
    title: str = "Who descends from whom",
) -> Figure:
    """Draw the tree of one patient's clones over time.

    Parameters
    ----------
    clones
        One patient's rows of table `clones`.
    lesions
        The patient's rows of table `lesions`; a clone has the colour of its lesion's organ.
    most
        How many of the largest clones are drawn, with those they descend from.
    title
        What the figure shows.

    Returns
    -------
    Figure
        A row a clone: a dot at its origin, as large as its cells have digits, and a line from its parent.

    Raises
    ------
    SettingError
        If there is no clone.
    """
    if clones.empty:
        raise SettingError("There is no clone to draw.", key="clones", allowed="one clone or more")
    table = largest_clones(clones, most)
    organs = _organs(lesions)
    left_out = len(clones) - len(table)
    note = f"; {left_out:,} smaller ones are left out" if left_out else ""
    subtitle = f"{len(table)} clones, each at its origin, named by the driver it gained and its cells at the end{note}"
    figure = new_figure(title, 0.8 + _ROW_INCH * len(table), subtitle=subtitle)
    axes = plain_axes(figure.subplots(), grid="x")
    rows = tree_rows(table)
    born = {clone: day / YEAR_DAY for clone, day in zip(table["clone"], table["origin_age_day"], strict=True)}
    records: list[dict[Any, Any]] = table.to_dict("records")
    for row in records:
        _branch(axes, row, rows, born, organs.get(row["lesion"], "primary" if not organs else ""))
    axes.set_yticks([])
    axes.set_ylim(len(rows) - 0.4, -0.7)
    span = max(max(born.values()) - min(born.values()), 0.5)
    axes.set_xlim(min(born.values()) - 0.04 * span, max(born.values()) + 0.05 * span)
    axes.set_xlabel("Age (years)")
    return figure


def _organs(lesions: pd.DataFrame | None) -> dict[int, str]:
    if lesions is None:
        return {}
    primary = lesions["route"].astype(str) == "primary"
    return dict(zip(lesions["lesion"], lesions["organ"].astype(str).mask(primary, "primary"), strict=True))


def _branch(axes: Axes, row: Mapping[str, Any], rows: Mapping[int, int], born: Mapping[int, float], organ: str) -> None:
    clone, parent = row["clone"], row["parent_clone"]
    x, y = born[clone], rows[clone]
    colour = style.PRIMARY if organ == "primary" else style.ORGANS.get(organ, style.MUTED)
    if parent in rows:
        line = "#9AA5AD"
        axes.plot([born[parent]] * 2, [rows[parent], y], color=line, linewidth=1.2, zorder=1)
        axes.plot([born[parent], x], [y, y], color=line, linewidth=1.2, zorder=1, gid=f"branch-{clone}")
    cells = max(float(row["cells"]), 0.0)
    size = 3.0 + 0.65 * math.log10(1.0 + cells)
    axes.plot(x, y, "o", color=colour, markersize=size, markeredgecolor=style.PAPER, zorder=2, gid=f"clone-{clone}")
    parts = [f"+ {driver_name(row['driver'])}" if row["driver"] else "", style.words(organ) if organ else ""]
    size_words = ["gone" if cells < 1.0 else count_words(float(f"{cells:.2g}"))]
    axes.annotate(
        ", ".join(part for part in [*parts, *size_words] if part),
        (x, y),
        xytext=(7, 0),
        textcoords="offset points",
        va="center",
        fontsize=style.SMALL_POINT,
        color=style.text_colour(colour),
        annotation_clip=False,
    )
