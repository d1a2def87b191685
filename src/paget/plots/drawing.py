"""The figure that every function here returns: a matplotlib figure that notebooks show without pyplot."""

from __future__ import annotations

from matplotlib.figure import Figure

from paget.plots.canvas import svg


class Drawing(Figure):
    """A matplotlib figure that shows itself in a notebook as SVG."""

    alt: str = ""
    """What the figure tells, for those who cannot see it."""

    def _repr_svg_(self) -> str:
        return svg(self, alt=self.alt or "Figure")
