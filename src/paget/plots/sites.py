"""Where cancers spread to: the share of patients with a metastasis in each organ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from paget.errors import SettingError
from paget.model.layout import ORGANS
from paget.plots import style
from paget.plots.canvas import in_style, new_figure, plain_axes
from paget.plots.names import cancer_name

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

LEAST_SHOWN: Final = 0.02
_DARK: Final = "#0A3A6B"
_MOST_ORGANS: Final = 10


def site_shares(patients: pd.DataFrame, lesions: pd.DataFrame) -> pd.DataFrame:
    """Return the share of each cancer's patients who ever had a detectable metastasis in each organ.

    Parameters
    ----------
    patients, lesions
        Tables of those names.

    Returns
    -------
    DataFrame
        One row a cancer, one column an organ in the order of `layout.ORGANS`; shares from 0 to 1.
    """
    import pandas as pd

    seen = lesions[(lesions["route"].astype(str) != "primary") & lesions["detectable_age_day"].notna()]
    pairs = seen[["patient", "organ"]].astype({"organ": str}).drop_duplicates()
    cancers = patients.set_index("patient")["cancer"].astype(str)
    counts = pd.crosstab(pairs["patient"].map(cancers).rename("cancer"), pairs["organ"])
    whole = cancers.value_counts()
    table = counts.reindex(index=list(dict.fromkeys(cancers)), columns=list(ORGANS)).fillna(0.0)
    return table.div(whole.reindex(table.index), axis=0)


@in_style
def site_heat_map(
    shares: pd.DataFrame,
    *,
    title: str = "Where metastases are found",
    subtitle: str = "Share of patients (%) who ever had a detectable metastasis in the organ",
) -> Figure:
    """Draw the share of patients with a metastasis in each organ, one row a cancer.

    Parameters
    ----------
    shares
        One row a cancer, one column an organ; shares from 0 to 1, as of `site_shares`.
    title, subtitle
        What the map shows.

    Returns
    -------
    Figure
        The map; organs stand in order of their mean share, the ten most frequent and none below 2 % everywhere.

    Raises
    ------
    SettingError
        If there is no row or no organ.
    """
    if shares.empty:
        raise SettingError("There are no shares to draw.", key="shares", allowed="one cancer and one organ or more")
    kept = shares.loc[:, shares.max() >= LEAST_SHOWN] if float(shares.max().max()) >= LEAST_SHOWN else shares
    table = kept[kept.mean().sort_values(ascending=False, kind="stable").index[:_MOST_ORGANS]]
    values = 100.0 * table.to_numpy(dtype=np.float64)
    figure = new_figure(title, 1.2 + 0.42 * len(table), subtitle=subtitle)
    axes = plain_axes(figure.subplots(), baseline=False)
    axes.imshow(values, cmap=_cool(), vmin=0.0, vmax=100.0, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            text = f"{value:.0f}" if value >= 1.0 or value == 0.0 else "<1"
            colour = style.text_on(style.mixed(_DARK, float(value) / 100.0))
            axes.text(
                column, row, text, ha="center", va="center", color=colour, fontsize=style.SMALL_POINT, gid="share"
            )
    names = [style.upper_first(style.words(str(organ))) for organ in table]
    axes.set_xticks(range(len(names)), names, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(table)), [cancer_name(str(cancer)) for cancer in table.index])
    axes.set_xticks(np.arange(len(names) - 1) + 0.5, minor=True)
    axes.set_yticks(np.arange(len(table) - 1) + 0.5, minor=True)
    axes.grid(which="minor", color=style.PAPER, linewidth=2.0)
    axes.tick_params(which="both", length=0)
    return figure


def _cool() -> Any:  # noqa: ANN401 - a colour map of matplotlib
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("shares", [style.PAPER, _DARK])
