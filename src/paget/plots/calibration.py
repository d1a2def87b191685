"""Whether what is said to be 70 % happens in 70 of 100."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from paget.analysis.calibration import Curve
from paget.errors import SettingError
from paget.plots import style
from paget.plots.canvas import in_style, named_patches, new_figure, plain_axes

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@in_style
def calibration_curve(
    curves: Curve | Mapping[str, Curve],
    *,
    title: str = "Forecast and outcome",
    event: str = "it came true",
) -> Figure:
    """Draw how often what was forecast came true, against the probability that was given.

    Parameters
    ----------
    curves
        A curve of `paget.analysis.calibration`, or several by name.
    title
        What was forecast.
    event
        What came or not, such as ``alive after a year``.

    Returns
    -------
    Figure
        The curves beside the diagonal, with how many cases got each probability below.

    Raises
    ------
    SettingError
        If no curve has a case.
    """
    named = {"": curves} if isinstance(curves, Curve) else {str(name): curve for name, curve in curves.items()}
    if not any(float(np.nansum(curve.weight)) > 0.0 for curve in named.values()):
        raise SettingError("There is no case to draw.", key="curves", allowed="one curve with a case or more")
    errors = "; ".join(f"{name} {curve.error:.3f}".strip() for name, curve in named.items())
    subtitle = f"Mean distance from the diagonal (expected calibration error): {errors}"
    figure = new_figure(title, 6.1, width_inch=5.6, subtitle=subtitle)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[4.2, 1.0])
    plain_axes(upper, grid="both")
    plain_axes(lower)
    upper.plot([0, 100], [0, 100], color=style.MUTED, linewidth=1.2, linestyle=(0, (4, 3)), gid="diagonal")
    upper.text(20, 23.5, "as forecast", color=style.MUTED, fontsize=style.SMALL_POINT, rotation=45, ha="center")
    colours = style.group_colours(list(named))
    width = 8.0 / len(named)
    for number, (name, curve) in enumerate(named.items()):
        held = np.isfinite(curve.said)
        said, came = 100.0 * curve.said[held], 100.0 * curve.came[held]
        size = 40.0 + 300.0 * curve.weight[held]
        upper.plot(said, came, color=colours[name], linewidth=1.8, gid="curve")
        upper.scatter(said, came, s=size, color=colours[name], edgecolors=style.PAPER, linewidths=1.0, zorder=3)
        middle = (np.arange(curve.weight.size) + 0.5) * 100.0 / curve.weight.size
        shift = (number - (len(named) - 1) / 2.0) * width
        lower.bar(middle + shift, 100.0 * curve.weight, width, color=colours[name], gid="weights")
    upper.set(xlim=(0, 100), ylim=(0, 100), ylabel=f"How often {event} (%)")
    lower.set(xlabel="Probability given (%)", ylabel="Cases (%)")
    if len(named) > 1:
        named_patches(upper, colours)
    return figure
