"""Figures of `paget.plots` as elements of a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from paget.web.markup import Html, tag

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def drawn(figure: Figure, alt: str, *, below: str = "") -> Html:
    """Return a figure as an element with its picture inlined.

    Parameters
    ----------
    figure
        A figure of `paget.plots`.
    alt
        What it tells, for those who cannot see it.
    below
        What stands below it, for everybody.
    """
    from paget import plots

    picture = tag(
        "div", Html(plots.svg(figure, alt=alt)), class_="scroll", tabindex=0, role="group", aria_label="Figure"
    )
    return tag("figure", picture, tag("figcaption", below) if below else None)


def where(is_there: object, draw: Callable[[], Html]) -> Html:
    """Return what a function draws where there is anything to draw, and nothing otherwise."""
    return draw() if is_there else Html("")
