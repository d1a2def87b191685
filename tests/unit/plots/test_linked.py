from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from paget import plots
from paget.analysis.durations import DayCounts
from paget.analysis.survival import kaplan_meier
from paget.errors import MissingExtraError, SettingError
from paget.model.calendar import YEAR_DAY
from paget.plots.linked import linked_table

YEARS = np.array([1.0, 2.0, 2.0, 4.0, 5.0, 8.0])
DIED = np.array([True, True, False, True, False, True])
PATIENTS = pd.DataFrame(
    {
        "patient": range(7),
        "diagnosis_age_day": [*[20000.0] * 6, np.nan],
        "death_age_day": [*np.where(DIED, 20000.0 + YEARS * YEAR_DAY, np.nan), 900.0],
        "last_age_day": [*(20000.0 + YEARS * YEAR_DAY), 900.0],
        "stage": ["I", "IIA", "IIIB", "IV", "IV", "II", "unknown"],
        "cause": ["liver", "other", "alive", "cachexia", "alive", "liver", "other"],
    }
)
LESIONS = pd.DataFrame(
    {
        "patient": [0, 0, 0, 3],
        "organ": ["bowel", "liver", "liver", "distant_lymph_node"],
        "route": ["primary", "blood", "blood", "lymph"],
        "detectable_age_day": [1.0, 2.0, 3.0, 4.0],
    }
)


def test_table_tells_of_each_patient_found() -> None:
    """Who was found has a row with years lived, stage group, cause and the organs with a metastasis, each once."""
    table = linked_table(PATIENTS, LESIONS)
    assert table["survival"].tolist() == pytest.approx(YEARS.tolist())
    assert table["died"].tolist() == DIED.tolist()
    assert table["stage"].tolist() == ["I", "II", "III", "IV", "IV", "II"]
    assert table["sites"].tolist() == ["Liver", "", "", "Distant nodes", "", ""]
    assert table["cause"].tolist()[:4] == ["Failure of liver", "Another cause", "Alive", "Wasting"]


def test_many_patients_are_thinned_evenly() -> None:
    """Of too many patients the first, the last and evenly spread ones are kept."""
    assert linked_table(PATIENTS, LESIONS, most=3)["patient"].tolist() == [0, 2, 5]


def test_views_share_one_selection() -> None:
    """Dragging over patients and clicking a stage narrow survival, sites and causes alike."""
    spec = plots.linked_patients(PATIENTS, LESIONS).to_dict()
    names = {param["name"] for param in spec["params"]}
    survival = spec["vconcat"][0]["hconcat"][1]
    sites, causes = spec["vconcat"][1]["hconcat"][1:]
    for view in (survival, sites, causes):
        chosen = view["layer"][1]["transform"][:2]
        assert {step["filter"]["param"] for step in chosen} == names


def test_curve_in_the_view_is_that_of_kaplan_and_meier(tmp_path: Path) -> None:
    """What the browser computes and draws is the product-limit estimate, censored patients included."""
    path = plots.save_linked(plots.linked_patients(PATIENTS, LESIONS), tmp_path / "view.svg")
    drawn = re.findall(r'aria-roledescription="line mark"[^>]*? d="([^"]+)"', path.read_text(encoding="utf-8"))
    assert len(drawn) == 2
    places = [float(y) for y in re.findall(r"[ML][^,]+,([\d.e-]+)", re.sub(r"H([\d.]+)V", r"L\1,", drawn[0]))]
    deaths, censored = DayCounts(), DayCounts()
    deaths.add(YEARS[DIED] * YEAR_DAY)
    censored.add(YEARS[~DIED] * YEAR_DAY)
    expected = kaplan_meier(deaths, censored).alive
    shares = sorted({round(1.0 - place / 250.0, 3) for place in places}, reverse=True)
    assert shares == pytest.approx(expected.round(3).tolist(), abs=2e-3)


def test_page_needs_no_network(tmp_path: Path) -> None:
    """The page loads nothing: no script, style or font comes from elsewhere."""
    page = plots.save_linked(plots.linked_patients(PATIENTS, LESIONS), tmp_path / "view.html").read_text(
        encoding="utf-8"
    )
    assert not re.search(r'<(?:script|link|img)[^>]+(?:src|href)="(?:https?:)?//', page)
    assert "Distant nodes" in page


def test_other_formats_and_nobody_are_refused(tmp_path: Path) -> None:
    """A format that is none, and a run in which nobody was found, are refused."""
    with pytest.raises(SettingError):
        plots.save_linked(plots.linked_patients(PATIENTS, LESIONS), tmp_path / "view.pdf")
    with pytest.raises(SettingError):
        plots.linked_patients(PATIENTS.iloc[6:], LESIONS)


def test_missing_libraries_name_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Altair or vl-convert a view ends in one error that says which extra to install."""
    chart = plots.linked_patients(PATIENTS, LESIONS)
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(MissingExtraError, match="vl-convert-python"):
        plots.linked_html(chart)
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(MissingExtraError, match="altair"):
        plots.linked_patients(PATIENTS, LESIONS)
