"""The contract of modalities and screening programmes, and their curves held to the figures that they cite."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from paget.catalogue.folders import BUILT_IN, Folder
from paget.catalogue.numbers import Stated, stated
from paget.catalogue.reading import read_table
from paget.catalogue.registry import Catalogue
from paget.model.cancer import Cancer
from paget.model.layout import ORGANS, code
from paget.model.modality import Cited, Modality
from paget.model.quantity import JUDGEMENT
from paget.model.screening import Programme
from paget.model.truth import Truth
from paget.observation.assay_screens import screen_assays
from paget.observation.imaging import examine

SEED: Final = 20_110
PATIENTS: Final = 40_000
"""Patients for each figure: the standard error of a simulated share is at most 0.0025."""

DOCS = Path(__file__).parents[2] / "docs"
BUILT = Catalogue([Folder(BUILT_IN, "built in")])
MODALITIES = {name: BUILT.entry("modalities", name, Modality) for name in BUILT.names("modalities")}
PROGRAMMES = {
    name: BUILT.entry("pathways", name, Programme) for name in BUILT.names("pathways") if name.startswith("screen_")
}
NEEDED = {
    *("ct", "mri", "fdg_pet_ct", "psma_pet_ct", "bone_scan", "ultrasound", "chest_xray"),
    *("mammography", "colonoscopy", "ldct", "fit", "psa_test", "mced"),
}
NO_LESION = {
    "id": "none",
    "share": {"value": 0.0, "unit": "1", "source": JUDGEMENT, "grade": "assumed", "rationale": "No lesion."},
    "mix": {"median_mm": 1.0, "log_sd": 0.0, "why": "No lesion."},
}
FIGURES = [
    pytest.param(modality, organ, figure, id=f"{modality.id}-{organ}-{figure.id}")
    for modality in MODALITIES.values()
    for organ, sight in modality.organs.items()
    for figure in sight.cited
]


def _numbers() -> Iterator[Stated]:
    for name, entry in {**MODALITIES, **PROGRAMMES}.items():
        yield from stated(entry, f"{name}.")


def _patients(organ: str, figure: Cited) -> Truth:
    """Return patients whose only lesions follow the mix of a cited figure."""
    lesions = figure.mix.lesions
    shape = (PATIENTS, lesions)
    sizes = np.random.default_rng(SEED).permutation(figure.mix.quantiles_mm(PATIENTS * lesions)).reshape(shape)
    return Truth(
        patient=np.arange(PATIENTS),
        sex=np.zeros(PATIENTS, np.int64),
        day=np.full(PATIENTS, 20_000.0),
        key=np.arange(1, 1 + PATIENTS * lesions, dtype=np.uint64).reshape(shape),
        organ=np.full(shape, code(ORGANS, organ)),
        is_primary=np.ones(shape, np.bool_),
        cells=sizes**3 * 5e5,
        diameter_mm=sizes,
        genotype=np.zeros(shape, np.int64),
        birth_per_day=np.zeros(shape),
        death_per_day=np.zeros(shape),
    )


def _avid_cancer(modality: Modality) -> Cancer | None:
    """Return a cancer whose tumours the modality marks, where it marks no others."""
    if modality.uptake is None or modality.uptake.otherwise.value > 0.0:
        return None
    return BUILT.cancer(next(iter(modality.uptake.cancers)))


def _found_share(modality: Modality, organ: str, figure: Cited) -> float:
    """Return the share of patients with any of their lesions found, or with a positive test."""
    truth = _patients(organ, figure)
    ordered = np.ones((PATIENTS, 1), np.bool_)
    if modality.assay is not None:
        results, _ = screen_assays(SEED, truth, [modality], ordered, truth.day)
        return float(results.is_positive.mean())
    findings, audit = examine(SEED, truth, [modality], ordered, truth.day, _avid_cancer(modality))
    return np.unique(findings.row[~audit.is_false]).size / PATIENTS


@pytest.mark.parametrize(("modality", "organ", "figure"), FIGURES)
def test_curve_reproduces_the_cited_sensitivity_within_its_interval(
    modality: Modality, organ: str, figure: Cited
) -> None:
    """Lesions of the study's stated sizes are found as often as the study found them (seed 20110, 40000 patients)."""
    low, high = figure.interval
    assert low <= _found_share(modality, organ, figure) <= high


@pytest.mark.parametrize("modality", MODALITIES.values(), ids=MODALITIES)
def test_specificity_is_the_share_of_people_without_a_false_finding(modality: Modality) -> None:
    """In people without lesions each organ shows something as often as its specificity says (5 sigma)."""
    healthy = _patients("heart", Cited.model_validate(NO_LESION))
    for sex in (0, 1):
        truth = replace(healthy, cells=np.zeros_like(healthy.cells), sex=np.full(PATIENTS, sex))
        ordered = np.ones((PATIENTS, 1), np.bool_)
        if modality.assay is not None:
            results, is_signal = screen_assays(SEED, truth, [modality], ordered, truth.day)
            clear = modality.assay.specificity.value
            margin = 5.0 * np.sqrt(clear * (1.0 - clear) / PATIENTS)
            assert not is_signal.any()
            assert 1.0 - results.is_positive.mean() == pytest.approx(clear, abs=margin)
            continue
        findings, audit = examine(SEED, truth, [modality], ordered, truth.day)
        assert audit.is_false.all()
        absent = ("ovary", "breast") if sex == 0 else ("prostate",)
        for organ, sight in modality.organs.items():
            assert sight.specificity is not None
            clear = 1.0 if organ in absent else sight.specificity.value
            margin = 5.0 * np.sqrt(clear * (1.0 - clear) / PATIENTS)
            shown = np.mean(np.bincount(findings.row[findings.organ == code(ORGANS, organ)], minlength=PATIENTS))
            assert 1.0 - shown == pytest.approx(clear, abs=margin)


def test_catalogue_holds_every_promised_modality_and_programme() -> None:
    """Thirteen modalities and five screening programmes are there, among others."""
    assert set(MODALITIES) >= NEEDED
    assert set(PROGRAMMES) == {"screen_mammography", "screen_ldct", "screen_fit", "screen_psa", "screen_mced"}


def test_every_number_that_is_not_assumed_says_where_in_a_source_that_was_read() -> None:
    """Whoever doubts a number can open its source, and what was recalled is assumed."""
    sources = BUILT.sources()
    for item in _numbers():
        number, source = item.sourced, sources[item.sourced.source]
        if number.grade == "assumed":
            continue
        assert number.locator.strip(), item.key
        assert source.checked or "read" in source.note, item.key
        assert "recall" not in f"{number.locator} {number.rationale}".lower(), item.key


def test_every_source_of_imaging_is_used() -> None:
    """The list of sources of this topic holds what its numbers come from, and nothing else."""
    listed = set(read_table(BUILT_IN / "sources" / "imaging.toml"))
    assert sorted(listed - {item.sourced.source for item in _numbers()}) == []


@pytest.mark.parametrize("modality", MODALITIES.values(), ids=MODALITIES)
def test_fitted_curve_says_under_which_sizes_it_was_fitted(modality: Modality) -> None:
    """Every fitted curve names the median of every mix that it was fitted under, and all its figures are targets."""
    for organ, sight in modality.organs.items():
        if sight.curve.grade != "fitted":
            continue
        assert sight.curve.targets == tuple(figure.id for figure in sight.cited), organ
        for figure in sight.cited:
            assert f"{figure.id}: median {figure.mix.median_mm:g} mm" in sight.curve.rationale


def test_sizes_behind_mri_of_the_liver_give_ct_what_the_same_meta_analysis_found() -> None:
    """Under the mix of niekel2010 the CT curve, which comes from another study, gives its 74.4 % for CT."""
    mix = MODALITIES["mri"].organs["liver"].cited[0].mix
    by_ct = MODALITIES["ct"].organs["liver"].curve.chance(mix.quantiles_mm(PATIENTS)).mean()
    assert by_ct == pytest.approx(0.744, abs=0.005)


def test_brain_is_seen_by_head_scans_alone() -> None:
    """No PET, and no scan of the body other than MRI, shows the brain."""
    assert {name for name, modality in MODALITIES.items() if "brain" in modality.organs} == {
        "ct_head",
        "mri",
        "mri_brain",
    }


def test_an_examination_of_one_part_sees_it_as_the_whole_examination_does() -> None:
    """MRI of the brain is MRI, and a small metastasis is seen by MRI more often than by CT of the head."""
    assert MODALITIES["mri_brain"].organs["brain"].curve == MODALITIES["mri"].organs["brain"].curve
    small = np.array([5.0])
    by_ct, by_mri = (MODALITIES[name].organs["brain"].curve.chance(small)[0] for name in ("ct_head", "mri"))
    assert by_mri > by_ct


@pytest.mark.parametrize("modality", MODALITIES.values(), ids=MODALITIES)
def test_cancers_that_a_tracer_knows_exist(modality: Modality) -> None:
    """A misspelt cancer would silently be any other."""
    known = set(BUILT.names("cancers"))
    assert modality.uptake is None or set(modality.uptake.cancers) <= known


@pytest.mark.parametrize("programme", PROGRAMMES.values(), ids=PROGRAMMES)
def test_programme_names_tests_and_cancers_that_exist(programme: Programme) -> None:
    """Screening test, work-up and cancers are entries, and the test can find a primary of each cancer."""
    assert {programme.modality, *programme.work_up} <= set(MODALITIES)
    primaries = {BUILT.cancer(name).organ for name in programme.cancers}
    assert primaries <= set(MODALITIES[programme.modality].organs)


def test_documented_modalities_show_the_numbers_of_the_entries() -> None:
    """The page on modalities is what its generator writes today, and explains every modality with its sources."""
    written = runpy.run_path(str(DOCS / "modalities.py"))["page"]()
    assert (DOCS / "modalities.md").read_text(encoding="utf-8") == written
    sections = {name: written.split(f"(`{name}`)", 1)[1].split("\n## ", 1)[0] for name in MODALITIES}
    for name, modality in MODALITIES.items():
        assert all(item.sourced.source in sections[name] for item in stated(modality)), name
