"""The contract that every entry of the built-in catalogue keeps; a new entry is held to it by being there."""

import csv
import math
import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from pydantic import BaseModel

from paget import catalogue
from paget.catalogue.folders import BUILT_IN, Folder
from paget.catalogue.kinds import OBSERVED, model_of
from paget.catalogue.numbers import Stated, stated
from paget.catalogue.registry import Catalogue
from paget.model.layout import ORGANS, TRAITS
from paget.model.quantity import JUDGEMENT

BUILT = Catalogue([Folder(BUILT_IN, "built in")])
CANCERS = BUILT.names("cancers")
DRIVERS = BUILT.names("drivers")
POPULATIONS = BUILT.names("populations")
NEEDED = {
    *("breast_hr_positive", "breast_her2_positive", "breast_triple_negative"),
    *("lung_adenocarcinoma", "lung_squamous", "lung_small_cell"),
    *("colorectal", "prostate", "pancreas", "thyroid_papillary", "melanoma", "kidney_clear_cell", "bladder"),
    *("ovary_high_grade_serous", "stomach", "liver_hepatocellular", "head_neck"),
}
AGE_OF_RISING_MORTALITY = 35.0
SAYS_WHAT_WAS_READ = re.compile(r"\b(was|were) read\b|(?<!not )\bverified\b")


def _entry(place: str) -> BaseModel:
    kind, _, name = place.partition("/")
    if kind in OBSERVED:
        return BUILT.entry(kind, name, model_of(kind))
    if kind == "groups":
        return BUILT.group(name)
    read = {"cancers": BUILT.cancer, "drivers": BUILT.driver, "populations": BUILT.population}
    return BUILT.body() if kind == "body" else read[kind](name)


PLACES = [
    *(
        f"{kind}/{name}"
        for kind in ("cancers", "drivers", "populations", "body", *OBSERVED)
        for name in BUILT.names(kind)
    ),
    *(f"groups/{name}" for name in ("breast", "lung", "lung_non_small_cell")),
]


def _everything() -> Iterator[tuple[str, Stated]]:
    for place in PLACES:
        for number in stated(_entry(place)):
            yield place, number


def test_catalogue_holds_every_promised_cancer_and_group() -> None:
    """Seventeen cancers and three groups are there."""
    assert set(CANCERS) >= NEEDED
    assert set(BUILT.groups()) >= {"breast", "lung", "lung_non_small_cell"}


@pytest.mark.parametrize("place", PLACES)
def test_every_number_names_a_source_that_exists(place: str) -> None:
    """No number of any entry comes from nowhere."""
    numbers = list(stated(_entry(place)))
    assert numbers
    assert [item.key for item in numbers if item.sourced.source not in BUILT.sources()] == []


@pytest.mark.parametrize("place", PLACES)
def test_every_number_that_is_not_assumed_says_where_in_its_source(place: str) -> None:
    """Whoever doubts a number can open the source at the right page."""
    vague = [
        item.key
        for item in stated(_entry(place))
        if item.sourced.grade != "assumed" and not item.sourced.locator.strip()
    ]
    assert vague == []


@pytest.mark.parametrize("place", PLACES)
def test_number_that_claims_evidence_was_read_in_its_source(place: str) -> None:
    """A source that was not verified in full says what of it was read, or carries assumed numbers only."""
    sources = BUILT.sources()
    weak = [
        f"{item.key} ({item.sourced.source})"
        for item in stated(_entry(place))
        if item.sourced.grade != "assumed"
        and not sources[item.sourced.source].checked
        and not SAYS_WHAT_WAS_READ.search(sources[item.sourced.source].note)
    ]
    assert weak == []


@pytest.mark.parametrize("place", PLACES)
def test_no_number_is_quoted_from_memory_without_being_graded_assumed(place: str) -> None:
    """What was recalled is assumed."""
    recalled = [
        item.key
        for item in stated(_entry(place))
        if "recall" in f"{item.sourced.locator} {item.sourced.rationale}".lower() and item.sourced.grade != "assumed"
    ]
    assert recalled == []


@pytest.mark.parametrize("name", CANCERS)
def test_doubling_time_lies_in_the_expected_range(name: str) -> None:
    """The entry keeps its own expectation of growth."""
    cancer = BUILT.cancer(name)
    expected = cancer.expect.doubling_time_day
    assert expected.low <= cancer.growth.doubling_time.value <= expected.high


@pytest.mark.parametrize("name", CANCERS)
def test_growing_numbers_of_a_cancer_fit_each_other(name: str) -> None:
    """Capacity exceeds the tumour at diagnosis, and no cell divides more than twice a day."""
    growth = BUILT.cancer(name).growth
    log_capacity = math.log(growth.capacity.value)
    at_1_cm = growth.cell_density.value * math.pi / 6.0
    at_diagnosis = at_1_cm * (growth.diameter_at_diagnosis.value / 10.0) ** 3
    assert at_diagnosis < growth.capacity.value
    assert BUILT.body().avascular_capacity.value < at_1_cm
    for doubling in (growth.doubling_time, growth.metastasis_doubling_time):
        slowing = math.log(2.0) / doubling.value / (log_capacity - math.log(at_1_cm))
        net = slowing * (log_capacity - math.log(1000.0))
        assert 0.0 < net / (1.0 - growth.cell_loss.value) < 2.0


@pytest.mark.parametrize("name", CANCERS)
def test_typical_patient_does_not_reject_every_metastasis(name: str) -> None:
    """Immune pressure below 1 leaves a small metastasis some net growth."""
    assert 0.0 <= BUILT.cancer(name).immunity.pressure.value < 1.0


@pytest.mark.parametrize("name", CANCERS)
def test_frailty_stays_near_the_reference_and_is_explained_where_it_differs(name: str) -> None:
    """Frailty is relative to a reference of 1; a cancer that kills at another burden was fitted, or says why."""
    frailty = BUILT.cancer(name).host.frailty
    assert 0.4 <= frailty.value <= 2.5
    assert frailty.value == 1.0 or frailty.targets or "reference of 1" in frailty.rationale


@pytest.mark.parametrize("name", CANCERS)
def test_main_sites_are_named_once_each(name: str) -> None:
    """An expectation names organs in order, each once."""
    sites = BUILT.cancer(name).expect.main_sites.organs
    assert len(set(sites)) == len(sites) > 0


def test_cancers_of_one_sex_have_patients_of_one_sex() -> None:
    """Only men have a prostate, only women have ovaries."""
    assert BUILT.cancer("prostate").population.female_share.value == 0.0
    assert BUILT.cancer("ovary_high_grade_serous").population.female_share.value == 1.0


@pytest.mark.parametrize("name", DRIVERS)
def test_driver_changes_every_trait_that_it_names(name: str) -> None:
    """An effect of exactly 1 is none and has no place in an entry."""
    assert [trait for trait, factor in BUILT.driver(name).effects.items() if factor.value == 1.0] == []


def test_drivers_cover_every_trait() -> None:
    """Every step of the cascade and every class of treatment has a driver that acts on it."""
    reached = {trait for driver in BUILT.drivers().values() for trait in driver.effects}
    assert len(DRIVERS) >= 20
    assert [trait for trait in TRAITS if trait not in reached] == []


def test_every_driver_belongs_to_a_cancer_or_could() -> None:
    """Most drivers are listed by a cancer; the catalogue is no store of unused names."""
    used = {driver.id for name in CANCERS for driver in BUILT.cancer(name).drivers}
    assert len(used) >= 0.6 * len(DRIVERS)


def test_portal_blood_comes_from_gut_spleen_and_pancreas() -> None:
    """Organs upstream of the liver drain to it, and the lung to the left heart."""
    organs = BUILT.body().organs
    portal = {name for name, organ in organs.items() if organ.venous == "portal"}
    assert portal >= {"bowel", "stomach", "spleen", "pancreas"}
    assert portal.isdisjoint({"liver", "kidney", "lung", "brain"})
    assert organs["lung"].venous == "pulmonary"


@pytest.mark.parametrize("name", ORGANS)
def test_lymph_of_every_organ_reaches_the_blood(name: str) -> None:
    """Lymph flows through some nodes and ends in a vein."""
    organs = BUILT.body().organs
    passed = [name]
    while organs[passed[-1]].lymph:
        passed.append(organs[passed[-1]].lymph)
        assert len(set(passed)) == len(passed)


def test_lung_is_the_reference_soil() -> None:
    """Soils are relative to the lung."""
    assert BUILT.body().organs["lung"].colonisation.value == 1.0


@pytest.mark.parametrize("name", POPULATIONS)
def test_mortality_rises_with_age_and_covers_a_life(name: str) -> None:
    """From middle age on every year is more dangerous than the one before, and men die sooner."""
    deaths = BUILT.population(name).other_cause_mortality
    assert deaths.age_year[0] == 0.0
    assert deaths.age_year[-1] >= 100.0
    late = [
        row
        for row in zip(deaths.age_year, deaths.male, deaths.female, strict=True)
        if row[0] >= AGE_OF_RISING_MORTALITY
    ]
    for (_, male, female), (_, later_male, later_female) in pairwise(late):
        assert later_male > male
        assert later_female > female
    assert all(male >= female for _, male, female in late)


def _sources_of_tables() -> set[str]:
    """Return the sources that the panels' tables name, row by row."""
    used: set[str] = set()
    for path in (BUILT_IN / "panels").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            used |= {row.get("source") or "" for row in csv.DictReader(lines)}
    return used


def test_every_source_is_used() -> None:
    """The list of sources holds what numbers come from, or came from before they were fitted, and nothing else."""
    used = {item.sourced.source for _, item in _everything()} | {JUDGEMENT} | _sources_of_tables()
    before = [item.sourced.rationale for _, item in _everything() if item.sourced.grade == "fitted"]
    used |= {key for key in BUILT.sources() if any(f"({key}, " in told for told in before)}
    assert sorted(set(BUILT.sources()) - used) == []


def test_bibtex_of_the_whole_catalogue_balances_its_braces() -> None:
    """Every record can be read by BibTeX: braces match, keys are unique."""
    text = catalogue.bibtex(BUILT.sources().values())
    assert text.count("{") - text.count("\\{") == text.count("}") - text.count("\\}")
    assert text.count("\n@") + 1 == sum(source.kind != "judgement" for source in BUILT.sources().values())
