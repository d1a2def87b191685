"""Clones: their shares over time (a fish or Muller plot) and who descends from whom."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from paget.errors import SettingError
from paget.model.calendar import YEAR_DAY
from paget.plots import style
from paget.plots.canvas import count_words, in_style, new_figure, plain_axes, spread_out
from paget.plots.names import driver_name

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

FIRST: Final = "First clone"
COLOURS: Final = ("#B9C4CC", *style.GROUPS[:4], "#C79A00", "#5AA9E6", "#7A3B1E", "#7FB069", "#8A6FBF")
"""Colours of clones in order of appearance; the first clone is grey, since the others are told against it."""
_MOST_CLONES: Final = 9
_LEAST_LABELLED: Final = 0.035
_MOSTLY: Final = 0.7
_LEAST_DRAWN: Final = 0.3
"""Bands thinner than this, in per cent, would only show their edges."""


def lumped(clones: pd.DataFrame, sizes: pd.DataFrame, most: int = _MOST_CLONES) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the largest clones with all others counted to their nearest ancestor that is kept.

    Parameters
    ----------
    clones
        One row a clone: ``clone``, ``parent_clone``, ``driver``, ``origin_age_day``.
    sizes
        Cells: one row a day, the index being patient age in days; one column a clone.
    most
        How many are kept; a first clone always is.

    Returns
    -------
    clones, sizes : DataFrame
        As given, for those that are kept; on each day the sizes sum to the same number as before.
    """
    parents = dict(zip(clones["clone"], clones["parent_clone"], strict=True))
    held: list[int] = [int(clone) for clone in sizes.columns if clone in parents]
    roots = {_root(parents, clone) for clone in held}
    peak = sizes[held].max().sort_values(ascending=False, kind="stable")
    kept = roots | set(peak.index[: max(most, 1)])
    homes = [_nearest(parents, clone, kept) for clone in held]
    summed = sizes[held].T.groupby(np.array(homes, np.uint64)).sum().T
    rows = clones[clones["clone"].isin(kept)].sort_values(["origin_age_day", "clone"], kind="stable")
    rows = rows.assign(parent_clone=[_nearest(parents, parents[clone], kept) for clone in rows["clone"]])
    return rows.reset_index(drop=True), summed.reindex(columns=rows["clone"], fill_value=0.0)


def by_genotype(clones: pd.DataFrame, sizes: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return clones of one genotype as one, wherever they grow and however often they arose.

    Parameters
    ----------
    clones
        One row a clone: ``clone``, ``parent_clone``, ``driver``, ``drivers``, ``origin_age_day``.
    sizes
        Cells: one row a day, one column a clone.

    Returns
    -------
    clones, sizes : DataFrame
        In the same form, with a genotype in place of a clone: numbered from 1 in order of its first appearance, its
        parent the genotype that it first arose from.
    """
    ordered = clones.sort_values(["origin_age_day", "clone"], kind="stable")
    genotype = dict(zip(ordered["clone"], ordered["drivers"].astype(str), strict=True))
    number = {text: place for place, text in enumerate(dict.fromkeys(genotype.values()), start=1)}
    arose = ordered.assign(
        clone=ordered["drivers"].astype(str).map(number),
        parent_clone=[number.get(genotype.get(parent, ""), 0) for parent in ordered["parent_clone"]],
    )
    # Founders of metastases have the genotype of their parent; a genotype begins with the clone that gained a driver.
    new = arose[arose["clone"] != arose["parent_clone"]].drop_duplicates("clone")
    summed = sizes.T.groupby({clone: number[text] for clone, text in genotype.items()}).sum().T
    return new.reset_index(drop=True), summed


def _root(parents: Mapping[int, int], clone: int) -> int:
    while parents[clone] in parents:
        clone = parents[clone]
    return clone


def _nearest(parents: Mapping[int, int], clone: int, kept: set[int]) -> int:
    """Return the clone or its nearest ancestor that is kept; 0 if there is none."""
    while clone in parents and clone not in kept:
        clone = parents[clone]
    return clone if clone in kept else 0


def bands(clones: pd.DataFrame, sizes: pd.DataFrame) -> dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return lower and upper edge of each clone's band, descendants included, nested in its parent's.

    Parameters
    ----------
    clones, sizes
        As for `lumped`, of which it is the result.

    Returns
    -------
    dict
        Clone to its two edges in cells. Bands of children lie apart in their parent's, with what is left of the parent
        between them; the bands of the first clones sum to the total.
    """
    children: dict[int, list[int]] = {}
    parents = dict(zip(clones["clone"], clones["parent_clone"], strict=True))
    for clone, parent in parents.items():
        children.setdefault(parent if parent in parents else 0, []).append(clone)
    own = {clone: sizes[clone].to_numpy(dtype=np.float64) for clone in parents}
    whole = dict(own)
    for clone in reversed(list(clones.sort_values("origin_age_day", kind="stable")["clone"])):
        if parents[clone] in whole:
            whole[parents[clone]] = whole[parents[clone]] + whole[clone]
    edges: dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
    base = np.zeros(len(sizes))
    pending: list[tuple[int, NDArray[np.float64]]] = []
    for root in children.get(0, []):
        pending.append((root, base))
        base = base + whole[root]
    while pending:
        clone, low = pending.pop()
        edges[clone] = (low, low + whole[clone])
        mine = children.get(clone, [])
        # What is left of the parent stands in equal parts below, between and above its children.
        part = own[clone] / (len(mine) + 1)
        at = low + part
        for child in mine:
            pending.append((child, at))
            at = at + whole[child] + part
    return edges


@in_style
def fish(
    clones: pd.DataFrame,
    sizes: pd.DataFrame,
    *,
    most: int = _MOST_CLONES,
    marks: Mapping[str, float] | None = None,
    title: str = "Clones over time",
) -> Figure:
    """Draw the shares of a patient's or a lesion's clones over time, each inside the clone it came from.

    Parameters
    ----------
    clones
        One row a clone: ``clone``, ``parent_clone``, ``driver``, ``origin_age_day``, as of table `clones`.
    sizes
        Cells: one row a day, the index being patient age in days; one column a clone.
    most
        How many clones are told apart; smaller ones count to the clone they came from.
    marks
        Moments to mark: what to write, and age in days.
    title
        What the figure shows.

    Returns
    -------
    Figure
        The number of all cells on a logarithmic axis, and below each clone's share of it.

    Raises
    ------
    SettingError
        If no clone holds a cell on any day.
    """
    if sizes.empty or float(sizes.to_numpy().sum()) <= 0.0:
        raise SettingError("No clone holds a cell on any day.", key="sizes", allowed="one row and one clone or more")
    rows, table = lumped(clones, sizes, most)
    total = table.sum(axis=1).to_numpy(dtype=np.float64)
    held = total > 0.0
    table, total = table[held], total[held]
    age = table.index.to_numpy(dtype=np.float64) / YEAR_DAY
    hidden = sum(clone in set(clones["clone"]) for clone in sizes) - len(rows)
    note = f"; {hidden:,} smaller clones count to the clone they came from" if hidden > 0 else ""
    subtitle = f"A band lies inside the clone it descends from; named by the driver it gained{note}"
    figure = new_figure(title, 4.6, subtitle=subtitle)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[1.0, 3.0])
    plain_axes(upper, grid="y")
    upper.fill_between(age, 1.0, total, color="#C9D1D7", linewidth=0)
    upper.plot(age, total, color=style.INK, linewidth=1.6)
    _log_cells(upper, total)
    plain_axes(lower)
    _fill(lower, rows, table, total, age)
    lower.set(ylim=(0.0, 100.0), xlim=(age[0], age[-1]), xlabel="Age (years)", ylabel="Share of cells (%)")
    upper.set_ylabel("All cells")
    for text, when in (marks or {}).items():
        for axes in (upper, lower):
            axes.axvline(when / YEAR_DAY, color=style.INK, linewidth=1.0, linestyle=(0, (3, 2)))
        upper.annotate(
            text,
            (when / YEAR_DAY, 1.0),
            xycoords=upper.get_xaxis_transform(),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=style.SMALL_POINT,
            color=style.MUTED,
        )
    return figure


def _log_cells(axes: Axes, total: NDArray[np.float64]) -> None:
    axes.set_yscale("log")
    top = 10.0 ** math.ceil(math.log10(max(float(total.max()), 10.0)) + 0.2)
    low = 10.0 ** math.floor(math.log10(max(float(total.min()), 1.0)))
    axes.set_ylim(low, top)
    axes.minorticks_off()
    ticks = [tick for tick in (1.0, 1e3, 1e6, 1e9, 1e12) if low <= tick <= top]
    axes.set_yticks(ticks, [count_words(tick) for tick in ticks])


def _fill(
    axes: Axes, rows: pd.DataFrame, table: pd.DataFrame, total: NDArray[np.float64], age: NDArray[np.float64]
) -> None:
    """Draw the bands in shares and name those wide enough at the right end, others where they are widest."""
    edges = bands(rows, table)
    colours = clone_colours(rows)
    names = dict(zip(rows["clone"], rows["driver"].astype(str), strict=True))
    ends, labels = [], []
    for clone in rows["clone"]:
        low, high = (100.0 * edge / total for edge in edges[clone])
        look = {"color": colours[clone], "linewidth": 0.6, "edgecolor": style.PAPER, "gid": f"band-{clone}"}
        axes.fill_between(age, low, high, where=high - low > _LEAST_DRAWN, **look)  # type: ignore[arg-type]
        share = table[clone].to_numpy() / total
        if share[-1] >= _LEAST_LABELLED:
            ends.append(_middle_of_own(rows, edges, table, clone, total))
            labels.append((clone, share[-1]))
    first = int(rows["clone"].iloc[0])
    if first not in [clone for clone, _ in labels]:
        # It is gone at the end, so that its name stands where it still was.
        start = _middle_of_own(rows, edges, table, first, total, 0)
        axes.text(age[0] + 0.02 * (age[-1] - age[0]), start, FIRST, va="center", fontsize=style.SMALL_POINT)
    places = spread_out(ends, 7.0, 3.0, 97.0)
    right = age[-1] + 0.015 * (age[-1] - age[0])
    for (clone, share), place, end in zip(labels, places, ends, strict=True):
        name = f"+ {driver_name(names[clone])}" if names[clone] else FIRST
        axes.annotate(
            f"{name}  {100.0 * share:.0f} %",
            (age[-1], end),
            xytext=(right, place),
            va="center",
            fontsize=style.SMALL_POINT,
            fontweight="bold",
            color=style.text_colour(colours[clone]),
            annotation_clip=False,
        )


def _middle_of_own(
    rows: pd.DataFrame,
    edges: Mapping[int, tuple[NDArray[np.float64], NDArray[np.float64]]],
    table: pd.DataFrame,
    clone: int,
    total: NDArray[np.float64],
    at: int = -1,
) -> float:
    """Return the height, in per cent, at which to name a band on a day.

    That is its middle where most of it is the clone's own, else the middle of the lowest part that is.
    """
    low, high = (float(edge[at]) for edge in edges[clone])
    own = float(table[clone].iloc[at])
    part = own / (int((rows["parent_clone"] == clone).sum()) + 1)
    middle = (low + high) / 2.0 if own > _MOSTLY * (high - low) else low + part / 2.0
    return 100.0 * middle / float(total[at])


def clone_colours(rows: pd.DataFrame) -> dict[int, str]:
    """Return a colour for each clone in order of appearance; more clones than colours begin anew after the first."""
    order = list(rows.sort_values(["origin_age_day", "clone"], kind="stable")["clone"])
    later = COLOURS[1:]
    return {clone: COLOURS[0] if not place else later[(place - 1) % len(later)] for place, clone in enumerate(order)}
