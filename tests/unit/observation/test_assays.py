"""Blood tests on made-up numbers; the laws of their draws are held in tests/statistical/test_ctdna.py."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

from paget import catalogue
from paget.errors import SettingError
from paget.model.assay import CellTest, GenomeTest, Marker, ProteinTest
from paget.model.truth import Truth
from paget.observation import assays, ctdna

PROTEIN = ProteinTest(
    key=1 << 20, limit=5.0, background=2.0, background_sigma=0.0, noise_sigma=0.0, half_life_day=math.log(2.0) / 0.1,
    sexes=(0, 1), per_cell=1e-9, per_cell_sigma=0.0, secretors=1.0,
)  # fmt: skip
CELLS = CellTest(
    key=2 << 20, limit_cells=5.0, caught=1e-3, half_life_day=math.log(2.0) / 10.0, shed_cells_per_day=1e6,
    size_exponent=0.5, recognised=0.02, recognised_sigma=0.0, dispersion=2.0, false_cells=0.0,
)  # fmt: skip
GENOMES = GenomeTest(
    key=3 << 20, shed_per_death=1.4e-4, shed_sigma=0.0, half_life_day=30.0 / 1440.0, sampled=0.0015, plasma_ml=2750.0,
    dna_ng_per_ml=6.287, dna_shape=1.86, dna_sigma=0.0, copy_ng=0.0033, error_per_base=1e-5, bases=20, mutations=20,
    p_value=8e-4, calls=1,
)  # fmt: skip
VARIED = replace(PROTEIN, background_sigma=0.6, noise_sigma=0.2, per_cell_sigma=1.0, secretors=0.7)


def block(cells: Any, growth_per_day: float = 0.0, sex: int = 0, patients: Any = None) -> Truth:
    """Return patients with lesions of so many cells, shape (P, L), that all grow alike."""
    size = np.atleast_2d(np.asarray(cells, np.float64))
    count = size.shape[0]
    birth = np.where(size > 0.0, 0.1, 0.0)
    return Truth(
        patient=np.arange(count) if patients is None else np.asarray(patients, np.int64),
        sex=np.full(count, sex),
        day=np.full(count, 20_000.0),
        key=np.ones(size.shape, np.uint64),
        organ=np.zeros(size.shape, np.int64),
        is_primary=np.zeros(size.shape, np.bool_),
        cells=size,
        diameter_mm=np.ones(size.shape),
        genotype=np.zeros(size.shape, np.int64),
        birth_per_day=birth,
        death_per_day=np.where(size > 0.0, birth - growth_per_day, 0.0),
    )


def entry(**changes: Any) -> dict[str, Any]:
    """Return the table of a made-up marker."""

    def number(value: float, unit: str, **more: Any) -> dict[str, Any]:
        return {"value": value, "unit": unit, "source": "paget", "grade": "assumed", "rationale": "made up", **more}

    protein = {
        "unit": "ng/mL",
        "decision_limit": number(5.0, "ng/mL"),
        "background": number(2.0, "ng/mL", spread={"law": "lognormal", "sigma": 0.5}),
        "visit_noise": number(0.1, "1"),
        "half_life": number(48.0, "hour"),
        "others": {"per_cell": number(1e-9, "ng/mL/cell"), "non_secretors": number(0.25, "1")},
    }
    return {"id": "made_up", "name": "Made up", "summary": "Shows the form.", "protein": {**protein, **changes}}


def test_without_a_tumour_the_level_is_that_of_health() -> None:
    """Nobody has a lesion, nothing varies: the median of health."""
    assert assays.measure(1, block(np.zeros((3, 2))), PROTEIN).tolist() == [2.0, 2.0, 2.0]


def test_level_of_a_still_tumour_is_background_and_secretion_of_every_cell() -> None:
    """Two lesions, 3e9 cells together: 2 + 3."""
    assert assays.measure(1, block([1e9, 2e9]), PROTEIN) == pytest.approx([5.0])


@pytest.mark.parametrize(("growth", "lag"), [(0.05, 1.0 / 1.5), (-0.05, 2.0), (-0.0749, 1.0 / 0.251), (-0.5, 4.0)])
def test_level_lags_behind_a_tumour_that_changes(growth: float, lag: float) -> None:
    """Clearance 0.1 a day: the tumour's share is divided by 1 + growth / 0.1, and by a quarter at the least."""
    level = assays.measure(1, block(4e9, growth), PROTEIN)
    assert level == pytest.approx([2.0 + 4.0 * lag])


def test_ones_own_background_stays_from_visit_to_visit() -> None:
    """Without noise two visits give the same levels, which differ between people."""
    quiet = replace(VARIED, noise_sigma=0.0)
    truth = block(np.full((50, 1), 1e9))
    first, second = (assays.measure(4, truth, quiet, visit) for visit in (0, 1))
    assert first.tolist() == second.tolist()
    assert np.unique(first).size == 50


def test_noise_is_a_draw_of_the_visit() -> None:
    """The same visit gives the same levels again, another visit others, visit by visit for each patient."""
    truth = block(np.zeros((2, 1)))
    first, again, mixed = (assays.measure(4, truth, VARIED, np.array(visits)) for visits in ([7, 7], [7, 7], [7, 8]))
    assert first.tolist() == again.tolist()
    assert mixed[0] == first[0]
    assert mixed[1] != first[1]


@pytest.mark.parametrize("test", [VARIED, CELLS, GENOMES])
def test_one_more_patient_or_empty_column_changes_nobody_else(test: Any) -> None:
    """Patients 3 and 9 have the same results alone and with patient 5 between them."""
    two = assays.measure(8, block([[1e9], [5e9]], 0.01, patients=[3, 9]), test, 2)
    three = assays.measure(8, block([[1e9, 0.0], [2e9, 0.0], [5e9, 0.0]], 0.01, patients=[3, 5, 9]), test, 2)
    assert three[[0, 2]].tolist() == two.tolist()


def test_two_markers_of_one_person_are_drawn_apart() -> None:
    """Another key gives other draws."""
    truth = block(np.zeros((20, 1)))
    one, other = (assays.measure(8, truth, replace(VARIED, key=key)) for key in (1 << 20, 9 << 20))
    assert np.abs(one - other).min() > 0.0


def test_who_lacks_the_organ_has_no_background() -> None:
    """A marker of men is 0 in women and in men without the organ, whose tumour still secretes it."""
    of_men = replace(PROTEIN, sexes=(0,))
    removed = np.array([True, False])
    assert assays.measure(1, block([[0.0], [0.0]], sex=1), of_men).tolist() == [0.0, 0.0]
    assert assays.measure(1, block([[1e9], [1e9]]), of_men, organ_removed=removed) == pytest.approx([1.0, 3.0])


def test_tumour_that_does_not_secrete_adds_nothing() -> None:
    """Without secretors the level is that of health whatever the burden."""
    assert assays.measure(1, block(1e12), replace(PROTEIN, secretors=0.0)).tolist() == [2.0]


def test_cells_in_a_tube_are_those_shed_in_their_time_in_blood() -> None:
    """Lesions of 1e9 and 4e9 cells shed 1e6 and 2e6 a day; each cell stays a tenth of a day, 1 in 50,000 is seen."""
    truth = block([[1e9, 4e9, 0.0]])
    assert assays.tumour_cells_mean(truth, CELLS, 0.02) == pytest.approx([3e6 * 0.1 * 1e-3 * 0.02])


def test_counts_are_whole_and_none_without_a_tumour() -> None:
    """A person without cancer shows a cell only where one is taken for it."""
    counts = assays.measure(3, block(np.full((200, 1), 1e9)), CELLS)
    assert np.array_equal(counts, np.round(counts))
    assert counts.max() > 0.0
    assert assays.measure(3, block(np.zeros((200, 1))), CELLS).max() == 0.0


def test_genomes_follow_the_size_of_every_lesion() -> None:
    """The closed form is linear in cells and in deaths, and falls with growth."""
    still = ctdna.genomes_mean([1e8, 2e8], 0.13, 0.13, 1.4e-4, 30.0 / 1440.0)
    assert still == pytest.approx([1e8 * 0.13 * 1.4e-4 / 33.2710647, 2e8 * 0.13 * 1.4e-4 / 33.2710647], rel=1e-7)
    assert ctdna.genomes_mean(1e8, 0.2, 0.13, 1.4e-4, 30.0 / 1440.0) < still[0]


def test_blood_without_a_tumour_has_no_genome_of_one_and_only_false_calls() -> None:
    """Every call is false, and no mutant share is reported without one."""
    seen = ctdna.liquid_biopsy(2, block(np.zeros((5_000, 1))), GENOMES)
    assert seen.genomes.max() == 0.0
    assert np.array_equal(seen.false_calls, seen.called)
    assert np.array_equal(seen.detected, seen.false_calls > 0.0)
    assert seen.detected.any()
    assert np.array_equal(seen.variant_share > 0.0, seen.detected)


def test_mutant_share_of_a_large_tumour_is_near_its_share_of_all_copies() -> None:
    """With 3e11 cells, dozens of fragments on each base, the share read is within a tenth of the truth."""
    truth = block(np.full((300, 1), 3e11))
    fixed = replace(GENOMES, dna_shape=1e6)
    seen = ctdna.liquid_biopsy(2, truth, fixed)
    share = seen.genomes / (6.287 * 2750.0 / 0.0033 + 2.0 * seen.genomes)
    assert seen.called.min() == 20.0
    assert np.median(seen.variant_share / share) == pytest.approx(1.0, abs=0.02)
    assert assays.measure(2, truth, fixed).tolist() == seen.variant_share.tolist()


@pytest.mark.parametrize("p_value", [0.04, 1e-3, 1.5e-7, 1.0])
def test_call_needs_the_fewest_fragments_that_errors_rarely_reach(p_value: float) -> None:
    """The least count whose chance by errors alone is at most the p value."""
    errors = np.array([0.0, 0.01, 0.08, 1.0, 5.0, 40.0])
    least, by_chance = ctdna.call_threshold(errors, p_value)
    assert by_chance == pytest.approx(stats.poisson.sf(least - 1.0, errors), rel=1e-5, abs=1e-14)
    assert (by_chance <= p_value).all()
    assert ((least == 1.0) | (stats.poisson.sf(least - 2.0, errors) > p_value)).all()


def test_call_on_very_many_errors_is_set_by_the_normal_law() -> None:
    """At 10,000 expected errors and p = 0.001 the threshold lies 3.09 standard deviations above."""
    least, by_chance = ctdna.call_threshold(np.array([1e4]), 1e-3)
    assert least == pytest.approx([1e4 + 309.0], abs=2.0)
    assert by_chance.tolist() == [1e-3]


@pytest.mark.parametrize(("test", "result"), [(PROTEIN, [4.9, 5.0]), (CELLS, [4.0, 5.0]), (GENOMES, [0.0, 1e-6])])
def test_result_at_the_limit_is_raised(test: Any, result: list[float]) -> None:
    """A level or count counts from its limit on, a mutant share from any on."""
    assert assays.is_raised(test, np.array(result)).tolist() == [False, True]


def test_marker_is_laid_out_in_its_own_unit() -> None:
    """Micrograms per litre are nanograms per millilitre, and hours become days."""
    level = {"unit": "ug/L", "source": "paget", "grade": "assumed", "rationale": "made up", "value": 5.0}
    marker = Marker.model_validate(entry(decision_limit=level))
    assert marker.protein is not None
    assert (marker.unit, marker.protein.decision_limit.unit) == ("ng/mL", "ng/mL")
    assert marker.protein.decision_limit.value == pytest.approx(5.0)
    assert marker.protein.half_life.value == pytest.approx(2.0)


def test_marker_that_a_cancer_does_not_secrete_is_left_to_the_others() -> None:
    """`others` holds for every cancer that is not listed; without it nothing is secreted."""
    cancer = catalogue.cancer("bladder")
    test = Marker.model_validate(entry()).of(cancer)
    none = Marker.model_validate(entry(others=None)).of(cancer)
    assert isinstance(test, ProteinTest)
    assert isinstance(none, ProteinTest)
    assert (test.per_cell, test.secretors) == (1e-9, 0.75)
    assert (none.per_cell, none.secretors) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ({**entry(), "protein": None}, "0 of the tables"),
        (entry(decision_limit={**entry()["protein"]["decision_limit"], "unit": "day"}), "does not fit this number"),
        (entry(background={**entry()["protein"]["background"], "value": 0.0}), "out of range"),
        (entry(unit="grains"), "Input should be 'ng/mL'"),
    ],
)
def test_marker_that_contradicts_itself_is_refused(table: dict[str, Any], fault: str) -> None:
    """Missing table, unit of another kind, a level of 0, a unit that is none."""
    with pytest.raises(ValidationError, match=fault):
        Marker.model_validate(table)


@pytest.mark.parametrize(("key", "value", "fault"), [("mutations", 21.0, "do not fit"), ("calls", 1.5, "whole number")])
def test_panel_that_cannot_be_is_refused(key: str, value: float, fault: str) -> None:
    """More mutations than bases, and half a call."""
    table = catalogue.entry("markers", "ctdna_informed", Marker).model_dump()
    table["genomes"][key]["value"] = value
    with pytest.raises(ValidationError, match=fault):
        Marker.model_validate(table)


@pytest.mark.parametrize(
    ("changes", "key"), [({"death_per_day": 0.2}, "death_per_day"), ({"half_life_day": 1.0}, "half_life_day")]
)
def test_example_that_has_no_answer_says_which_number_is_wrong(changes: dict[str, float], key: str) -> None:
    """Tumours that shrink, and genomes that live for days."""
    rates: dict[str, Any] = {
        "birth_per_day": 0.14,
        "death_per_day": 0.13,
        "shed_per_death": 1e-4,
        "half_life_day": 0.02,
        **changes,
    }
    with pytest.raises(SettingError) as caught:
        ctdna.grown_shedders(1, 2, 1e8, **rates)
    assert caught.value.parts()["key"] == key
