"""Tests of blood and tissue at diagnosis, on runs of the engine itself."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from paget.cohort.recipe import make_recipe

SEED, N = 12, 400


@cache
def run(cancer: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    tables = make_recipe(cancer, seed=SEED).patients(np.arange(N))
    results = tables.tests.to_pandas()
    results["test"] = results["test"].astype(str)
    return tables.patients.to_pandas().set_index("patient"), results


def test_whoever_is_diagnosed_is_tested_on_that_day_and_nobody_else() -> None:
    """Blood is drawn and a biopsy taken in all who are diagnosed."""
    patients, results = run("colorectal")
    diagnosed = patients.index[patients["diagnosis_age_day"].notna()]
    for name in ("cea", "ctc", "ctdna", "biopsy"):
        assert results["patient"][results["test"] == name].tolist() == diagnosed.tolist()
    assert (results["age_day"].to_numpy() == patients["diagnosis_age_day"][results["patient"]].to_numpy()).all()


def test_a_marker_rises_with_what_is_seen() -> None:
    """CEA goes with the largest diameter found (Spearman's rank correlation, seed 12, alpha 1e-3)."""
    from scipy import stats

    findings = make_recipe("colorectal", seed=SEED).patients(np.arange(N)).findings.to_pandas()
    largest = findings[findings["lesion"] != 0].groupby("patient")["diameter_mm"].max()
    _, results = run("colorectal")
    cea = results[results["test"] == "cea"].set_index("patient")["value"]
    assert stats.spearmanr(cea, largest[cea.index], alternative="greater").pvalue < 1e-3


@pytest.mark.parametrize(("driver", "test"), [("kras", "KRAS"), ("braf", "BRAF")])
def test_sequencing_finds_a_driver_only_in_tumours_that_carry_it(driver: str, test: str) -> None:
    """A mutation is told only where the biopsy showed tumour, and in about the share of founders that carry it."""
    patients, results = run("colorectal")
    told = set(results["patient"][results["test"] == test])
    showed = set(results["patient"][(results["test"] == "biopsy") & results["positive"]])
    assert told <= showed
    tables = make_recipe("colorectal", seed=SEED).patients(np.arange(N))
    lesions = tables.lesions.to_pandas()
    founders = lesions[lesions["route"].astype(str) == "primary"]
    carry = set(founders["patient"][founders["drivers"].str.split("+").map(lambda names: driver in names)])
    assert len(carry & showed - told) <= 0.05 * len(showed)
    assert len(told - carry) <= 0.1 * len(showed)
    assert patients.index.isin(list(told)).sum() == len(told)


def test_stains_are_made_only_where_the_primary_was_not_found() -> None:
    """CK7 is read in nobody whose primary was found."""
    patients, results = run("stomach")
    stained = set(results["patient"][results["test"] == "CK7"])
    assert stained <= set(patients.index[patients["unknown_primary"]])
