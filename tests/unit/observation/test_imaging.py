from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from paget import catalogue
from paget.errors import SettingError
from paget.model.layout import ORGANS, SEXES, code
from paget.model.modality import Modality
from paget.model.truth import Truth
from paget.observation.imaging import chance_seen, examine

ASSUMED: dict[str, Any] = {"source": "paget", "grade": "assumed", "rationale": "Shows the form."}
LIVER, LUNG, BRAIN = (code(ORGANS, name) for name in ("liver", "lung", "brain"))
SEED = 7


def _number(value: float, unit: str = "1", **more: Any) -> dict[str, Any]:
    return {"value": value, "unit": unit, **ASSUMED, **more}


def _camera(
    name: str = "camera",
    *,
    clear: float = 1.0,
    ceiling: float = 1.0,
    error: float = 0.0,
    smallest: float = 1.0,
    **more: Any,
) -> Modality:
    """Make a modality that sees liver, lung, ovary and prostate, all alike."""
    curve = {"half_mm": 10.0, "slope": 3.0, "ceiling": ceiling, **ASSUMED}
    false = _number(8.0, "mm", spread={"law": "lognormal", "sigma": 0.5})
    look = {"measurement_error": _number(error), "smallest": _number(smallest, "mm"), "false_diameter": false}
    sight = {"curve": curve, "specificity": _number(clear)}
    entry = {"id": name, "name": name, "summary": "Made up.", "kind": "imaging", "cost": _number(1.0, "USD")}
    organs = dict.fromkeys(("liver", "lung", "ovary", "prostate"), sight)
    return Modality.model_validate({**entry, "look": look, "organs": organs, **more})


def _truth(diameter_mm: Any, organ: Any = LIVER, *, first: int = 0) -> Truth:
    """Make men with lesions of given diameters, one row a patient; 0 is no lesion."""
    size = np.atleast_2d(np.asarray(diameter_mm, np.float64))
    rows, columns = size.shape
    patient = np.arange(first, first + rows)
    return Truth(
        patient=patient,
        sex=np.zeros(rows, np.int64),
        day=np.full(rows, 20_000.0),
        key=(patient[:, None] * 1000 + np.arange(1, columns + 1)).astype(np.uint64),
        organ=np.broadcast_to(np.asarray(organ), size.shape).copy(),
        is_primary=np.zeros(size.shape, np.bool_),
        cells=size**3 * 5e5,
        diameter_mm=size,
        genotype=np.zeros(size.shape, np.int64),
        birth_per_day=np.zeros(size.shape),
        death_per_day=np.zeros(size.shape),
    )


def _all(truth: Truth, modalities: int = 1) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.ones((truth.patient.size, modalities), np.bool_)


def test_large_lesion_is_found_where_the_modality_looks_and_nowhere_else() -> None:
    """Of three huge lesions the camera shows those in liver and lung, and is blind to the brain."""
    truth = _truth([[500.0, 500.0, 500.0]], [LIVER, BRAIN, LUNG])
    findings, audit = examine(SEED, truth, [_camera()], _all(truth), truth.day)
    assert findings.organ.tolist() == [LIVER, LUNG]
    assert audit.lesion.tolist() == [1, 3]
    assert findings.diameter_mm.tolist() == [500.0, 500.0]


def test_share_found_is_the_curve() -> None:
    """At the half diameter half of the ceiling is found (20000 lesions, seed 7, 5 sigma)."""
    truth = _truth(np.full((20_000, 1), 10.0))
    findings, _ = examine(SEED, truth, [_camera(ceiling=0.8)], _all(truth), truth.day)
    assert findings.count / 20_000 == pytest.approx(0.4, abs=5.0 * np.sqrt(0.24 / 20_000))
    assert chance_seen(_camera(ceiling=0.8), np.array([LIVER, BRAIN]), np.array([10.0, 10.0])).tolist() == [0.4, 0.0]


def test_measured_diameter_is_lognormal_about_the_true_one() -> None:
    """The logarithm of measured over true diameter has mean 0 and the stated width (20000 lesions, 5 sigma)."""
    truth = _truth(np.full((20_000, 1), 1e6))
    findings, _ = examine(SEED, truth, [_camera(error=0.2)], _all(truth), truth.day)
    error = np.log(findings.diameter_mm / 1e6)
    assert error.mean() == pytest.approx(0.0, abs=5.0 * 0.2 / np.sqrt(20_000))
    assert error.std() == pytest.approx(0.2, rel=5.0 / np.sqrt(2.0 * 20_000))


def test_nothing_below_the_smallest_diameter_is_reported() -> None:
    """What is measured below the limit is no finding, whether it is there or not."""
    truth = _truth(np.full((5_000, 1), 10.0))
    findings, audit = examine(SEED, truth, [_camera(error=0.3, smallest=10.0, clear=0.5)], _all(truth), truth.day)
    assert findings.diameter_mm.min() >= 10.0
    assert 0 < audit.is_false.sum() < findings.count


def test_same_lesion_at_the_same_examination_is_seen_alike_in_two_arms() -> None:
    """A lesion that grows beside new ones, among other patients, keeps its finding and its measured size."""
    one = _truth([[12.0], [9.0], [15.0]])
    other = replace(
        _truth([[12.0, 30.0], [9.0, 30.0], [15.0, 30.0]]), key=np.hstack([one.key, one.key + np.uint64(500)])
    )
    camera = _camera(error=0.1)
    findings, audit = examine(SEED, one, [camera], _all(one), one.day)
    more, more_audit = examine(SEED, other, [_camera("lens"), camera], _all(other, 2), other.day + 0.4)
    kept = np.isin(more_audit.lesion, one.key) & (more.modality == 1)
    assert audit.lesion.size > 0
    assert more_audit.lesion[kept].tolist() == audit.lesion.tolist()
    assert more.diameter_mm[kept].tolist() == findings.diameter_mm.tolist()


def test_a_lesion_is_seen_from_a_size_of_its_own_by_each_modality() -> None:
    """What is seen is seen a week later, and what has grown is too; another camera has its own size."""
    truth = _truth(np.full((400, 1), 10.0))
    first, week_later = (
        examine(SEED, truth, [_camera()], _all(truth), truth.day + later)[1].lesion.tolist() for later in (0.0, 7.0)
    )
    grown = examine(SEED, _truth(np.full((400, 1), 14.0)), [_camera()], _all(truth), truth.day)[1].lesion.tolist()
    lens = examine(SEED, truth, [_camera("lens")], _all(truth), truth.day)[1].lesion.tolist()
    assert first == week_later
    assert set(first) < set(grown)
    assert first != lens


def test_measurements_of_another_day_are_drawn_anew() -> None:
    """The same lesion is not measured alike a week later."""
    truth = _truth(np.full((400, 1), 10.0))
    first, week_later = (
        examine(SEED, truth, [_camera(error=0.1)], _all(truth), truth.day + later)[0].diameter_mm
        for later in (0.0, 7.0)
    )
    assert not np.isclose(first, week_later).any()


def test_one_more_patient_changes_no_finding_of_another() -> None:
    """Findings of two patients are a part of those of three."""
    three = _truth([[12.0, 8.0], [9.0, 11.0], [15.0, 10.0]])
    alone = _truth([[15.0, 10.0]], first=2)
    camera = _camera(clear=0.5, error=0.1)
    all_findings, _ = examine(SEED, three, [camera], _all(three), three.day)
    last, _ = examine(SEED, alone, [camera], _all(alone), alone.day)
    assert last.count > 0
    assert all_findings.where(all_findings.row == 2).diameter_mm.tolist() == last.diameter_mm.tolist()


def test_who_is_not_examined_has_no_finding() -> None:
    """Findings belong to those for whom the examination was ordered, in order of patient and modality."""
    truth = _truth(np.full((3, 1), 1e6))
    ordered = np.array([[True, True], [False, False], [False, True]])
    findings, _ = examine(SEED, truth, [_camera(), _camera("lens")], ordered, truth.day)
    assert findings.row.tolist() == [0, 0, 2]
    assert findings.modality.tolist() == [0, 1, 1]
    assert findings.day.tolist() == [20_000.0] * 3
    assert examine(SEED, truth, [_camera()], np.zeros((3, 1), np.bool_), truth.day)[0].count == 0


def test_false_findings_respect_the_sex() -> None:
    """No man has a false finding in an ovary and no woman in a prostate."""
    for sex, absent in ((code(SEXES, "male"), "ovary"), (code(SEXES, "female"), "prostate")):
        truth = replace(_truth(np.zeros((50, 1))), sex=np.full(50, sex))
        findings, audit = examine(SEED, truth, [_camera(clear=0.0)], _all(truth), truth.day)
        assert findings.count == 150
        assert audit.is_false.all()
        assert code(ORGANS, absent) not in findings.organ


def test_tracer_marks_a_patient_for_good_and_only_cancers_that_it_knows() -> None:
    """Half of prostate cancers take up the tracer, each at every examination or never; a bowel cancer does not."""
    uptake = {"cancers": {"prostate": _number(0.5)}, "otherwise": _number(0.0)}
    tracer = _camera(uptake=uptake)
    truth = _truth(np.full((2_000, 2), 1e6))
    prostate, bowel = catalogue.cancer("prostate"), catalogue.cancer("colorectal")
    seen, again = (
        examine(SEED, truth, [tracer], _all(truth), truth.day + later, prostate)[0].row.tolist() for later in (0, 90)
    )
    assert seen == again
    assert np.bincount(seen).max() == 2
    assert len(seen) / 4_000 == pytest.approx(0.5, abs=5.0 * np.sqrt(0.25 / 2_000))
    assert examine(SEED, truth, [tracer], _all(truth), truth.day, bowel)[0].count == 0
    assert examine(SEED, truth, [tracer], _all(truth), truth.day)[0].count == 0


def test_true_finding_tells_a_primary_and_a_false_one_looks_as_the_entry_says() -> None:
    """A primary is seen as one; a false finding looks like a metastasis unless the modality hunts primaries."""
    truth = replace(_truth([[1e6]]), is_primary=np.ones((1, 1), np.bool_))
    found, _ = examine(SEED, truth, [_camera()], _all(truth), truth.day)
    healthy = _truth([[0.0]])
    curve = {"half_mm": 10.0, "slope": 3.0, "ceiling": 1.0, **ASSUMED}
    hunter = _camera(organs={"lung": {"curve": curve, "specificity": _number(0.0), "false_as_primary": True}})
    as_primary, _ = examine(SEED, healthy, [hunter], _all(healthy), healthy.day)
    as_metastasis, _ = examine(SEED, healthy, [_camera(clear=0.0)], _all(healthy), healthy.day)
    assert found.in_primary_site.tolist() == [True]
    assert as_primary.in_primary_site.tolist() == [True]
    assert not as_metastasis.in_primary_site.any()


def test_orders_that_do_not_fit_the_patients_are_refused() -> None:
    """A column too many is a mistake of the caller, said as one."""
    truth = _truth([[1.0]])
    with pytest.raises(SettingError, match="do not fit"):
        examine(SEED, truth, [_camera()], _all(truth, 2), truth.day)
