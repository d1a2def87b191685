from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paget import plots
from paget.errors import SettingError

PATIENTS = pd.DataFrame({"patient": [0, 1, 2, 3], "cancer": ["colorectal"] * 3 + ["prostate"]})
LESIONS = pd.DataFrame(
    {
        "patient": [0, 0, 0, 1, 1, 2, 3, 3],
        "organ": ["bowel", "liver", "liver", "liver", "lung", "bone", "prostate", "bone"],
        "route": ["primary", "blood", "blood", "blood", "blood", "blood", "primary", "blood"],
        "detectable_age_day": [1.0, 1.0, 2.0, 3.0, np.nan, np.nan, 1.0, 4.0],
    }
)


def test_shares_count_patients_not_lesions() -> None:
    """A share counts each patient once, no primary, and nothing that was never detectable."""
    shares = plots.site_shares(PATIENTS, LESIONS)
    assert shares.loc["colorectal", "liver"] == pytest.approx(2 / 3)
    assert [shares.loc["colorectal", organ] for organ in ("lung", "bone", "bowel")] == [0.0, 0.0, 0.0]
    assert shares.loc["prostate", "bone"] == 1.0


def test_cells_of_the_map_are_the_shares() -> None:
    """Each cell shows the share in per cent, organs in order of their mean share."""
    shares = pd.DataFrame({"lung": [0.10, 0.004], "bone": [0.5, 0.3], "skin": [0.0, 0.01]}, index=["breast", "lung"])
    figure = plots.site_heat_map(shares)
    told = [text.get_text() for text in figure.axes[0].texts]
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["Bone", "Lung"]
    assert told == ["50", "10", "30", "<1"]
    assert np.asarray(figure.axes[0].images[0].get_array()) == pytest.approx(np.array([[50.0, 10.0], [30.0, 0.4]]))


def test_no_share_is_refused() -> None:
    """A map of nothing is refused."""
    with pytest.raises(SettingError):
        plots.site_heat_map(pd.DataFrame())
