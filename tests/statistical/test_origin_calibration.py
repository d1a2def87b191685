"""The origin that is inferred is true as often as it is said to be: calibration in patients whose origin is known."""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy import stats

from paget import catalogue
from paget.analysis.calibration import outcome_scores, scores
from paget.catalogue.folders import BUILT_IN
from paget.cohort.origin_calibration import Simulated, rounds, simulated
from paget.cohort.origin_tables import cases_by_year, origin_tables, sites_by_sex
from paget.cohort.site_patterns import Patterns, fitted_classes, metastatic_patients
from paget.model.tissue import UNKNOWN
from paget.observation.origin import SITES, Evidence, posterior

SEED = 909
ALPHA = 1e-3
FRESH = 400
LIMIT = 0.03
"""The calibration error that is promised."""
COMPARED = ("breast_hr_positive", "lung_squamous")
ADVICE = "the cancers have changed since the tables were counted: python -m paget.cohort.site_patterns"


@cache
def fresh(name: str) -> Patterns:
    """Return metastatic patients that no shipped table was counted in."""
    return metastatic_patients(name, FRESH, SEED)


def shipped(name: str, origin: str) -> list[dict[str, str]]:
    """Return an origin's rows of a shipped table."""
    with (BUILT_IN / "panels" / name).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["origin"] == origin]


def p_value(count: int, of: int, other_count: int, other_of: int) -> float:
    """Return the p-value that two counts have one share (Fisher's exact test)."""
    return float(stats.fisher_exact([[count, of - count], [other_count, other_of - other_count]]).pvalue)


@pytest.mark.parametrize("name", COMPARED)
def test_shipped_shares_of_sites_are_those_of_a_fresh_simulation(name: str) -> None:
    """Every site's share agrees within Monte Carlo error (Fisher, alpha 1e-3 over all sites, seed 909)."""
    seen = fresh(name)
    told = sites_by_sex(catalogue.current())[seen.sex]
    for row in shipped("site_patterns.csv", name):
        column = SITES.index(row["site"])
        able = int(row["patients"])
        here = told[:, column]
        p = p_value(round(float(row["share"]) * able), able, int(seen.sites[here, column].sum()), int(here.sum()))
        assert p > ALPHA / len(SITES), f"{row['site']}: {ADVICE}"


@pytest.mark.parametrize("name", COMPARED)
def test_shipped_shares_of_drivers_are_those_of_a_fresh_simulation(name: str) -> None:
    """Every driver's share in sampled metastases agrees (Fisher, alpha 1e-3 over all drivers, seed 909)."""
    seen = fresh(name)
    rows = shipped("driver_shares.csv", name)
    assert tuple(row["driver"] for row in rows) == seen.drivers, ADVICE
    for bit, row in enumerate(rows):
        carriers = int(((seen.genotype >> bit) & 1).sum())
        p = p_value(int(row["carriers"]), int(row["patients"]), carriers, seen.genotype.size)
        assert p > ALPHA / len(rows), f"{row['driver']}: {ADVICE}"


@pytest.mark.parametrize("name", COMPARED)
def test_classes_of_patients_give_the_share_and_the_pairs_of_sites(name: str) -> None:
    """A fitted mixture has the patterns' own shares, and two sites together as often as they are seen (within 0.03)."""
    seen = fresh(name)
    told = sites_by_sex(catalogue.current())[seen.sex]
    weight, share = fitted_classes(seen.sites, told)
    common = np.flatnonzero(seen.sites.mean(axis=0) > 0.1)
    pairs = np.einsum("k,ki,kj->ij", weight, share[:, common], share[:, common])
    counted = seen.sites[:, common].astype(float).T @ seen.sites[:, common] / seen.sites.shape[0]
    off = ~np.eye(common.size, dtype=bool)
    assert weight @ share[:, common] == pytest.approx(seen.sites[:, common].mean(axis=0), abs=0.02)
    assert pairs[off] == pytest.approx(counted[off], abs=0.03)


def test_patients_drawn_from_the_tables_are_calibrated() -> None:
    """Where the tables are the truth, the error is that of counting: below 0.012 in 30,000 patients (seed 909)."""
    tables = origin_tables(catalogue.current())
    rng = np.random.default_rng(SEED)
    count = 30_000
    common = cases_by_year(catalogue.current(), tables.origins)
    cell = rng.choice(common.size, count, p=common.ravel() / common.sum())
    sex, year, truth = np.unravel_index(cell, common.shape)
    kind = (tables.class_weight[truth].cumsum(axis=1) < rng.random((count, 1))).sum(axis=1)
    sites = (rng.random((count, len(SITES))) < tables.class_share[truth, kind]) & tables.sex_has_site[sex]
    tests = (rng.random((count, len(tables.tests))) < tables.marginal_rate[truth]).astype(np.int8)
    tests[:, tables.within >= 0] = UNKNOWN
    tests[rng.random(tests.shape) < 0.9] = UNKNOWN
    evidence = Evidence(sex, year.astype(np.float64) + 0.5, sites.astype(np.int8), tests, np.full(count, UNKNOWN))
    assert scores(posterior(tables, evidence), truth).curve.error < 0.012


@cache
def patients() -> Simulated:
    """Return simulated patients of every origin."""
    return simulated(FRESH, SEED)


@pytest.mark.slow
@pytest.mark.parametrize("at", range(7))
def test_simulated_patients_are_calibrated_with_few_and_with_all_tests(at: int) -> None:
    """With sites alone, 3, 6, 10 and all antibodies, genes and histology, the calibration error is below 0.03."""
    tables = origin_tables(catalogue.current())
    name, evidence = list(rounds(patients(), SEED))[at]
    probability = posterior(tables, evidence)
    found = scores(probability, patients().truth, patients().weight)
    assert found.curve.error < LIMIT, name
    for code, origin in enumerate(tables.origins):
        own = outcome_scores(probability, patients().truth, code, patients().weight)
        assert own.curve.error < LIMIT, f"{name}, {origin}"


@pytest.mark.slow
def test_more_tests_tell_more() -> None:
    """Accuracy rises and the log score falls with each step of what is known."""
    tables = origin_tables(catalogue.current())
    steps = [
        scores(posterior(tables, evidence), patients().truth, patients().weight)
        for _, evidence in rounds(patients(), SEED)
    ]
    accuracies, losses = [step.accuracy for step in steps], [step.log_score for step in steps]
    assert accuracies == sorted(accuracies)
    assert losses == sorted(losses, reverse=True)
    assert accuracies[-1] > 0.9


@pytest.mark.slow
def test_wrong_incidence_shows_as_miscalibration() -> None:
    """The measure sees what it should: with a flat prior, sites alone are off by half as much again as the limit."""
    tables = origin_tables(catalogue.current())
    flat = replace(tables, log_prior=np.zeros_like(tables.log_prior))
    _, evidence = next(iter(rounds(patients(), SEED)))
    found = scores(posterior(flat, evidence), patients().truth, patients().weight)
    assert found.curve.error > 1.5 * LIMIT
