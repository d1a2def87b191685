"""Entries against numbers that somebody else took from the publications without having seen the entries.

Each file of ``second_coding`` is named for a cancer. A table holds `value`, `low`, `high`, `unit`, `source` (with DOI),
`locator`, `interval` (how low and high came about) and `note`. Low and high enclose the typical patient's number, not
the spread between patients. A table without `value` says in its note that no number was found.

Doubling times have `diameter_mm`, the size at which they were measured; entries state theirs at 1 cm, so an entry is
carried to that size by its own Gompertz law. `untreated_survival` has `stage` ("all" or "IV") and, where its patients'
tumours were not of the usual size at diagnosis, `diameter_mm`. `main_sites` has `share` by organ, `tolerance` (shares
closer than this have no order) and `not_counted`, organs on which its source is silent or that have no rank.
"""

import math
import tomllib
from pathlib import Path
from typing import Any

import pytest

from paget import catalogue
from paget.catalogue.folders import BUILT_IN, Folder
from paget.catalogue.registry import Catalogue
from paget.model.cancer import Cancer
from paget.model.layout import ORGANS

FOLDER = Path(__file__).parent / "second_coding"
CODED: dict[str, dict[str, Any]] = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))
}
UNITS = {
    "primary_doubling_time": "day",
    "metastasis_doubling_time": "day",
    "diameter_at_diagnosis": "mm",
    "age_at_diagnosis": "year",
    "female_share": "1",
    "untreated_survival": "month",
    "distant_at_diagnosis": "1",
}
DAYS_PER_MONTH = 365.25 / 12.0


def _having(item: str) -> list[str]:
    """Cancers whose second coding found a number for an item."""
    key = "share" if item == "main_sites" else "value"
    return [name for name, coded in CODED.items() if key in coded[item]]


def _log_room(cancer: Cancer, diameter_mm: float) -> float:
    """Logarithm of capacity over the size of a tumour of this diameter."""
    cells = cancer.growth.cell_density.value * math.pi / 6.0 * (diameter_mm / 10.0) ** 3
    return math.log(cancer.growth.capacity.value / cells)


def _doubling_day(cancer: Cancer, at_1_cm_day: float, diameter_mm: float) -> float:
    """Doubling time at a diameter of a lesion that grows by Gompertz's law, from that at 1 cm."""
    return at_1_cm_day * _log_room(cancer, 10.0) / _log_room(cancer, diameter_mm)


def _lead_month(cancer: Cancer, diameter_mm: float) -> float:
    """Time that the primary takes from 1 cm to a diameter."""
    room, room_there = _log_room(cancer, 10.0), _log_room(cancer, diameter_mm)
    slowing_per_day = math.log(2.0) / cancer.growth.doubling_time.value / room
    return math.log(room / room_there) / slowing_per_day / DAYS_PER_MONTH


def _untreated_month(name: str) -> tuple[float, float]:
    """Coded survival without treatment, carried from diagnosis back to 1 cm."""
    told = CODED[name]["untreated_survival"]
    cancer = catalogue.cancer(name)
    usual = CODED[name]["diameter_at_diagnosis"].get("value", cancer.growth.diameter_at_diagnosis.value)
    lead = _lead_month(cancer, told.get("diameter_mm", usual))
    return told["low"] + lead, told["high"] + lead


def test_every_cancer_was_coded_twice() -> None:
    """No entry of the catalogue rests on one reader alone."""
    assert sorted(CODED) == sorted(Catalogue([Folder(BUILT_IN, "built in")]).names("cancers"))


@pytest.mark.parametrize("name", CODED)
def test_second_coding_is_complete(name: str) -> None:
    """Every item is there: a number in its unit, inside its interval and with its place in a source, or a reason."""
    coded = CODED[name]
    assert set(coded) == {*UNITS, "main_sites"}
    for item, unit in UNITS.items():
        told = coded[item]
        if "value" not in told:
            assert told["note"].strip(), item
            continue
        assert told["unit"] == unit, item
        assert told["low"] <= told["value"] <= told["high"], item
        assert told["source"].strip(), item
        assert told["locator"].strip(), item
        assert told["interval"].strip(), item
        assert ("diameter_mm" in told) or not item.endswith("doubling_time"), item
    assert set(coded["main_sites"].get("share", ())) <= set(ORGANS)


@pytest.mark.parametrize("name", _having("primary_doubling_time"))
def test_primary_doubles_as_fast_as_published_at_the_size_where_it_was_measured(name: str) -> None:
    """The doubling time of a primary, carried to the size of the measured tumours, is that of the publications."""
    cancer, told = catalogue.cancer(name), CODED[name]["primary_doubling_time"]
    there = _doubling_day(cancer, cancer.growth.doubling_time.value, told["diameter_mm"])
    assert told["low"] <= there <= told["high"]


@pytest.mark.parametrize("name", _having("metastasis_doubling_time"))
def test_metastasis_doubles_as_fast_as_published_at_the_size_where_it_was_measured(name: str) -> None:
    """At the size of the measured lesions it is that of the publications; a fitted one within a factor of 2."""
    cancer, told = catalogue.cancer(name), CODED[name]["metastasis_doubling_time"]
    stated = cancer.growth.metastasis_doubling_time
    there = _doubling_day(cancer, stated.value, told["diameter_mm"])
    # Lesions that were watched are a selection of slow ones, and figures of stage and survival tell of all.
    slack = 2.0 if stated.grade == "fitted" else 1.0
    assert told["low"] / slack <= there <= told["high"] * slack


@pytest.mark.parametrize("name", _having("primary_doubling_time"))
def test_expected_doubling_times_hold_the_published_one(name: str) -> None:
    """The published doubling time, carried to 1 cm, lies in the range that the entry expects of itself."""
    cancer, told = catalogue.cancer(name), CODED[name]["primary_doubling_time"]
    at_1_cm = told["value"] / _doubling_day(cancer, 1.0, told["diameter_mm"])
    expected = cancer.expect.doubling_time_day
    assert expected.low <= at_1_cm <= expected.high


@pytest.mark.parametrize("name", _having("diameter_at_diagnosis"))
def test_primary_is_found_at_the_published_size(name: str) -> None:
    """The usual diameter at diagnosis is the published one."""
    told = CODED[name]["diameter_at_diagnosis"]
    assert told["low"] <= catalogue.cancer(name).growth.diameter_at_diagnosis.value <= told["high"]


@pytest.mark.parametrize("name", _having("age_at_diagnosis"))
def test_patients_have_the_published_age(name: str) -> None:
    """The usual age at diagnosis is the published one."""
    told = CODED[name]["age_at_diagnosis"]
    assert told["low"] <= catalogue.cancer(name).population.age_at_diagnosis.value <= told["high"]


@pytest.mark.parametrize("name", _having("female_share"))
def test_share_of_women_is_the_published_one(name: str) -> None:
    """Women are the share of patients that registries count."""
    told = CODED[name]["female_share"]
    assert told["low"] <= catalogue.cancer(name).population.female_share.value <= told["high"]


@pytest.mark.parametrize("name", _having("untreated_survival"))
def test_expected_survival_without_treatment_agrees_with_published_series(name: str) -> None:
    """Patients of all stages live as long from 1 cm as the entry expects; those found at stage IV no longer."""
    low, high = _untreated_month(name)
    expected = catalogue.cancer(name).expect.untreated_survival_month
    assert low <= expected.high
    if CODED[name]["untreated_survival"]["stage"] == "all":
        assert expected.low <= high


@pytest.mark.parametrize("name", _having("main_sites"))
def test_main_sites_are_the_published_ones_in_order(name: str) -> None:
    """An entry names the organs that its cancer reaches most often, the most frequent first."""
    told = CODED[name]["main_sites"]
    share = {organ: part for organ, part in told["share"].items() if organ not in told["not_counted"]}
    named = [organ for organ in catalogue.cancer(name).expect.main_sites.organs if organ not in told["not_counted"]]
    assert set(named) <= set(share)
    falling = sorted(named, key=lambda organ: -share[organ])
    misplaced = [
        (first, then)
        for place, first in enumerate(named)
        for then in named[place + 1 :]
        if share[first] < share[then] - told["tolerance"]
    ]
    assert misplaced == [], f"the published order is {falling}"
    rarest = min(share[organ] for organ in named)
    assert [organ for organ in share if organ not in named and share[organ] > rarest + told["tolerance"]] == []


@pytest.mark.parametrize("name", _having("distant_at_diagnosis"))
def test_at_least_those_with_distant_spread_at_diagnosis_ever_spread(name: str) -> None:
    """Without treatment no fewer patients ever have metastases than have them when found."""
    told = CODED[name]["distant_at_diagnosis"]
    assert told["low"] <= catalogue.cancer(name).expect.ever_spread_share.high
