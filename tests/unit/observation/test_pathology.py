from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from paget.errors import SettingError
from paget.model import layout
from paget.model.findings import Audit, Findings
from paget.model.tissue import NEGATIVE, POSITIVE, UNKNOWN, Tissue
from paget.model.truth import Truth
from paget.observation import pathology
from paget.observation.pathology import Samples

Array = np.ndarray[Any, Any]
SEED = 5
ALPHA = 1e-3
COUNT = 20_000
LIVER, SKIN, HEART, LUNG = (layout.ORGANS.index(organ) for organ in ("liver", "skin", "heart", "lung"))


def tissue(**changes: Any) -> Tissue:
    """Return a panel of two origins: markers at 0.7 and 0.2, of which the first converts; and three alterations.

    The first alteration is driver 2 of origin 0, the second is drawn, the third is a kind of the second.
    """
    ease = np.ones(layout.N_ORGANS)
    ease[HEART], ease[LUNG] = 0.0, 0.5
    failed = np.zeros(layout.N_ORGANS)
    failed[LIVER] = 0.3
    made = Tissue(
        origins=("one", "other"),
        markers=("A", "B"),
        alterations=("driven", "drawn", "kind"),
        biomarkers=("open", "inner", "follows"),
        histologies=("gland", "plate"),
        marker_rate=np.array([[0.7, 0.2], [0.4, 0.9]]),
        loss=np.array([[0.25, 0.0], [0.0, 0.0]]),
        gain=np.array([[0.1, 0.0], [0.0, 0.0]]),
        redrawn=0.1,
        marker_bit=np.full((2, 2), -1),
        alteration_bit=np.array([[2, -1, -1], [-1, -1, -1]]),
        alteration_rate=np.array([[0.5, 0.6, 0.5], [0.3, 0.6, 0.5]]),
        alteration_within=np.array([-1, -1, 1]),
        biomarker_rate=np.array([[0.5, 0.5, 0.2], [0.5, 0.5, 0.2]]),
        biomarker_within=np.array([-1, 0, -1]),
        biomarker_implied_by=np.array([-1, -1, 0]),
        biomarker_bit=np.full((2, 3), -1),
        biomarker_follows=np.zeros((3, 3), np.bool_),
        histology_rate=np.array([[0.8, 0.2], [0.1, 0.9]]),
        failed=failed,
        ease=ease,
        limit=0.05,
        purity_least=0.2,
        purity_most=0.8,
    )
    return replace(made, **changes)


def samples(count: int = COUNT, *, lesion: int = 0, primary: bool = False, genotype: int = 0) -> Samples:
    """Return one sample of origin 0 in each of `count` patients; `lesion` says which of a patient's lesions."""
    index = np.arange(count)
    return Samples(
        patient=index,
        origin=np.zeros(count, np.int64),
        lesion=(1_000_003 * (index + 1) + lesion).astype(np.uint64),
        is_primary=np.full(count, primary),
        genotype=np.full(count, genotype),
        day=np.full(count, 20_000.5),
    )


def truth(count: int = 4) -> Truth:
    """Return patients with a primary in the skin and a metastasis in the liver; keys are 10 p + 1 and 10 p + 2."""
    index = np.arange(count)
    shape = (count, 2)
    return Truth(
        patient=index,
        sex=np.zeros(count, np.int64),
        day=np.full(count, 20_000.0),
        key=(10 * index[:, None] + np.array([1, 2])).astype(np.uint64),
        organ=np.broadcast_to(np.array([SKIN, LIVER]), shape).copy(),
        is_primary=np.broadcast_to(np.array([True, False]), shape).copy(),
        cells=np.full(shape, 1e9),
        diameter_mm=np.broadcast_to(np.array([10.0, 30.0]), shape).copy(),
        genotype=np.zeros(shape, np.int64),
        birth_per_day=np.ones(shape),
        death_per_day=np.zeros(shape),
    )


def findings(rows: list[tuple[int, int, float]]) -> Findings:
    """Return findings of (patient, organ, diameter in mm)."""
    row, organ, diameter = (np.array(values) for values in zip(*rows, strict=True))
    count = len(rows)
    return Findings(
        row=row,
        day=np.zeros(count),
        modality=np.zeros(count, np.int64),
        organ=organ,
        in_primary_site=np.zeros(count, np.bool_),
        diameter_mm=diameter.astype(np.float64),
    )


def share_agrees(found: Array, share: float) -> bool:
    """Return whether a share of positives is what it should be (binomial test, alpha 1e-3)."""
    return bool(stats.binomtest(int((found == POSITIVE).sum()), found.size, share).pvalue > ALPHA)


def test_the_largest_finding_that_is_easy_to_reach_is_sampled() -> None:
    """A lung lesion counts half its size, the heart is never taken, and who has nothing else is not sampled."""
    seen = findings([(0, LIVER, 20.0), (0, SKIN, 30.0), (1, LIVER, 20.0), (1, LUNG, 30.0), (2, HEART, 50.0)])
    assert pathology.largest_accessible(seen, 4, tissue()).tolist() == [1, 2, -1, -1]


def test_a_primary_stains_at_the_rate_of_its_origin() -> None:
    """Staining of primaries is a draw at the origin's rate (seed 5, alpha 1e-3)."""
    found = pathology.stained(SEED, tissue(), samples(primary=True))
    assert share_agrees(found[:, 0], 0.7)
    assert share_agrees(found[:, 1], 0.2)


def test_a_metastasis_loses_and_gains_a_converting_marker_at_its_rates() -> None:
    """Of positive primaries a quarter have negative metastases, of negative ones a tenth positive (alpha 1e-3)."""
    primary = pathology.stained(SEED, tissue(), samples(primary=True))[:, 0]
    metastasis = pathology.stained(SEED, tissue(), samples())[:, 0]
    assert share_agrees(1 - metastasis[primary == POSITIVE], 0.25)
    assert share_agrees(metastasis[primary == NEGATIVE], 0.1)


def test_other_markers_are_kept_but_for_the_share_that_is_drawn_anew() -> None:
    """A result changes where it is drawn anew and comes out otherwise, so that the rate stays (alpha 1e-3)."""
    primary = pathology.stained(SEED, tissue(), samples(primary=True))[:, 1]
    metastasis = pathology.stained(SEED, tissue(), samples())[:, 1]
    assert share_agrees(primary != metastasis, 0.1 * 2 * 0.2 * 0.8)
    assert share_agrees(metastasis, 0.2)


def test_the_same_lesion_reads_the_same_and_another_lesion_on_its_own() -> None:
    """A second look at a lesion changes no marker; two lesions of a patient convert independently."""
    again = replace(samples(), day=np.full(COUNT, 21_000.0))
    first = pathology.stained(SEED, tissue(), samples())
    assert np.array_equal(first, pathology.stained(SEED, tissue(), again))
    primary = pathology.stained(SEED, tissue(), samples(primary=True))[:, 0] == POSITIVE
    other = pathology.stained(SEED, tissue(), samples(lesion=1))[:, 0]
    both_lost = (first[primary, 0] == NEGATIVE) & (other[primary] == NEGATIVE)
    assert share_agrees(both_lost, 0.25**2)


def test_a_driver_of_the_entry_decides_what_is_found() -> None:
    """It is found where the clone carries the driver and nowhere else; in another origin it is drawn (alpha 1e-3)."""
    carried = pathology.sequenced(SEED, tissue(), samples(100, genotype=0b100))[:, 0]
    without = pathology.sequenced(SEED, tissue(), samples(100, genotype=0b011))[:, 0]
    other = replace(samples(), origin=np.ones(COUNT, np.int64))
    assert set(carried.tolist()) == {POSITIVE}
    assert set(without.tolist()) == {NEGATIVE}
    assert share_agrees(pathology.sequenced(SEED, tissue(), other)[:, 0], 0.3)


def test_a_driver_can_decide_what_stains() -> None:
    """A marker that shows a driver is positive where the clone carries it, whatever its rate."""
    linked = tissue(marker_bit=np.array([[-1, 0], [-1, -1]]))
    assert set(pathology.stained(SEED, linked, samples(200, genotype=1))[:, 1].tolist()) == {POSITIVE}
    assert set(pathology.stained(SEED, linked, samples(200, genotype=2))[:, 1].tolist()) == {NEGATIVE}


def test_a_kind_is_found_only_with_what_it_is_a_kind_of() -> None:
    """No variant is found without its gene's mutation, and half of the mutations are of that kind (alpha 1e-3)."""
    found = pathology.sequenced(SEED, tissue(), samples())
    assert not ((found[:, 2] == POSITIVE) & (found[:, 1] == NEGATIVE)).any()
    assert share_agrees(found[found[:, 1] == POSITIVE, 2], 0.5)


@pytest.mark.parametrize(("share", "expected"), [(0.12, 0.0), (0.2, 0.5), (1.0, 1.0)])
def test_a_rare_subclone_is_found_only_in_a_sample_rich_in_tumour(share: float, expected: float) -> None:
    """At a fifth of the cells, one copy of two, the limit of 5 % asks for half the sample to be tumour (alpha 1e-3)."""
    held = np.full((COUNT, 3), share)
    found = pathology.sequenced(SEED, tissue(), samples(genotype=0b100), held)[:, 0]
    assert share_agrees(found, expected)


def test_a_biomarker_follows_what_implies_it() -> None:
    """One biomarker is never found without another, and one always with it."""
    found = pathology.biomarkers(SEED, tissue(), samples())
    has = found[:, 0] == POSITIVE
    assert set(found[has, 2].tolist()) == {POSITIVE}
    assert set(found[~has, 1].tolist()) == {NEGATIVE}
    assert share_agrees(found[~has, 2], 0.2)


def test_a_biomarker_is_there_with_an_alteration_that_brings_it() -> None:
    """Whoever has the alteration has the biomarker; all others have it at its own rate (alpha 1e-3)."""
    follows = np.zeros((3, 3), np.bool_)
    follows[0, 1] = True
    made = tissue(biomarker_follows=follows)
    found = pathology.biomarkers(SEED, made, samples())[:, 0]
    brought = pathology.altered(SEED, made, samples())[:, 1]
    assert share_agrees(brought.astype(int), 0.6)
    assert set(found[brought].tolist()) == {POSITIVE}
    assert share_agrees(found[~brought], 0.5)


def test_a_biomarker_that_a_driver_decides_is_that_of_the_clone() -> None:
    """It is found in carriers and in nobody else; in a cancer that does not list the driver it is drawn."""
    made = tissue(biomarker_bit=np.array([[1, -1, -1], [-1, -1, -1]]))
    carriers = pathology.biomarkers(SEED, made, samples(genotype=0b10))[:, 0]
    others = pathology.biomarkers(SEED, made, samples(genotype=0b101))[:, 0]
    elsewhere = pathology.biomarkers(SEED, made, replace(samples(), origin=np.ones(COUNT, np.int64)))[:, 0]
    assert set(carriers.tolist()) == {POSITIVE}
    assert set(others.tolist()) == {NEGATIVE}
    assert share_agrees(elsewhere, 0.5)


def test_the_look_of_a_tumour_is_that_of_its_origin() -> None:
    """Shares of histologies are those of the table (alpha 1e-3)."""
    looks = pathology.histology(SEED, tissue(), samples())
    assert share_agrees((looks == 0).astype(int), 0.8)


def biopsied(count: int, seen: Findings, lesions: Array, **changes: Any) -> tuple[pathology.Pathology, Audit]:
    """Return what biopsies of all patients show."""
    given = {"origin": np.zeros(count, np.int64), "ordered": np.ones(count, np.bool_), **changes}
    return pathology.biopsy(
        SEED,
        given.get("tissue", tissue(failed=np.zeros(layout.N_ORGANS))),
        truth(count),
        given["origin"],
        seen,
        Audit(lesion=lesions.astype(np.uint64)),
        given["ordered"],
    )


def test_a_biopsy_reads_the_lesion_behind_the_finding() -> None:
    """The audit names the lesion; results are those of that lesion, and the organ is that of the finding."""
    shown, audit = biopsied(2, findings([(0, LIVER, 30.0), (1, SKIN, 10.0)]), np.array([2, 11]))
    assert audit.lesion.tolist() == [2, 11]
    assert shown.malignant.tolist() == [True, True]
    assert shown.organ.tolist() == [LIVER, SKIN]
    primary = replace(samples(2), lesion=np.array([2, 11], np.uint64), is_primary=np.array([False, True]))
    assert np.array_equal(shown.markers, pathology.stained(SEED, tissue(), primary))


def test_a_false_finding_shows_no_tumour() -> None:
    """The sample is adequate, nothing malignant is in it, and nothing is known of the tumour."""
    shown, audit = biopsied(1, findings([(0, LIVER, 30.0)]), np.array([0]))
    assert (shown.adequate.tolist(), shown.malignant.tolist(), audit.lesion.tolist()) == ([True], [False], [0])
    assert set(shown.markers.ravel().tolist()) == {UNKNOWN}
    assert shown.histology.tolist() == [UNKNOWN]


def test_who_gets_no_biopsy_or_has_no_finding_stays_unknown() -> None:
    """Without an order or a finding there is no sample; without any finding the call works too."""
    ordered = np.array([False, True, True])
    shown, _ = biopsied(3, findings([(0, LIVER, 30.0), (2, LIVER, 30.0)]), np.array([2, 22]), ordered=ordered)
    assert shown.finding.tolist() == [-1, -1, 1]
    assert shown.adequate.tolist() == [False, False, True]
    nothing, audit = biopsied(3, Findings.none(), np.zeros(0))
    assert (nothing.organ.tolist(), audit.lesion.tolist()) == ([-1, -1, -1], [0, 0, 0])


def test_a_sample_fails_at_the_rate_of_its_site() -> None:
    """Three in ten liver biopsies yield nothing, drawn anew at each biopsy (seed 5, alpha 1e-3)."""
    count = 5000
    seen = findings([(p, LIVER, 30.0) for p in range(count)])
    shown, _ = biopsied(count, seen, 10 * np.arange(count) + 2, tissue=tissue())
    assert share_agrees((~shown.adequate).astype(int), 0.3)
    assert not (shown.malignant & ~shown.adequate).any()


def test_one_more_patient_changes_nobody_else() -> None:
    """The results of the first patients are the same in a larger block."""
    seen = findings([(p, LIVER, 30.0) for p in range(6)])
    few, _ = biopsied(4, findings([(p, LIVER, 30.0) for p in range(4)]), 10 * np.arange(4) + 2, tissue=tissue())
    many, _ = biopsied(6, seen, 10 * np.arange(6) + 2, tissue=tissue())
    assert np.array_equal(few.markers, many.markers[:4])
    assert np.array_equal(few.adequate, many.adequate[:4])
    assert np.array_equal(few.alterations, many.alterations[:4])


def test_a_cancer_that_the_panel_does_not_know_is_seen_and_not_read() -> None:
    """Tumour is seen, and every test of it is unknown."""
    shown, _ = biopsied(1, findings([(0, LIVER, 30.0)]), np.array([2]), origin=np.array([-1]))
    assert shown.malignant.tolist() == [True]
    assert set(shown.alterations.ravel().tolist()) == {UNKNOWN}


def test_arrays_of_other_patients_are_refused() -> None:
    """Orders of three patients do not fit a truth of two."""
    with pytest.raises(SettingError, match="same patients"):
        biopsied(2, findings([(0, LIVER, 30.0)]), np.array([2]), ordered=np.ones(3, np.bool_))
