"""Figures of `paget.plots` as elements of a page."""

from __future__ import annotations

import re
from collections import Counter
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

    picture = Html(_each_id_once(plots.svg(figure, alt=alt)))
    held = tag("div", picture, class_="scroll", tabindex=0, role="group", aria_label="Figure")
    return tag("figure", held, tag("figcaption", below) if below else None)


def _each_id_once(svg: str) -> str:
    """Give ids that come again a number: a figure names bars of a kind alike, and a page holds a name once."""
    met: Counter[str] = Counter()

    def numbered(found: re.Match[str]) -> str:
        name = found.group(1)
        met[name] += 1
        return found.group() if met[name] == 1 else f'id="{name}-{met[name]}"'

    return re.sub(r'\bid="([^"]+)"', numbered, svg)
