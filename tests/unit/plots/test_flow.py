from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from paget import plots
from paget.errors import SettingError
from paget.plots.flow import seedings

LESIONS = pd.DataFrame(
    {
        "patient": [0, 0, 0, 0, 1, 1],
        "lesion": [1, 2, 3, 4, 1, 2],
        "parent_lesion": [0, 1, 2, 1, 0, 1],
        "organ": ["bowel", "liver", "lung", "regional_lymph_node", "bowel", "liver"],
        "route": ["primary", "blood", "blood", "lymph", "primary", "blood"],
        "detectable_age_day": [1.0, 2.0, 3.0, np.nan, 1.0, 5.0],
    }
)


def bars(axes: Axes) -> list[Rectangle]:
    return [patch for patch in axes.patches if isinstance(patch, Rectangle)]


def test_seedings_name_the_organ_that_seeded() -> None:
    """Each metastasis is told with the organ of the lesion it came from; numbers hold within a patient."""
    rows = seedings(LESIONS)
    assert rows[["patient", "source", "route", "target"]].to_numpy().tolist() == [
        [0, "primary", "blood", "liver"],
        [0, "liver", "blood", "lung"],
        [1, "primary", "blood", "liver"],
    ]
    assert len(seedings(LESIONS, seen=False)) == 4


def test_blocks_are_as_high_as_there_are_metastases() -> None:
    """In each column heights are in proportion to the metastases, and all columns are equally high in sum."""
    figure = plots.organ_flow(LESIONS, seen=False)
    blocks = {patch.get_gid(): patch.get_height() for patch in bars(figure.axes[0])}
    unit = blocks["block-lymph"]
    assert unit > 0.0
    expected = {"primary": 3, "liver": 2, "blood": 3, "lymph": 1, "lung": 1, "regional_lymph_node": 1}
    assert blocks == pytest.approx({f"block-{name}": count * unit for name, count in expected.items()})


def test_bands_are_as_wide_as_what_flows_through_them() -> None:
    """Bands that leave a block together are as wide as the block."""
    axes = plots.organ_flow(LESIONS, seen=False).axes[0]
    widths = {}
    for band in axes.collections:
        corner = np.asarray(band.get_paths()[0].vertices)
        at_left = corner[np.isclose(corner[:, 0], corner[:, 0].min()), 1]
        widths[band.get_gid()] = float(np.ptp(at_left))
    unit = widths["lymph-regional_lymph_node"]
    assert widths["primary-blood"] + widths["primary-lymph"] == pytest.approx(3 * unit)
    assert widths["blood-liver"] + widths["blood-lung"] == pytest.approx(3 * unit)


def test_bands_have_the_colour_of_the_route() -> None:
    """A band has the colour of the route on either side of it."""
    axes = plots.organ_flow(LESIONS, seen=False).axes[0]
    colours = {band.get_gid(): tuple(np.round(np.asarray(band.get_facecolor())[0, :3], 3)) for band in axes.collections}
    assert colours["primary-blood"] == colours["blood-lung"]
    assert colours["primary-lymph"] == colours["lymph-regional_lymph_node"]
    assert colours["primary-blood"] != colours["primary-lymph"]


def test_no_metastasis_is_refused() -> None:
    """Lesions without a metastasis have no flow."""
    with pytest.raises(SettingError):
        plots.organ_flow(LESIONS.iloc[:1])
