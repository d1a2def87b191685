from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import paget
from paget import plots
from paget.cohort.trajectory import Life, one_life
from paget.errors import FolderError, MissingExtraError, SettingError
from paget.plots.patient_data import patient_data
from paget.plots.patient_page import EXPORT, PatientView, module, patient_view, style

MOST_BYTES = 40_000


@pytest.fixture(scope="module")
def life() -> Life:
    return one_life("colorectal", 1, seed=3, points=20)


@pytest.fixture
def view(life: Life) -> PatientView:
    return PatientView(patient_data(life))


def test_the_module_is_small_and_depends_on_nothing() -> None:
    """It fits in 40 KB, imports nothing and fetches nothing."""
    text = module()
    assert len(text.encode()) < MOST_BYTES
    assert (
        re.findall(r"^\s*import\b|\bimport\(|\brequire\(|\bfetch\(|XMLHttpRequest|\beval\(", text, re.MULTILINE) == []
    )
    assert re.findall(r"https?://[^\"\s]+", text) == ["http://www.w3.org/2000/svg"]
    assert text.rstrip().endswith(EXPORT)


def test_every_class_of_the_style_is_the_views_own() -> None:
    """No rule reaches outside the view: each class begins with its prefix, and no url is named."""
    rules = re.sub(r"\{[^{}]*\}", " ", style())
    classes = re.findall(r"\.([a-zA-Z][\w-]*)", rules)
    assert classes
    assert [name for name in classes if name != "pgv" and not name.startswith("pgv-")] == []
    assert "url(" not in style()


def test_a_piece_of_a_page_holds_all_it_needs(view: PatientView) -> None:
    """Style, data and module are inside, and nothing is loaded."""
    text = view.html()
    assert EXPORT not in text
    assert "<style>" in text
    assert re.findall(r'\b(?:src|href)="', text) == []


def test_two_views_of_one_page_do_not_meet(view: PatientView) -> None:
    """Each piece has an id of its own."""
    first, second = (re.findall(r'id="(pgv-\d+)"', view.html()) for _ in range(2))
    assert first != second


def test_words_in_the_data_cannot_end_the_script(life: Life) -> None:
    """A sentence that looks like markup stays data."""
    data = patient_data(life)
    data["title"] = "</script><img src=x>"
    text = PatientView(data).html()
    assert "</script><img" not in text
    assert "<img" not in re.sub(r'<script type="application/json".*?</script>', "", text, flags=re.DOTALL)


def test_a_page_tells_its_story_to_who_has_no_scripts(view: PatientView) -> None:
    """Before the module runs, the story stands in the page as text."""
    text = view.page().split("<script", maxsplit=1)[0]
    assert "The first malignant cell arises (bowel)." in text


def test_a_page_allows_nothing_from_outside(view: PatientView) -> None:
    """Its policy of content security names no other place."""
    assert "default-src 'none'" in view.page()


def test_a_widget_has_the_same_module_and_data(view: PatientView) -> None:
    """In a notebook the very same module runs, on the very same data."""
    pytest.importorskip("anywidget")
    widget = view.widget()
    assert widget.data == view.data
    assert module() in str(widget._esm)


def test_without_anywidget_one_error_names_the_extra(view: PatientView, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever lacks the package reads how to get it, and notebooks show a frame."""
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(MissingExtraError, match="anywidget"):
        view.widget()


def test_a_patient_of_a_run_is_shown_under_the_runs_policy(tmp_path: Path) -> None:
    """The view of a patient of a run is that of the same patient simulated alone."""
    cohort = paget.simulate("colorectal", n=3, seed=3, out=tmp_path / "run")
    shown = plots.patient_view(cohort, 1, against="none")
    row = cohort.patients.iloc[1]
    assert shown.data["arms"][0]["end"] == round(row["last_age_day"] - row["onset_age_day"], 1)
    assert [arm["care"] for arm in shown.data["arms"]] == ["standard of care", "no treatment"]
    with pytest.raises(SettingError, match="no such patient"):
        patient_view(cohort, 3)


def test_a_run_of_another_catalogue_is_not_shown_as_this_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the same patient cannot be had again, that is said rather than another one shown."""
    cohort = paget.simulate("colorectal", n=3, seed=3, out=tmp_path / "run")
    monkeypatch.setitem(cohort.provenance, "seed", 4)
    with pytest.raises(FolderError, match="cannot be had again"):
        patient_view(cohort, 1)
