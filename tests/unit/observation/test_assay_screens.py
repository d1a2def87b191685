from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from paget import catalogue
from paget.model.layout import ORGANS, code
from paget.model.modality import Modality
from paget.model.truth import Truth
from paget.observation.assay_screens import screen_assays
from paget.observation.imaging import examine

ASSUMED: dict[str, Any] = {"source": "paget", "grade": "assumed", "rationale": "Shows the form."}
BOWEL, LIVER, LUNG = (code(ORGANS, name) for name in ("bowel", "liver", "lung"))
SEED = 11
PEOPLE = 20_000


def _number(value: float, unit: str = "1") -> dict[str, Any]:
    return {"value": value, "unit": unit, **ASSUMED}


def _blood(
    *, basis: str = "burden", clear: float = 1.0, right: float = 1.0, organs: tuple[str, ...] = ("bowel",)
) -> Modality:
    curve = {"half_mm": 20.0, "slope": 3.0, "ceiling": 1.0, **ASSUMED}
    entry = {"id": "blood", "name": "Blood", "summary": "Made up.", "kind": "assay_screen", "cost": _number(1.0, "USD")}
    assay = {"basis": basis, "specificity": _number(clear), "origin_accuracy": _number(right)}
    return Modality.model_validate({**entry, "assay": assay, "organs": {organ: {"curve": curve} for organ in organs}})


def _truth(primary_mm: float, metastasis_mm: float, people: int = PEOPLE) -> Truth:
    """Make men with a bowel cancer of one size and one metastasis in the liver."""
    size = np.tile([primary_mm, metastasis_mm], (people, 1))
    return Truth(
        patient=np.arange(people),
        sex=np.zeros(people, np.int64),
        day=np.full(people, 20_000.0),
        key=np.arange(1, 2 * people + 1, dtype=np.uint64).reshape(people, 2),
        organ=np.tile([BOWEL, LIVER], (people, 1)),
        is_primary=np.tile([True, False], (people, 1)),
        cells=size**3 * 5e5,
        diameter_mm=size,
        genotype=np.zeros(size.shape, np.int64),
        birth_per_day=np.zeros(size.shape),
        death_per_day=np.zeros(size.shape),
    )


def _positive(truth: Truth, test: Modality, cancer: Any = None) -> float:
    ordered = np.ones((truth.patient.size, 1), np.bool_)
    return float(screen_assays(SEED, truth, [test], ordered, truth.day, cancer)[0].is_positive.mean())


def test_stool_reads_the_primary_and_blood_reads_all_cells() -> None:
    """Two spheres of 20 mm are one of 25.2 mm to a test of the burden, and 20 mm to one of the primary (5 sigma)."""
    truth, margin = _truth(20.0, 20.0), 5.0 * np.sqrt(0.25 / PEOPLE)
    assert _positive(truth, _blood(basis="primary")) == pytest.approx(0.5, abs=margin)
    assert _positive(truth, _blood(basis="burden")) == pytest.approx(2.0 / 3.0, abs=margin)


def test_test_without_cancer_is_positive_by_its_specificity_alone() -> None:
    """A man without living cells has a positive result one time in ten, and never a signal (5 sigma)."""
    truth = _truth(0.0, 0.0)
    results, is_signal = screen_assays(SEED, truth, [_blood(clear=0.9)], np.ones((PEOPLE, 1), np.bool_), truth.day)
    assert results.is_positive.mean() == pytest.approx(0.1, abs=5.0 * np.sqrt(0.09 / PEOPLE))
    assert not is_signal.any()


def test_positive_result_names_the_origin_as_often_as_it_is_right() -> None:
    """Three of four signals name the bowel, the others another organ of the test; a negative result names none."""
    truth = _truth(20.0, 0.0)
    test = _blood(right=0.75, organs=("bowel", "liver", "lung", "ovary"))
    results, is_signal = screen_assays(SEED, truth, [test], np.ones((PEOPLE, 1), np.bool_), truth.day)
    named = results.organ[is_signal]
    assert np.mean(named == BOWEL) == pytest.approx(0.75, abs=5.0 * np.sqrt(0.1875 / named.size))
    assert set(named.tolist()) == {BOWEL, LIVER, LUNG}
    assert (results.organ[~results.is_positive] == -1).all()


def test_primary_that_is_gone_still_tells_the_origin_where_the_cancer_is_known() -> None:
    """After the primary is cut out its metastasis sheds as bowel cancer; a test of the primary is silent."""
    gone = _truth(0.0, 1e6, people=50)
    gone = replace(gone, is_primary=np.zeros((50, 2), np.bool_))
    bowel = catalogue.cancer("colorectal")
    assert _positive(gone, _blood()) == 0.0
    assert _positive(gone, _blood(), bowel) == 1.0
    assert _positive(gone, _blood(basis="primary"), bowel) == 0.0


def test_examinations_and_tests_share_one_list_and_take_their_own() -> None:
    """Of stool test and colonoscopy, one gives results and no finding, the other findings and no result."""
    both = [catalogue.entry("modalities", name, Modality) for name in ("fit", "colonoscopy")]
    truth = _truth(60.0, 0.0, people=200)
    ordered = np.ones((200, 2), np.bool_)
    results, _ = screen_assays(SEED, truth, both, ordered, truth.day)
    findings, _ = examine(SEED, truth, both, ordered, truth.day)
    assert set(results.modality.tolist()) == {0}
    assert results.row.tolist() == list(range(200))
    assert set(findings.modality.tolist()) == {1}


def test_result_of_a_day_is_the_same_in_two_arms() -> None:
    """The same patient with the same cancer has the same result, whoever else is tested."""
    many, few = _truth(20.0, 10.0, people=300), _truth(20.0, 10.0, people=100)
    ordered = np.ones((300, 1), np.bool_)
    first, _ = screen_assays(SEED, many, [_blood()], ordered, many.day)
    second, _ = screen_assays(SEED, few, [_blood()], ordered[:100], few.day + 0.5)
    later, _ = screen_assays(SEED, few, [_blood()], ordered[:100], few.day + 365.0)
    assert first.is_positive[:100].tolist() == second.is_positive.tolist()
    assert later.is_positive.tolist() != second.is_positive.tolist()
