"""One patient's spread as a graph: which organ seeded which, by which route, how often."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from paget.errors import SettingError
from paget.plots import style
from paget.plots.canvas import in_style, named_patches, new_figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NODE: Final = 0.125
_LOOP: Final = 0.75
_THICK: Final = 12
"""Lesions from which an arrow may be as thick as arrows get."""
_ASIDE: Final = {"blood": 0.06, "lymph": -0.06, "cavity": 0.15}
"""How far arrows of each route stand off the line between two organs."""
Point = tuple[float, float]
_ROUTES: Final = {"blood": "Through the blood", "lymph": "Through the lymph", "cavity": "Across a body cavity"}


def migration_counts(migrations: pd.DataFrame) -> pd.DataFrame:
    """Return how many lesions each organ seeded in each other one, by route.

    Parameters
    ----------
    migrations
        One row a seeding: ``from_organ``, ``to_organ``, ``route``, as of `Cohort.migrations`.

    Returns
    -------
    DataFrame
        Columns ``from_organ``, ``to_organ``, ``route``, ``count``, the most frequent first.
    """
    rows = migrations[["from_organ", "to_organ", "route"]].astype(str)
    table = rows.value_counts(sort=False).rename("count").reset_index()
    return table.sort_values(["count", "from_organ", "to_organ"], ascending=[False, True, True]).reset_index(drop=True)


@in_style
def migration_graph(
    migrations: pd.DataFrame,
    *,
    primary: str | None = None,
    title: str = "Who seeded whom",
    least: int = 1,
) -> Figure:
    """Draw the organs of one patient with an arrow for each pair of which one seeded the other.

    Parameters
    ----------
    migrations
        One row a seeding: ``from_organ``, ``to_organ``, ``route``, as of `Cohort.migrations`; filter it first to those
        that matter, such as lesions that became detectable.
    primary
        Organ of the primary, which stands in the middle; the one that seeded most if None.
    title
        What the figure shows.
    least
        Fewest lesions of an arrow.

    Returns
    -------
    Figure
        Organs round the primary; an arrow is as thick as it stands for lesions, and its number is how many.

    Raises
    ------
    SettingError
        If there is no seeding.
    """
    table = migration_counts(migrations) if len(migrations) else None
    if table is None or table[table["count"] >= least].empty:
        raise SettingError("There is no metastasis to draw.", key="migrations", allowed="one seeding or more")
    table = table[table["count"] >= least]
    centre = primary or str(table.groupby("from_organ")["count"].sum().idxmax())
    places = _places(table, centre)
    subtitle = f"Arrow: from the seeding to the seeded organ; number: lesions (all: {int(table['count'].sum()):,})"
    figure = new_figure(title, 5.0, subtitle=subtitle)
    axes = figure.subplots()
    axes.set(xlim=(-1.62, 1.62), ylim=(-1.24, 1.24), aspect="equal")
    axes.set_axis_off()
    most = int(table["count"].max())
    for row in table.itertuples(index=False):
        _arrow(axes, places, str(row.from_organ), str(row.to_organ), str(row.route), int(row.count), most)  # type: ignore[call-overload]
    for organ, (x, y) in places.items():
        _node(axes, organ, x, y, organ == centre)
    routes = [route for route in _ROUTES if route in set(table["route"])]
    named_patches(axes, {_ROUTES[route]: style.ROUTES[route] for route in routes})
    return figure


def _places(table: pd.DataFrame, centre: str) -> dict[str, Point]:
    """Return the primary in the middle and the other organs round it, the most seeded ones first."""
    seeded = table.groupby("to_organ")["count"].sum()
    names = set(table["from_organ"]) | set(table["to_organ"])
    others = sorted(names - {centre}, key=lambda organ: (-int(seeded.get(organ, 0)), organ))
    step = 2.0 * math.pi / max(len(others), 1)
    round_it = {
        organ: (1.08 * math.cos(math.pi / 2 - step * number), 1.0 * math.sin(math.pi / 2 - step * number))
        for number, organ in enumerate(others)
    }
    return {centre: (0.0, 0.0), **round_it}


def _node(axes: Axes, organ: str, x: float, y: float, is_primary: bool) -> None:  # noqa: FBT001 - private
    from matplotlib.patches import Circle

    colour = style.ORGANS.get(organ, style.MUTED)
    edge = style.PRIMARY if is_primary else style.PAPER
    axes.add_patch(
        Circle((x, y), _NODE, facecolor=colour, edgecolor=edge, linewidth=3.0, zorder=3, gid=f"node-{organ}")
    )
    name = style.upper_first(style.words(organ)) + ("\n(primary)" if is_primary else "")
    ground: dict[str, Any] = {"facecolor": style.PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 1.0}
    shift = _NODE + 0.04
    if is_primary or abs(x) < 0.3:  # noqa: PLR2004 - near the middle line names stand above or below
        up = y > 0.0
        at = (x, y + (shift if up else -shift), "center", "bottom" if up else "top")
    else:
        at = (x + math.copysign(shift, x), y, "left" if x > 0.0 else "right", "center")
    axes.text(
        at[0], at[1], name, ha=at[2], va=at[3], fontsize=style.TEXT_POINT, fontweight="bold", bbox=ground, zorder=4
    )


def _arrow(axes: Axes, places: dict[str, Point], source: str, target: str, route: str, count: int, most: int) -> None:
    from matplotlib.patches import FancyArrowPatch

    width = 1.0 + 5.0 * math.sqrt(count / max(most, _THICK))
    colour = style.ROUTES.get(route, style.MUTED)
    start, end, bend = _ends(places[source], places[target], route)
    arrow = FancyArrowPatch(
        start,
        end,
        connectionstyle=f"arc3,rad={bend}",
        arrowstyle=f"-|>,head_length={4.0 + 1.3 * width},head_width={2.5 + 0.85 * width}",
        linewidth=width,
        color=colour,
        alpha=0.8,
        mutation_scale=1.0,
        shrinkA=0,
        shrinkB=0,
        zorder=2,
        gid=f"arrow-{source}-{target}-{route}",
    )
    axes.add_patch(arrow)
    # Numbers of arrows from the middle stand half-way, others nearer to their start, so that fewer meet.
    middle = _on_arc(start, end, bend, 0.5 if places[source] == (0.0, 0.0) or source == target else 0.3)
    ground: dict[str, Any] = {"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.8, "alpha": 0.9}
    axes.text(
        *middle,
        f"{count:,}",
        ha="center",
        va="center",
        fontsize=style.SMALL_POINT,
        color=style.text_colour(colour),
        bbox=ground,
        zorder=4,
    )


def _ends(source: Point, target: Point, route: str) -> tuple[Point, Point, float]:
    """Return where an arrow starts and ends, and how far it bends, so that routes between two organs lie apart."""
    if source == target:
        # An organ that seeds itself gets a loop on its outer side.
        out = math.atan2(source[1], source[0]) if source != (0.0, 0.0) else math.pi * 0.75
        ends = [
            (source[0] + _NODE * math.cos(out + turn), source[1] + _NODE * math.sin(out + turn))
            for turn in (-_LOOP, _LOOP)
        ]
        return ends[0], ends[1], 1.9
    length = math.hypot(target[0] - source[0], target[1] - source[1])
    along = ((target[0] - source[0]) / length, (target[1] - source[1]) / length)
    aside = _ASIDE.get(route, 0.0)
    start, end = 1.2 * _NODE, length - 1.35 * _NODE
    points = [
        (source[0] + step * along[0] + aside * along[1], source[1] + step * along[1] - aside * along[0])
        for step in (start, end)
    ]
    return points[0], points[1], 2.2 * aside


def _on_arc(start: Point, end: Point, bend: float, share: float) -> Point:
    """Return a point of matplotlib's `arc3`, a quadratic curve whose control point stands off the middle."""
    across = (end[0] - start[0], end[1] - start[1])
    control = ((start[0] + end[0]) / 2 + bend * across[1], (start[1] + end[1]) / 2 - bend * across[0])
    weights = ((1.0 - share) ** 2, 2.0 * share * (1.0 - share), share**2)
    x, y = (sum(w * p[axis] for w, p in zip(weights, (start, control, end), strict=True)) for axis in (0, 1))
    return x, y
