"""Smooth outlines from points: the geometry of the body map."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

WIDTH, HEIGHT = 420, 690
"""The drawing's coordinates: a body from the crown of the head to the thighs, its middle at x = 210."""
MM_PER_UNIT = 1.6
"""Millimetres of a person of 1.7 m per unit of the drawing."""

Point = tuple[float, float, bool]
"""x, y, and whether the outline has a corner there."""


def points_of(text: str) -> list[Point]:
    """Return the points of an outline written as ``x,y``, with a star after those that are corners.

    Parameters
    ----------
    text
        Points, separated by spaces.
    """
    found = []
    for word in text.split():
        x, y = word.rstrip("*").split(",")
        found.append((float(x), float(y), word.endswith("*")))
    return found


def mirrored(points: Iterable[Point]) -> list[Point]:
    """Return points on the other side of the body's middle."""
    return [(WIDTH - x, y, corner) for x, y, corner in points]


def symmetric(half: Sequence[Point]) -> list[Point]:
    """Return a closed outline from its left half, given from the middle above to the middle below."""
    inner = [point for point in half if point[0] != WIDTH / 2]
    ends = [point for point in half if point[0] == WIDTH / 2]
    first, last = (ends[0] if half[0] in ends else None), (ends[-1] if half[-1] in ends else None)
    right = mirrored(inner)[::-1]
    return [*([first] if first else []), *inner, *([last] if last and last is not first else []), *right]


def path(points: Sequence[Point], *, closed: bool = True) -> str:
    """Return a smooth SVG path through points.

    Cubic curves with tangents along the chord of a point's neighbours (Catmull and Rom), broken at corners.

    Parameters
    ----------
    points
        What it runs through.
    closed
        Whether it comes back to its start.
    """
    count = len(points)
    last = count if closed else count - 1
    parts = [f"M{_number(points[0][0])} {_number(points[0][1])}"]
    for k in range(last):
        before, here = points[k - 1] if closed or k else points[k], points[k]
        there = points[(k + 1) % count]
        after = points[(k + 2) % count] if closed or k + 2 < count else there
        out, into = _handle(before, here, there), _handle(after, there, here)
        numbers = (*out, *into, there[0], there[1])
        parts.append("C" + " ".join(_number(value) for value in numbers))
    return "".join(parts) + ("Z" if closed else "")


def smooth(text: str, *, closed: bool = True) -> str:
    """Return a smooth SVG path through points written as text; see `points_of`."""
    return path(points_of(text), closed=closed)


def _handle(before: Point, here: Point, there: Point) -> tuple[float, float]:
    """Return the handle of `here` towards `there`: along the chord, no longer than a third of the way."""
    if here[2]:
        return here[0] + (there[0] - here[0]) / 3.0, here[1] + (there[1] - here[1]) / 3.0
    dx, dy = there[0] - before[0], there[1] - before[1]
    chord = (dx * dx + dy * dy) ** 0.5
    way = ((there[0] - here[0]) ** 2 + (there[1] - here[1]) ** 2) ** 0.5
    if chord == 0.0:
        return here[0], here[1]
    length = way / 3.0
    return here[0] + dx / chord * length, here[1] + dy / chord * length


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
