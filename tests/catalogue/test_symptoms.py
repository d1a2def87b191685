"""The contract that every built-in entry of symptoms keeps."""

import math
import re
from pathlib import Path

import pytest

from paget.catalogue.folders import BUILT_IN, Folder
from paget.catalogue.numbers import stated
from paget.catalogue.registry import Catalogue
from paget.model.layout import ORGANS
from paget.model.quantity import JUDGEMENT
from paget.model.symptom import SymptomPlace
from paget.observation.symptoms import PLACES, places_of

BUILT = Catalogue([Folder(BUILT_IN, "built in")])
CANCERS = BUILT.names("cancers")
NAMES = BUILT.names("symptoms")
PAGE = Path(__file__).parents[2] / "docs" / "symptoms.md"
FOUND_BY_CHANCE = {"kidney_clear_cell": 4.0 / 3.0}
"""Cancers of which chance finds most, so that those that are felt are larger than most: by how much at most."""
SAYS_WHAT_WAS_READ = re.compile(r"\b(was|were) read\b|(?<!not )\bverified\b")


def place(name: str) -> SymptomPlace:
    """Return an entry."""
    return BUILT.entry("symptoms", name, SymptomPlace)


def entries() -> dict[str, SymptomPlace]:
    """Return all entries."""
    return {name: place(name) for name in NAMES}


@pytest.mark.parametrize("name", CANCERS)
def test_every_cancer_has_its_own_primary_and_a_place_for_every_organ(name: str) -> None:
    """Wherever a tumour can grow, it can become symptomatic, and one entry says how."""
    made = places_of(entries(), name, BUILT.cancer(name).organ)
    assert made.entries[0].id == f"primary_{name}"
    assert made.entries[0].cancers == (name,)
    assert len(made.entries) == len(PLACES)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_names_a_source_that_exists(name: str) -> None:
    """No number of any entry comes from nowhere."""
    assert [item.key for item in stated(place(name)) if item.sourced.source not in BUILT.sources()] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_number_that_is_not_assumed_says_where_and_was_read(name: str) -> None:
    """Whoever doubts a number can open the source at the right page, and so did its author."""
    sources = BUILT.sources()
    weak = [
        item.key
        for item in stated(place(name))
        if item.sourced.grade != "assumed"
        and not (
            item.sourced.locator.strip()
            and (sources[item.sourced.source].checked or SAYS_WHAT_WAS_READ.search(sources[item.sourced.source].note))
        )
    ]
    assert weak == []


@pytest.mark.parametrize("name", NAMES)
def test_no_number_is_quoted_from_memory_without_being_graded_assumed(name: str) -> None:
    """What was recalled is assumed."""
    recalled = [
        item.key
        for item in stated(place(name))
        if "recall" in f"{item.sourced.locator} {item.sourced.rationale}".lower() and item.sourced.grade != "assumed"
    ]
    assert recalled == []


def test_every_source_of_symptoms_is_used() -> None:
    """The list of sources holds what numbers come from, and nothing else."""
    listed = re.findall(
        r"^\[(\w+)\]$", (BUILT_IN / "sources" / "symptoms.toml").read_text(encoding="utf-8"), re.MULTILINE
    )
    used = {item.sourced.source for name in NAMES for item in stated(place(name))}
    assert sorted(used - {JUDGEMENT}) == sorted(listed)


@pytest.mark.parametrize("name", CANCERS)
def test_a_primary_becomes_symptomatic_near_the_diameter_at_diagnosis(name: str) -> None:
    """The level of its hazard is a sphere within the entry's own interval, or above it where chance finds most."""
    cancer, entry = BUILT.cancer(name), place(f"primary_{name}")
    usual = cancer.growth.diameter_at_diagnosis
    volume_ml = entry.hazard.level.value / cancer.growth.cell_density.value
    diameter_mm = 10.0 * (6.0 * volume_ml / math.pi) ** (1.0 / 3.0)
    low = usual.value if usual.low is None else usual.low
    high = usual.value if usual.high is None else usual.high
    assert 0.99 * low <= diameter_mm <= 1.01 * high * FOUND_BY_CHANCE.get(name, 1.0)


@pytest.mark.parametrize("name", CANCERS)
def test_half_of_the_primaries_are_symptomatic_by_the_level(name: str) -> None:
    """The rate is ln 2 x exponent x the growth rate there, so that the hazard has added up to ln 2 (within 5 %)."""
    cancer, entry = BUILT.cancer(name), place(f"primary_{name}")
    log_capacity, growth = math.log(cancer.growth.capacity.value), cancer.growth
    log_1_cm = math.log(growth.cell_density.value * math.pi / 6.0)
    slowing = math.log(2.0) / growth.doubling_time.value / (log_capacity - log_1_cm)
    growth_per_day = slowing * (log_capacity - math.log(entry.hazard.level.value))
    expected = math.log(2.0) * entry.hazard.exponent.value * growth_per_day
    assert entry.hazard.rate.value == pytest.approx(expected, rel=0.05)


def test_symptoms_named_in_the_plan_belong_to_their_organs() -> None:
    """Bone hurts and breaks, the liver turns yellow, the brain aches and seizes, the lung coughs."""
    expected = {
        "bone": {"bone_pain", "pathological_fracture", "cord_compression", "hypercalcaemia"},
        "liver": {"jaundice", "ascites", "abdominal_swelling"},
        "brain": {"headache", "confusion", "imbalance", "seizure", "focal_weakness"},
        "lung": {"cough", "breathlessness", "haemoptysis"},
        "superficial_lymph_node": {"palpable_node"},
        "general": {"fatigue", "weight_loss", "pain"},
        "primary_colorectal": {"rectal_bleeding", "change_of_bowel_habit"},
    }
    missing = {name: ids - {one.id for one in place(name).symptoms} for name, ids in expected.items()}
    assert missing == {name: set() for name in expected}


def test_brain_metastases_show_symptoms_at_a_smaller_burden_than_any_other_organ_inside() -> None:
    """A burden that the liver bears unnoticed is felt in the brain at once."""
    levels = {organ: place(name).hazard.level.value for name in NAMES for organ in place(name).organs}
    inside = {organ: level for organ, level in levels.items() if organ not in {"skin", "regional_lymph_node"}}
    assert min(inside, key=inside.__getitem__) == "brain"
    assert set(levels) == set(ORGANS)


@pytest.mark.parametrize("name", NAMES)
def test_documented_symptoms_are_those_of_the_entries(name: str) -> None:
    """The page names every place with each symptom, its share, its source and its grade."""
    text = PAGE.read_text(encoding="utf-8")
    entry = place(name)
    assert f"### {entry.name} (`{entry.id}`)" in text
    section = text.split(f"(`{entry.id}`)", 1)[1].split("\n### ", 1)[0]
    expected = [
        f"| {one.name} | {100.0 * one.share.value:.3g} % | {one.share.source} | {one.share.grade} |"
        for one in entry.symptoms
    ]
    assert [line for line in section.splitlines() if line.endswith(tuple(f"| {one} |" for one in GRADED))] == expected
    millilitres = entry.hazard.level.value / 1e9
    assert f"Hazard {entry.hazard.rate.value:.2g} a day" in section
    assert f"of {millilitres:.3g} mL" in section
    assert f"power {entry.hazard.exponent.value:g}." in section


GRADED = ("measured", "derived", "transferred", "assumed")
