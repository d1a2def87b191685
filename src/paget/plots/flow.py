"""Where metastases come from and go to, over many patients: from organ by route to organ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from paget.errors import SettingError
from paget.plots import style
from paget.plots.canvas import in_style, new_figure, spread_out

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

OTHERS: Final = "other organs"
_ROUTES: Final = {"blood": "blood", "lymph": "lymph", "cavity": "body cavity"}
_COLUMNS: Final = ("patient", "source", "route", "target")
_BAR: Final = 0.07
_GAP: Final = 0.03
_LEAST_SHARE: Final = 0.015


def seedings(lesions: pd.DataFrame, *, seen: bool = True) -> pd.DataFrame:
    """Return one row a metastasis with the organ that seeded it.

    Parameters
    ----------
    lesions
        Table `lesions`, the primary included.
    seen
        Whether only metastases count that became detectable.

    Returns
    -------
    DataFrame
        Columns ``patient``, ``source`` (``primary`` where the primary seeded it), ``route``, ``target``.
    """
    import pandas as pd

    table = lesions.assign(route=lesions["route"].astype(str), organ=lesions["organ"].astype(str))
    seeded = table["route"] != "primary"
    rows = table[seeded & (table["detectable_age_day"].notna() if seen else True)]
    parents = table.set_index(["patient", "lesion"])["organ"].mask(~seeded.to_numpy(), "primary")
    keys = pd.MultiIndex.from_arrays([rows["patient"], rows["parent_lesion"]])
    source = parents.reindex(keys).fillna("primary").to_numpy()
    return rows[["patient", "route"]].assign(target=rows["organ"], source=source)[[*_COLUMNS]]


@in_style
def organ_flow(
    lesions: pd.DataFrame,
    *,
    seen: bool = True,
    title: str = "Where metastases come from, how, and where they grow",
) -> Figure:
    """Draw how metastases travelled, as bands as wide as there are metastases.

    Parameters
    ----------
    lesions
        Table `lesions`, the primary included.
    seen
        Whether only metastases count that became detectable.
    title
        What the figure shows.

    Returns
    -------
    Figure
        Three columns: the organ that seeded, the route, the organ that was seeded. Bands have the colour of the route.

    Raises
    ------
    SettingError
        If there is no metastasis.
    """
    table = seedings(lesions, seen=seen)
    if table.empty:
        raise SettingError("There is no metastasis to draw.", key="lesions", allowed="one metastasis or more")
    for column in ("source", "target"):
        share = table[column].value_counts(normalize=True)
        rare = set(share[share < _LEAST_SHARE].index)
        table[column] = table[column].where(~table[column].isin(rare), OTHERS)
    columns = [_column(table, name) for name in ("source", "route", "target")]
    kind = "that became detectable" if seen else "that began to divide"
    patients = table["patient"].nunique()
    subtitle = f"{len(table):,} metastases {kind}, in {patients:,} patients; width: number of metastases"
    figure = new_figure(title, 4.6, subtitle=subtitle)
    axes = figure.subplots()
    axes.set(xlim=(-0.02, 1.02), ylim=(1.06, -0.06))
    axes.set_axis_off()
    _ribbons(axes, table, columns, 0, ("source", "route"))
    _ribbons(axes, table, columns, 1, ("route", "target"))
    for number, blocks in enumerate(columns):
        _bars(axes, blocks, number)
    for x, side, text in ((0.0, "left", "seeded by"), (0.5, "center", "through"), (1.0, "right", "growing in")):
        axes.text(x, -0.045, text, ha=side, va="bottom", fontsize=style.SMALL_POINT, color=style.MUTED)
    return figure


def _column(table: pd.DataFrame, name: str) -> dict[str, tuple[float, float]]:
    """Return top and height of each block of a column, the largest first; heights and gaps fill the column."""
    counts = table[name].value_counts()
    order = sorted(counts.index, key=lambda block: (block == OTHERS, block != "primary", -int(counts[block]), block))
    scale = _height_scale(table)
    height = {block: scale * int(counts[block]) for block in order}
    free = 1.0 - sum(height.values())
    gap = free / (len(order) - 1) if len(order) > 1 else 0.0
    top, placed = (0.0 if len(order) > 1 else free / 2), {}
    for block in order:
        placed[block] = (top, height[block])
        top += height[block] + gap
    return placed


def _height_scale(table: pd.DataFrame) -> float:
    """Return the height of one metastasis, the same in all columns."""
    most = max(int(table[name].nunique()) for name in ("source", "route", "target"))
    return (1.0 - _GAP * (most - 1)) / len(table)


def _left_of(number: int) -> float:
    return (0.0, 0.5 - _BAR / 2, 1.0 - _BAR)[number]


def _ribbons(
    axes: Axes,
    table: pd.DataFrame,
    columns: list[dict[str, tuple[float, float]]],
    number: int,
    names: tuple[str, str],
) -> None:
    """Draw the bands between two columns, stacked in the order of the blocks at both ends."""
    counts = table.groupby(list(names)).size()
    scale = _height_scale(table)
    used = [{block: place[0] for block, place in column.items()} for column in columns[number : number + 2]]
    starts: dict[tuple[str, str], float] = {}
    ends: dict[tuple[str, str], float] = {}
    pairs = [(a, b) for a in columns[number] for b in columns[number + 1] if (a, b) in counts.index]
    for pair in pairs:
        starts[pair] = used[0][pair[0]]
        used[0][pair[0]] += scale * int(counts[pair])
    for pair in sorted(pairs, key=lambda pair: (list(columns[number + 1]).index(pair[1]), pairs.index(pair))):
        ends[pair] = used[1][pair[1]]
        used[1][pair[1]] += scale * int(counts[pair])
    left, right = _left_of(number) + _BAR, _left_of(number + 1)
    for pair in pairs:
        route = pair[1] if number == 0 else pair[0]
        _ribbon(axes, (left, right), (starts[pair], ends[pair]), scale * int(counts[pair]), route, pair)


def _ribbon(
    axes: Axes, x: tuple[float, float], top: tuple[float, float], height: float, route: str, pair: tuple[str, str]
) -> None:
    along = np.linspace(0.0, 1.0, 40)
    ease = along * along * (3.0 - 2.0 * along)
    middle = top[0] + (top[1] - top[0]) * ease
    colour = style.ROUTES.get(route, style.MUTED)
    place = x[0] + (x[1] - x[0]) * along
    axes.fill_between(place, middle, middle + height, color=colour, alpha=0.42, linewidth=0, gid="-".join(pair))


def _bars(axes: Axes, column: Mapping[str, tuple[float, float]], number: int) -> None:
    """Draw the blocks of a column with their names and shares."""
    left = _left_of(number)
    for block, (top, height) in column.items():
        axes.bar(left, height, _BAR, bottom=top, align="edge", color=_block_colour(block, number), gid=f"block-{block}")
    middles = [top + height / 2 for top, height in column.values()]
    scale = sum(height for _, height in column.values())
    for (block, (_, height)), place in zip(column.items(), spread_out(middles, 0.052, 0.0, 1.0), strict=True):
        share = 100.0 * height / scale
        name = _ROUTES.get(block, style.words(block)) if number == 1 else style.words(block)
        text = f"{style.upper_first(name)}  {share:.0f} %" if share >= 1.0 else f"{style.upper_first(name)}  <1 %"
        x, side = ((left + _BAR + 0.012, "left"), (0.5, "center"), (left - 0.012, "right"))[number]
        ground = {"facecolor": style.PAPER, "edgecolor": "none", "alpha": 0.75, "pad": 0.8}
        axes.text(
            x,
            place,
            text,
            ha=side,
            va="center",
            fontsize=style.SMALL_POINT,
            fontweight="bold",
            bbox=ground,
            zorder=4,
        )


def _block_colour(block: str, number: int) -> str:
    if number == 1:
        return style.ROUTES.get(block, style.MUTED)
    return style.PRIMARY if block == "primary" else style.ORGANS.get(block, "#C9CFD4")
