"""The contract that the tissue panel and its tables keep."""

import csv
import re
from collections import Counter

import numpy as np
import pytest

from paget.catalogue.folders import BUILT_IN, Folder
from paget.catalogue.numbers import stated
from paget.catalogue.panels import panel_of, table, tissue
from paget.catalogue.registry import Catalogue
from paget.cohort.origin_tables import origin_tables
from paget.cohort.origin_words import plain
from paget.observation.origin import SITES

BUILT = Catalogue([Folder(BUILT_IN, "built in")])
PANEL = panel_of(BUILT)
ORIGINS = tuple(PANEL.registered)
SAYS_WHAT_WAS_READ = re.compile(r"\b(was|were|Read)\b")
GENERATED = ("site_patterns.csv", "site_classes.csv", "driver_shares.csv")
COUNTED = ("ihc_rates.csv", "alteration_counts.csv", "biomarker_rates.csv", "histology_rates.csv", "incidence.csv")


def test_every_cancer_of_the_catalogue_is_an_origin() -> None:
    """Whatever is simulated can be inferred."""
    assert sorted(ORIGINS) == sorted(BUILT.names("cancers"))


def test_every_number_names_a_source_that_exists() -> None:
    """No number of the panel, and no basis of a table, comes from nowhere."""
    assert [item.key for item in stated(PANEL) if item.sourced.source not in BUILT.sources()] == []


def test_every_basis_that_is_not_judgement_was_read_and_says_where() -> None:
    """What is not assumed has a place in its source, and the source says what of it was read."""
    for item in stated(PANEL):
        if item.sourced.grade == "assumed" or item.key.startswith("registered."):
            continue
        assert item.sourced.locator, item.key
        source = BUILT.sources()[item.sourced.source]
        assert source.checked or SAYS_WHAT_WAS_READ.search(source.note), item.key


@pytest.mark.parametrize("name", COUNTED)
def test_every_row_names_a_basis_and_every_basis_is_used(name: str) -> None:
    """Rows and bases belong together."""
    _, rows = table(BUILT, name, ("basis",))
    assert {row["basis"] for row in rows} <= set(PANEL.bases)


def test_no_basis_stands_unused() -> None:
    """A basis that no row names would be a source that nothing rests on."""
    used = {row["basis"] for name in COUNTED for row in table(BUILT, name, ("basis",))[1]}
    assert used == set(PANEL.bases)


def test_an_interval_holds_its_rate() -> None:
    """Low and high stand on either side of each rate of staining."""
    _, rows = table(BUILT, "ihc_rates.csv", ("rate", "low", "high"))
    assert [row for row in rows if not float(row["low"]) <= float(row["rate"]) <= float(row["high"])] == []


def test_thirty_one_antibodies_are_known_for_every_origin() -> None:
    """The matrix has no gap; rates stay off 0 and 1."""
    rates = tissue(BUILT).marker_rate
    assert rates.shape == (17, 31)
    assert rates.min() >= PANEL.floor.value
    assert rates.max() <= 1.0 - PANEL.floor.value


def test_no_two_tests_share_a_name() -> None:
    """However a test is written, it is one test."""
    words = [
        plain(word)
        for test in (*PANEL.markers, *PANEL.alterations, *PANEL.biomarkers)
        for word in {plain(test.id), *map(plain, test.also)}
    ]
    assert [word for word, count in Counter(words).items() if count > 1] == []


def test_every_driver_of_the_panel_is_one_that_some_cancer_carries() -> None:
    """A misspelt driver would silently never decide anything."""
    carried = {driver.id for name in BUILT.names("cancers") for driver in BUILT.cancer(name).drivers}
    named = {marker.driver for marker in PANEL.markers} | {alteration.driver for alteration in PANEL.alterations}
    named.discard(None)
    assert named <= carried


@pytest.mark.parametrize("name", GENERATED)
def test_what_was_counted_in_simulations_is_there_for_every_origin(name: str) -> None:
    """Each generated table has rows for all origins; shares are shares."""
    path, rows = table(BUILT, name, ("origin",))
    assert {row["origin"] for row in rows} == set(ORIGINS)
    with path.open(encoding="utf-8", newline="") as file:
        columns = csv.DictReader(file).fieldnames or ()
    shares = [float(row[column]) for row in rows for column in columns if column in (*SITES, "share", "weight")]
    assert all(0.0 <= share <= 1.0 for share in shares)


def test_the_tables_of_the_posterior_hold_probabilities() -> None:
    """Prior, classes and histologies sum to 1; nothing that can happen has a chance of 0 or 1."""
    tables = origin_tables(BUILT)
    assert np.exp(tables.log_prior).sum(axis=2) == pytest.approx(np.ones(tables.log_prior.shape[:2]))
    assert tables.class_weight.sum(axis=1) == pytest.approx(np.ones(17))
    assert tables.histology_rate.sum(axis=1) == pytest.approx(np.ones(17))
    assert 0.0 < tables.rate.min() < tables.rate.max() < 1.0
    assert 0.0 < tables.class_share.min() < tables.class_share.max() < 1.0
